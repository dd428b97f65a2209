"""Money and study: a bill is paid with its voucher, finance checks it, study opens, an exam makes a certificate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.demo import hands, papers
from desktop.demo.book import Book, last_op
from desktop.demo.stage import Person


def begin(unit: Person, service: str) -> None:
    """首页, 新办业务, this service: an empty form is on screen."""
    unit.go(f"cases/{service}")
    hands.press(unit.window, "cases.new")
    hands.find(unit.window, "form.table", seconds=30)


def pay(book: Book, unit: Person, service: str, chosen: str, amount: str, words: str) -> str:
    """Fill in a payment for what is owed under these words, attach the voucher, send it; the op_id."""
    window, today = unit.window, book.stage.today
    begin(unit, service)
    hands.press(window, "form.pick")
    hands.tick_row(window, "owed.table", chosen, 60)
    book.step(f"{words}：选要缴的账单，金额和依据都在", window)
    hands.press(window, "owed.add")
    hands.row(window, "form.table", chosen)
    fill(unit, {"amount": amount, "paid_on": today.isoformat()})
    voucher = book.stage.work / "缴费凭证.jpg"
    voucher.write_bytes(papers.picture("银行电子回单", [f"付款 {amount} 元", today.isoformat()]))
    attach(unit, voucher)
    book.step(f"{words}：缴费凭证已附上，开票信息自动带出", window)
    return send(book, unit, words)


def fill(unit: Person, values: dict[str, str]) -> None:
    """Type these fields of the form on screen."""
    for key, value in values.items():
        hands.write(unit.window, f"form.field.{key}", value)
        hands.keys(hands.editor_in(hands.find(unit.window, f"form.field.{key}")), Qt.Key.Key_Tab)


def attach(unit: Person, file: Path) -> None:
    """Drop a file on the paper that the whole form still misses."""
    zones = [one for one in unit.window.findChildren(QWidget) if one.objectName().startswith("form.drop.")]
    zone = next((one for one in zones if one.isVisible()), None)
    if zone is None:
        raise hands.Stuck("表单上没有可以拖入文件的地方")
    hands.reveal(zone)
    hands.drop(zone, [file])
    hands.says(unit.window, file.stem)


def send(
    book: Book, unit: Person, words: str, *, page: str = "form", queued: Callable[[], object] | None = None
) -> str:
    """检查并提交, the statement, 提交; delivered with a receipt. `queued` is called when it waits to be sent."""
    window = unit.window
    hands.press(window, f"{page}.submit")
    hands.find(window, "submit.verdict", seconds=60)
    for box in window.findChildren(QWidget):
        ticked = getattr(box, "isChecked", lambda: False)()
        if box.objectName().startswith("submit.confirm.") and box.isVisible() and not ticked:
            hands.reveal(box)
            QTest.mouseClick(box, Qt.MouseButton.LeftButton)
    book.step(f"{words}：提交之前看清楚会怎样", window)
    before = last_op(unit, "act", must=False)
    hands.press(window, "submit.send")
    op_id = hands.wait(lambda: _newer(unit, before), f"{words}放入待发送")
    if queued is not None:
        queued()
    book.delivered(f"{words}：已送达，回执在手", unit, op_id)
    return op_id


def _newer(person: Person, before: str) -> str:
    now = last_op(person, "act", must=False)
    return now if now != before else ""


def mend(book: Book, unit: Person, number: str, words: str, *, queued: Callable[[], object] | None = None) -> str:
    """Open what was returned, see who returned it and why, send it again; the op_id."""
    unit.go("returned")
    hands.act_row(unit.window, "returned.list", number, "去修改", 60)
    hands.find(unit.window, "amend.band", seconds=30)
    book.step(f"{words}：谁退回的、为什么、电话，都在上面", unit.window)
    return send(book, unit, words, page="amend", queued=queued)


def exam_result(book: Book, unit: Person, name: str, *, passed: bool = True) -> None:
    """The study platform puts a file into the watched folder; the people list shows what came of it."""
    person = next(one for one in book.stage.sample["people"] if one["name"] == name)
    result = {"id_number": person["id_number"], "passed": passed, "on": book.stage.today.isoformat(), "score": "86"}
    inbox = book.stage.server.data / "study-inbox"
    inbox.mkdir(exist_ok=True)
    file = inbox / "考试成绩.json.part"
    file.write_text(json.dumps([result], ensure_ascii=False), encoding="utf-8")
    file.rename(inbox / "考试成绩.json")
    hands.wait(lambda: not (inbox / "考试成绩.json").exists(), "学习平台的成绩文件被收下", 60)
    rejected = list((inbox / "rejected").glob("*")) if (inbox / "rejected").exists() else []
    if rejected:
        raise hands.Stuck(f"成绩文件没有被接受：{[one.name for one in rejected]}")
    unit.go("people")
