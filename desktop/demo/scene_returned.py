"""What came back: mended and sent again, a person taken out, a form ended, a form copied as new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.demo import eyes, hand_files, hand_rows, hands, papers
from desktop.demo.book import Book, last_op, next_op
from desktop.demo.scene_form import drafts
from desktop.demo.scene_submit import boxes, send
from desktop.demo.stage import Person
from sync.store.text import key_of


def number_of(unit: Person, op_id: str) -> str:
    """The number that the association gave to what this Operation sent, once it has come."""

    def given() -> str:
        found = (one for one in unit.bodies("application") if one["id"] == _entity(unit, op_id))
        return next((str(one.get("number") or "") for one in found), "")

    return hands.wait(given, "办件编号")


def case_of(unit: Person, number: str) -> str:
    """The key of the case with this number."""
    return key_of(next(one["id"] for one in unit.bodies("application") if one.get("number") == number))


def state_of(unit: Person, number: str) -> str:
    """Where this case stands, as the desk's own mirror has it."""
    return next((str(one["state"]) for one in unit.bodies("application") if one.get("number") == number), "")


def open_returned(book: Book, unit: Person, number: str, words: str) -> None:
    """From the list of what came back into the form that can be mended."""
    unit.go("returned")
    hand_rows.row(unit.window, "returned.list", number, 60)
    book.step(f"{words}：退回的列在这里，原因就在行里", unit.window)
    hand_rows.act_row(unit.window, "returned.list", number, "amend")
    hands.find(unit.window, "amend.band")
    eyes.settle(unit.window)
    book.step(f"{words}：谁退回的、为什么、电话，都在上面", unit.window)


def mend_paper(
    book: Book, unit: Person, number: str, marked: Mapping[str, Any], words: str, *, queued: Callable[[], object]
) -> str:
    """A new file in the place that was marked, then 重新发起; the op_id."""
    window = unit.window
    open_returned(book, unit, number, words)
    place = hands.wait(
        lambda: next(
            (one for one in boxes(window, "amend.place.") if one.objectName().endswith(marked["material"])), None
        ),
        "要改的那一处",
    )
    file = book.stage.work / f"{marked['name']}-重新扫描.jpg"
    file.write_bytes(papers.picture("重新扫描", [marked["name"], "毕业时间清楚"]))
    hand_files.drop(window, place.objectName(), [file])
    eyes.says(window, "1 处需修改·已改 1")
    hands.press(window, "amend.compare")
    hands.find(window, "amend.changes")
    eyes.settle(window)
    book.step(f"{words}：换上新扫描件，与上次的不同列得清清楚楚", window)
    return send(book, unit, words, page="amend", queued=queued)


def take_out(book: Book, unit: Person, number: str, name: str, words: str) -> str:
    """One person leaves the form, the rest goes again; the op_id."""
    window = unit.window
    open_returned(book, unit, number, words)
    if not hands.there(window, "form.table"):
        hands.press_words(window, "打开整份申请来改")
    hand_rows.tick_row(window, "form.table", name)
    hands.press(window, "form.remove")
    hands.wait(lambda: not hand_rows.listed(window, "form.table", name), f"{name}已移出")
    eyes.settle(window)
    book.step(f"{words}：移出{name}，其余的照常重新提交", window)
    _seal_again(book, unit, words)
    return send(book, unit, words, page=mending_on(window))


def _seal_again(book: Book, unit: Person, words: str) -> None:
    """The sealed list names somebody who has left: one for the others is printed, sealed and attached beside it."""
    stage, window = book.stage, unit.window
    sealed = stage.sample["story"]["form"]["sealed"]
    eyes.says(window, "名单变了")
    scan = stage.work / "重新盖章.pdf"
    title = next(one.label for one in unit.pack.spec.documents.values())
    hands.press_words(window, f"打印{title}")
    hands.find(window, "letter.preview")
    eyes.settle(window)
    hand_files.save_as(stage.work, lambda: hands.press(window, "letter.save"))
    hands.press_words(window, "返回")
    scan.write_bytes(papers.scan(title, ["名单同申请表，已去掉移出的人"], sealed=True))
    hand_files.drop(window, f"form.drop.{sealed}", [scan])
    eyes.says(window, "已附 2 个")
    hands.wait(lambda: "名单变了" not in eyes.everything(window), "重新盖章的那一份算数")
    eyes.settle(window)
    book.step(f"{words}：按剩下的人重新盖章，旧的那份不再提示", window)


def mending_on(window: QWidget) -> str:
    """Which page what came back lies open on: its own, or the whole form."""
    return hands.wait(
        lambda: next((page for page in ("amend", "form") if hands.there(window, f"{page}.submit")), ""), "“检查并提交”"
    )


def take_back(book: Book, unit: Person, number: str, words: str) -> None:
    """作废 a form that nobody has decided on yet, with the question asked first."""
    window = unit.window
    unit.go(f"case/{case_of(unit, number)}")
    hands.press(window, "case.end")
    hands.find(window, "case.confirm")
    eyes.settle(window)
    book.step(f"{words}：再问一次，说明不能恢复", window)
    before = last_op(unit, "act")
    hands.press(window, "case.confirm")
    book.delivered(words, unit, next_op(unit, before, words))


def copy_as_new(book: Book, unit: Person, number: str, name: str, words: str) -> None:
    """再办一份相同的: a draft of its own with the same people."""
    window, before = unit.window, set(drafts(unit))
    unit.go(f"case/{case_of(unit, number)}")
    hands.press(window, "case.copy")
    hands.find(window, "form.table")
    hand_rows.row(window, "form.table", name)
    hands.wait(lambda: set(drafts(unit)) - before, "新的草稿")
    eyes.settle(window)
    book.step(words, window)


def timeline(book: Book, unit: Person, number: str, words: str) -> None:
    """The case: who did what when, who has it now with telephone, what comes next."""
    unit.go(f"case/{case_of(unit, number)}")
    body = next(one for one in unit.bodies("application") if one.get("number") == number)
    holder = body.get("holder") or {}
    for said in (str(holder.get("name") or ""), str(holder.get("phone") or "")):
        eyes.says(unit.window, said)
    book.step(words, unit.window, facts={"holder": holder.get("name"), "phone": holder.get("phone")})


def _entity(unit: Person, op_id: str) -> str:
    with unit.desk.context.store.reading() as reader:
        kept = reader.operations.get(op_id)
    return kept.entity if kept is not None else ""
