"""A member's dues: paid with a voucher, confirmed by finance, and the membership runs longer."""

from __future__ import annotations

from typing import Any

from desktop.demo import hands
from desktop.demo.book import Book
from desktop.demo.papers import picture
from desktop.demo.scene_decide import pass_case
from desktop.demo.scene_form import tick_person
from desktop.demo.scene_pay import attach, begin, exam_result, fill, send
from desktop.demo.scene_start import first_run
from desktop.demo.stage import Person

SERVICE = "member-fee-payment"
NAME = "许国栋"  # his membership ends within sixty days
WORDS = "缴个人会费"
STUDENT = "陈喆"


def dues(book: Book, unit: Person, finance: Person) -> None:
    """From the empty payment form to the longer membership."""
    stage, window = book.stage, unit.window
    before = valid_until(unit, NAME)
    begin(unit, SERVICE)
    hands.says(window, "已保存")
    hands.settle(window)
    hands.press(window, "form.pick")
    tick_person(window, NAME, 1)
    hands.press(window, "picker.add")
    hands.row(window, "form.table", NAME)
    hands.says(window, "应缴 240.00 元")
    book.step(f"{WORDS}：应缴多少按今天有效的标准算出来，开票信息自动带出", window)
    hands.press_words(window, "填入 240.00")
    fill(unit, {"paid_on": stage.today.isoformat()})
    voucher = stage.work / "缴费凭证.jpg"
    voucher.write_bytes(picture("银行电子回单", ["付款 240.00 元", stage.today.isoformat()]))
    attach(unit, voucher)
    op_id = send(book, unit, WORDS)
    first_run(book, finance, pictures=False)
    pass_case(book, finance, number_of(unit, op_id), "财务核实到账", desk="finance")
    after = hands.wait(lambda: _moved(unit, before), f"{NAME}的会籍延长", 60)
    unit.go("people")
    hands.settle(window)
    book.step(f"{NAME}的会籍由 {before} 延到 {after}", window)


def exam(book: Book, unit: Person) -> None:
    """The study platform's file is taken in, and the people list shows the certificate."""
    before = {one["id"] for one in _bodies(unit, "certificate")}
    exam_result(book, unit, STUDENT)
    hands.wait(lambda: {one["id"] for one in _bodies(unit, "certificate")} - before, f"{STUDENT}的新证书", 60)
    hands.write(unit.window, "people.search", STUDENT)
    hands.row(unit.window, "people.table", "专业监理工程师")
    book.step(f"考试成绩送到，{STUDENT}的证书出现在人员档案里", unit.window)


def _moved(unit: Person, before: str) -> str:
    now = valid_until(unit, NAME)
    return now if now > before else ""


def valid_until(person: Person, name: str) -> str:
    """Until when this person is a member, as the desk's own mirror has it."""
    member = next(one["id"] for one in _bodies(person, "person") if one["name"] == name)
    key = member.rpartition("/")[2]
    return next(str(one["valid_until"]) for one in _bodies(person, "membership") if one["id"].endswith(key))


def number_of(person: Person, op_id: str) -> str:
    """The number that the association gave to what this Operation sent."""
    desk = person.program.desk
    assert desk is not None
    with desk.context.store.reading() as reader:
        kept = reader.operations.get(op_id)
    assert kept is not None
    found = [one for one in _bodies(person, "application") if one["id"] == kept.entity]
    if not found or not found[0].get("number"):
        raise hands.Stuck("办件还没有编号")
    return str(found[0]["number"])


def _bodies(person: Person, kind: str) -> list[dict[str, Any]]:
    """Everything of this kind that the association sent to this desk."""
    desk = person.program.desk
    assert desk is not None
    with desk.context.store.reading() as reader:
        found = reader.mirror.of_kind(person.account, kind)
    return [{**one.body, "id": key} for key, one in found.items() if one.body]
