"""What the demo leaves behind: a picture of each step and story.json, written anew after every step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.demo import hands
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
    files: list[str] | None = None


class Book:
    """Steps in order. `step` runs one and keeps what came of it; the first that fails ends the story."""

    def __init__(self, stage: Stage, said: Callable[[str], object]) -> None:
        self.stage, self._said = stage, said
        self.steps: list[Step] = []
        self._began = time.monotonic()

    def step(self, words: str, window: QWidget | None = None, **facts: Any) -> Step:
        """Note that something happened, with a picture of the window as it stands now."""
        now = time.monotonic()
        made = Step(words, seconds=round(now - self._began, 1), **facts)
        self._began = now
        self.steps.append(made)
        if window is not None:
            made.picture = f"{len(self.steps):02d}.png"
            hands.picture(window, self.stage.out / made.picture)
        self._write()
        self._said(f"{len(self.steps):2d}  {words}（{made.seconds:g} 秒）")
        return made

    def delivered(self, words: str, person: Person, op_id: str) -> Step:
        """The server's answer to an Operation has come: its receipt is proved offline, its rows are counted."""
        outcome = hands.wait(lambda: answer_to(person, op_id), f"协会对 {op_id} 的答复", 60)
        delivery, key, problem = proof(person, op_id, outcome)
        if problem:
            raise hands.Stuck(problem)
        rows = self.stage.rows(op_id)
        if rows != 1:
            raise hands.Stuck(f"{op_id} 在协会的数据库里有 {rows} 行，应该正好一行")
        receipt = asdict(delivery.receipt) | {"content_sha256": delivery.content_sha256, "key": key, "proved": True}
        return self.step(
            words, person.window, op_id=op_id, outcome=outcome.status.value, receipt=receipt, server_rows=rows
        )

    def _write(self) -> None:
        text = json.dumps([asdict(one) for one in self.steps], ensure_ascii=False, indent=1)
        (self.stage.out / "story.json").write_text(text + "\n", encoding="utf-8")

    def keep(self, name: str, data: bytes) -> str:
        """A paper or a table that the story made."""
        (Path(self.stage.out) / name).write_bytes(data)
        return name


def last_op(person: Person, kind: str | None = None, *, must: bool = True) -> str:
    """The Operation this desk made last; without one "" or, where there must be one, Stuck."""
    desk = person.program.desk
    assert desk is not None
    with desk.context.store.reading() as reader:
        waiting = reader.operations.outbox(person.account)
        answered = reader.operations.answered(person.account, limit=200)
    found = [one for one in (*waiting, *answered) if kind is None or one.kind == kind]
    if not found:
        if must:
            raise hands.Stuck(f"{person.name}还没有要送的东西")
        return ""
    return max(found, key=lambda one: one.op_id).op_id


def answer_to(person: Person, op_id: str) -> Outcome | None:
    """The final Outcome that the desk keeps; None while there is none."""
    desk = person.program.desk
    assert desk is not None
    with desk.context.store.reading() as reader:
        kept = reader.operations.get(op_id)
    return kept.outcome if kept is not None and kept.outcome is not None and kept.outcome.final else None


def proof(person: Person, op_id: str, outcome: Outcome) -> tuple[Delivery, str, str]:
    """The receipt as it can be proved without any network, the key, and what is wrong with it ("": nothing)."""
    desk = person.program.desk
    assert desk is not None
    with desk.context.store.reading() as reader:
        kept = reader.operations.get(op_id)
    assert kept is not None
    if outcome.receipt is None:
        raise hands.Stuck(f"{op_id} 没有回执")
    session = desk.session
    delivery = Delivery(session.association, op_id, content_hash(kept.content), outcome.status, outcome.receipt)
    return delivery, session.key, "" if delivery.holds(session.key) else f"{op_id} 的回执与协会的公钥不符"
