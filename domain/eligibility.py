"""May it be started or sent, going by facts and form? Every failing rule, row by row. Files are not looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.judging import Frame
from domain.operations import Finding, Severity
from domain.possible import possible_from
from domain.questions import CannotAsk, Question


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found, on the whole and in each row."""

    frames: tuple[Frame, ...]
    findings: tuple[Finding, ...]

    def of(self, severity: Severity, row: str | None = None) -> list[str]:
        return sorted(
            {
                finding.rule
                for finding in self.findings
                if finding.severity is severity and (row is None or finding.row == row)
            }
        )

    def possible_from(self, row: str | None = None) -> date | None:
        """The first day on which nothing blocks the whole, or that row."""
        frames = self.frames if row is None else [frame for frame in self.frames if frame.row == row]
        return possible_from(frames)


def judge(question: Question, stage: str = "submit") -> Judgement:
    """Asks the rules of a stage. A human's questions are asked only where the human's answers are given."""
    stages = [stage, "review"] if stage == "submit" and question.given.get("review") is not None else [stage]
    frames = [frame for each in stages for frame in question.frames(each)]
    return Judgement(tuple(frames), collect(frames))


def collect(frames: Sequence[Frame]) -> tuple[Finding, ...]:
    """Findings of all frames, each once."""
    made: dict[Finding, None] = {}
    for frame in frames:
        made.update(dict.fromkeys(frame.findings()))
    return tuple(made)


def require_day(question: Question) -> None:
    """A question that hangs on the day must name one."""
    if question.env.today is None:
        raise CannotAsk("缺少 today（判断日期）")
