"""提交: the one page that says what will happen, 待发送 without a network, delivered once when it is there again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.demo import eyes, hand_rows, hands
from desktop.demo.book import Book, last_op, next_op
from desktop.demo.line import BAD, CLEAN
from desktop.demo.stage import Person

PUSH = b"/push"


def look_over(book: Book, unit: Person, words: str, *, page: str = "form", says: str = "") -> None:
    """检查并提交: the verdict, the bill by rule, the statements that are ticked here."""
    window = unit.window
    hands.press(window, f"{page}.submit")
    hands.find(window, "submit.send")
    hands.find(window, "submit.verdict")
    if says:
        eyes.says(window, says)
    eyes.settle(window)
    for box in window.findChildren(QAbstractButton):
        if box.objectName().startswith("submit.confirm.paper "):
            raise hands.Stuck(f"附件与名单不符，不能就这样提交：{box.accessibleName()}")
        if box.objectName().startswith("submit.confirm.") and box.isVisible() and not box.isChecked():
            hands.reveal(box)
            QTest.mouseClick(box, Qt.MouseButton.LeftButton)
    hands.wait(lambda: hands.find(window, "submit.send").isEnabled(), "“提交”可以点")
    book.step(words, window)


def send(
    book: Book,
    unit: Person,
    words: str,
    *,
    page: str = "form",
    look: str = "提交之前看清楚会怎样",
    queued: Callable[[], object] | None = None,
) -> str:
    """Looked over, sent, delivered with a receipt; the op_id. `queued` is called when it waits to be sent."""
    look_over(book, unit, f"{words}：{look}", page=page)
    before = last_op(unit, "act")
    hands.press(unit.window, "submit.send")
    op_id = next_op(unit, before, words)
    if queued is not None:
        queued()
    book.delivered(f"{words}：已送达，回执在手", unit, op_id)
    return op_id


def queue(book: Book, unit: Person, service: str) -> str:
    """提交 without a network: it waits, and the screen says so; the op_id."""
    window = unit.window
    before = last_op(unit, "act")
    hands.press(window, "submit.send")
    op_id = next_op(unit, before, "申请")
    eyes.settle(window)
    book.step("断网中提交：放入待发送，还可以撤回", window)
    unit.go("outbox")
    hand_rows.row(window, "outbox.list", unit.pack.services[service].label[:4])
    eyes.says(window, "离线")
    book.step("待发送一行一件：为什么还没送、要做什么，不叫已提交", window)
    return op_id


def come_back(book: Book, unit: Person, op_id: str) -> None:
    """The line is there again, and loses the first answer on its way: delivered once all the same."""
    line = book.stage.line
    before = events(book, "answer-lost")
    line.lose_next_answer(PUSH)
    line.online()
    book.delivered("网络恢复，第一次答复在路上丢了：再问一次，仍只登记一次", unit, op_id, answer_lost=True)
    with unit.desk.context.store.reading() as reader:
        kept = reader.operations.get(op_id)
    if events(book, "answer-lost") == before or kept is None or kept.attempts < 2:
        raise hands.Stuck("线路没有丢掉那次答复，这一步没有试到")


@contextmanager
def bad_line(book: Book) -> Iterator[None]:
    """Cut every 50 to 500 KB, a second of nothing after it, late and slow; and it must really have been so."""
    line = book.stage.line
    line.reset_counts()
    line.set(BAD)
    try:
        yield
    finally:
        line.set(CLEAN)
    if not line.counts().cuts:
        raise hands.Stuck("线路一次也没有断，这一步没有试到")


def over_a_bad_line(book: Book, unit: Person, words: str) -> str:
    """提交 on that line: nobody has to do anything; the op_id."""
    look_over(book, unit, f"{words}：线路很差，先看清楚有多大")
    before = last_op(unit, "act")
    hands.press(unit.window, "submit.send")
    op_id = next_op(unit, before, words)
    eyes.settle(unit.window)
    book.step(f"{words}：正在送，断了自己接着送", unit.window)
    step = book.delivered(f"{words}：线路断断续续，不用管它，照样送达一次", unit, op_id)
    counts = book.stage.line.counts()
    step.facts |= {"cuts": counts.cuts, "refusals": counts.refusals, "bytes_to_server": counts.to_server}
    return op_id


def events(book: Book, name: str) -> int:
    """How often the line's log says so."""
    lines = (book.stage.out / "proxy.log").read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["event"] == name for line in lines if line)


def boxes(window: QWidget, prefix: str) -> list[QWidget]:
    """The visible widgets whose names begin so."""
    return [one for one in window.findChildren(QWidget) if one.objectName().startswith(prefix) and one.isVisible()]
