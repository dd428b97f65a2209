"""What the demo leaves behind: a picture of each step and story.json, written anew after every step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.demo import eyes, hands
from desktop.demo.stage import Person, Stage
from documents.receipt import Delivery
from domain.operations import Outcome
from sync.protocol import content_hash


@dataclass
class Step:
    """One line of story.json."""

    step: str
    picture: str | None = None
    op_id: str | None = None
    outcome: str | None = None
    receipt: dict[str, Any] | None = None
    server_rows: int | None = None
    seconds: float = 0.0
    files: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)  # what was measured or heard at this step


class Book:
    """Steps in order. `step` notes one with its picture; the first thing that does not come ends the story."""

    def __init__(self, stage: Stage, said: Callable[[str], object]) -> None:
        self.stage, self._said = stage, said
        self.steps: list[Step] = []
        self._began = time.monotonic()

    def step(self, words: str, window: QWidget | None = None, **facts: Any) -> Step:
        """Note that something happened, with a picture of the window as it stands now."""
        if window is not None:
            eyes.settle(window)
        now = time.monotonic()
        made = Step(words, seconds=round(now - self._began, 1), **facts)
        self._began = now
        self.steps.append(made)
        if window is not None:
            made.picture = f"{len(self.steps):02d}.png"
            eyes.picture(window, self.stage.out / made.picture)
        self._write()
        self._said(f"{len(self.steps):2d}  {words}（{made.seconds:g} 秒）")
        return made

    def delivered(self, words: str, person: Person, op_id: str, *, outcome: str = "applied", **facts: Any) -> Step:
        """The server's answer to an Operation has come: its receipt is proved offline, its rows are counted."""
        came = hands.wait(lambda: answer_to(person, op_id), f"协会对 {op_id} 的答复")
        if came.status.value != outcome:
            told = "；".join(one.message for one in came.findings)
            raise hands.Stuck(f"“{words}”的答复应是 {outcome}，却是 {came.status.value}：{told}")
        delivery, key = proof(person, op_id, came)
        rows = self.stage.rows(op_id)
        if rows != 1:
            raise hands.Stuck(f"{op_id} 在协会的数据库里有 {rows} 行，应该正好一行")
        receipt = asdict(delivery.receipt) | {
            "association": delivery.association,
            "content_sha256": delivery.content_sha256,
            "key": key,
            "proved": True,
        }
        return self.step(
            words, person.window, op_id=op_id, outcome=outcome, receipt=receipt, server_rows=rows, facts=facts
        )

    def _write(self) -> None:
        text = json.dumps([asdict(one) for one in self.steps], ensure_ascii=False, indent=1)
        (self.stage.out / "story.json").write_text(text + "\n", encoding="utf-8")

    def keep(self, name: str, source: Path) -> str:
        """A paper or a table that the story made, beside the pictures; its name there."""
        (self.stage.out / name).write_bytes(source.read_bytes())
        return name


def last_op(person: Person, kind: str | None = None) -> str:
    """The Operation this desk made last, "" where it made none."""
    with person.desk.context.store.reading() as reader:
        waiting = reader.operations.outbox(person.account)
        answered = reader.operations.answered(person.account, limit=500)
    found = [one.op_id for one in (*waiting, *answered) if not kind or one.kind == kind]
    return max(found, default="")


def next_op(person: Person, before: str, what: str, kind: str | None = "act") -> str:
    """The Operation made after that one, once it is there."""

    def newer() -> str:
        now = last_op(person, kind)
        return now if now > before else ""

    return hands.wait(newer, f"{what}放入待发送")


def answer_to(person: Person, op_id: str) -> Outcome | None:
    """The final Outcome that the desk keeps; None while there is none."""
    with person.desk.context.store.reading() as reader:
        kept = reader.operations.get(op_id)
    return kept.outcome if kept is not None and kept.outcome is not None and kept.outcome.final else None


def proof(person: Person, op_id: str, outcome: Outcome) -> tuple[Delivery, str]:
    """The receipt, proved without any network, and the key that proves it."""
    with person.desk.context.store.reading() as reader:
        kept = reader.operations.get(op_id)
    if kept is None or outcome.receipt is None:
        raise hands.Stuck(f"{op_id} 没有回执")
    session = person.desk.session
    delivery = Delivery(session.association, op_id, content_hash(kept.content), outcome.status, outcome.receipt)
    if not delivery.holds(session.key):
        raise hands.Stuck(f"{op_id} 的回执与协会的公钥不符")
    return delivery, session.key
