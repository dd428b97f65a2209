"""Without a network a registration is filled in, sealed, and waits to be sent; then the line comes back."""

from __future__ import annotations

import shutil

from PySide6.QtWidgets import QWidget

from desktop.demo import hands, papers
from desktop.demo.book import Book, last_op
from desktop.demo.stage import Person

SERVICE = "education-registration"
SEALED = "form.drop.commitment-letter-sealed"
PEOPLE = (("陈喆", "专业监理工程师"), ("李𬱖", "安全监理员"))


def fill_in(book: Book, unit: Person) -> None:
    """The cable is out. The form, its people, its letter, the last look, 待发送."""
    window = unit.window
    book.stage.line.offline()
    unit.go(f"cases/{SERVICE}")
    hands.press(window, "cases.new")
    hands.find(window, "form.pick")
    hands.choose(window, "form.field.agency_id", "广州")
    hands.write(window, "form.field.contact_name", "温晓岚")
    hands.write(window, "form.field.contact_mobile", "19900001003")
    _choose_people(book, window)
    for name, kind in PEOPLE:
        hands.again_until(
            lambda name=name: hands.click_cell(window, "form.table", name, "报名类别"),  # type: ignore[misc]
            lambda: hands.there(window, "form.cell.certificate_type"),
            "报名类别可以填写",
        )
        hands.fill(hands.find(window, "form.cell.certificate_type"), kind)
    hands.settle(window)
    hands.says(window, "缺少材料：单位承诺书（盖章）扫描件")
    book.step("每个人的资料随填随查：缺什么，在哪里补，点名说清楚", window)
    _seal_letter(book, window)
    hands.press_words(window, "返回")
    hands.press(window, "form.submit")
    hands.says(window, "2 人都可以提交")
    book.step("提交前再看一遍：依据哪天的资料、会不会产生费用、之后经过谁", window)
    hands.press(window, "submit.confirm.pledge")
    hands.press(window, "submit.send")
    hands.wait(lambda: waiting(unit, "act"), "申请放入待发送")
    unit.go("outbox")
    hands.row(window, "outbox.list", "学习报名")
    hands.says(window, "离线", 60)
    book.step("断网中提交：放入待发送，不叫已提交", window)


def _choose_people(book: Book, window: QWidget) -> None:
    hands.press(window, "form.pick")
    hands.row(window, "picker.table", "陈喆")
    hands.write(window, "picker.search", "许国栋")
    hands.click_row(window, "picker.table", "许国栋")
    hands.settle(window)
    book.step("选人：不可选的也列出来，每一条不满足的规则都写明", window)
    for number, (name, _kind) in enumerate(PEOPLE, 1):
        tick_person(window, name, number)
    hands.write(window, "picker.search", "")
    hands.says(window, "已选 2 人")
    book.step("选中两人，名字里有生僻字也一样", window)
    hands.press(window, "picker.add")
    hands.row(window, "form.table", PEOPLE[-1][0])


def tick_person(window: QWidget, name: str, chosen: int) -> None:
    """Look for somebody in the picker and tick the row; so many are chosen then."""
    hands.find(window, "picker.table")
    hands.write(window, "picker.search", name)
    hands.wait(lambda: hands.row(window, "picker.table", name)[0].rows.rowCount() == 1, f"只剩“{name}”一行")
    hands.again_until(
        lambda: hands.tick_row(window, "picker.table", name),
        lambda: _says_chosen(window, chosen),
        f"选中“{name}”",
    )


def _says_chosen(window: QWidget, chosen: int) -> bool:
    return f"已选 {chosen} 人" in hands.everything(window)


def _seal_letter(book: Book, window: QWidget) -> None:
    """The letter as a PDF; a scan of the sealed one is dragged back."""
    stage = book.stage
    hands.press(window, "form.letter")
    hands.find(window, "letter.preview")
    hands.settle(window)
    letter = hands.save_as(stage.work, "单位承诺书.pdf", lambda: hands.press(window, "letter.save"))
    shutil.copy(letter, stage.out / "letter.pdf")
    scan = stage.work / "承诺书扫描件.pdf"
    scan.write_bytes(papers.scan("单位承诺书", ["名单同申请表", "（此处应有日期）"], sealed=True))
    hands.drop(hands.find(window, SEALED), [scan])
    hands.says(window, "已附 1 个")
    book.step("单位承诺书由表单生成，盖章后把扫描件拖回来", window, files=["letter.pdf"])


def come_back(book: Book, unit: Person) -> str:
    """The line is there again, and loses the first answer on its way: delivered once all the same."""
    line = book.stage.line
    op_id = last_op(unit, "act")
    line.lose_next_answer(b"/push")
    line.online()
    book.delivered("网络恢复，第一次答复在路上丢了：再问一次，仍只登记一次", unit, op_id)
    log = (book.stage.out / "proxy.log").read_text(encoding="utf-8")
    if '"answer-lost"' not in log:
        raise hands.Stuck("线路没有丢掉那次答复，这一步没有试到")
    return op_id


def waiting(person: Person, kind: str) -> bool:
    """Whether something of this kind waits to be sent."""
    desk = person.program.desk
    assert desk is not None
    with desk.context.store.reading() as reader:
        return any(one.kind == kind for one in reader.operations.outbox(person.account))
