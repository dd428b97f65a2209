"""The other side of the desk: an agency returns and passes, the association passes, finance checks the money."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.demo import eyes, hand_rows, hands
from desktop.demo.book import Book, last_op, next_op
from desktop.demo.stage import Person
from desktop.pages.place_lines import PlaceLine
from desktop.pages.review import ReviewPage

WITHIN = 30.0  # seconds in which the unit has to hear of a decision: on a quiet machine it is some two


def open_case(person: Person, number: str, *, desk: str = "review") -> QWidget:
    """The case lies open at this desk, with its first attachment."""
    window = person.window
    person.go(desk)
    if hands.there(window, f"{desk}.names"):  # on a narrow window the list has to be asked for
        hands.press(window, f"{desk}.names")
    hand_rows.row(window, f"{desk}.list", number, 60)
    hands.again_until(
        lambda: hand_rows.click_row(window, f"{desk}.list", number),
        lambda: _number_open(window) == number,
        "打开的申请",
    )
    eyes.settle(window)
    return window


def look_through(book: Book, person: Person, number: str, words: str, *, desk: str = "review") -> None:
    """Every attachment of every person is opened once, as fetched from the association."""
    window = open_case(person, number, desk=desk)
    page = _page(window)
    sheet = page.model.sheet
    assert sheet is not None
    seen: set[tuple[str, tuple[str, str]]] = set()
    for part in sheet.parts:
        if len(sheet.parts) > 1:
            hand_rows.click_row(window, "review.people", part.title)
            # `part` is bound here, in the loop
            hands.wait(lambda part=part: page.model.part_key == part.key, part.title)  # type: ignore[misc]
        for paper in part.sheets:
            page.pane.tab_chosen.emit(paper.key)
            hands.wait(lambda: page.settled, f"{part.title}的附件取到")
            seen.add((part.key, paper.key))
    wanted = sum(len(part.sheets) for part in sheet.parts)
    if not wanted or len(seen) != wanted:
        raise hands.Stuck(f"{number} 有 {wanted} 份附件，只打开了 {len(seen)} 份")
    lent = sum(paper.profile for part in sheet.parts for paper in part.sheets)
    words = f"{words}：打开 {number}，{wanted} 份附件都看得到，其中 {lent} 份取自个人档案"
    book.step(words, window, facts={"attachments": wanted, "from_profile": lent})


def pass_case(
    book: Book, person: Person, number: str, words: str, *, desk: str = "review", blocked_by: str = ""
) -> str:
    """Open the case at this desk, look at it, pass it, send the decision; the op_id of the decision."""
    window = open_case(person, number, desk=desk)
    book.step(f"{words}：打开 {number}", window)
    hands.press(window, f"{desk}.approve")
    return send_decision(book, person, desk, words, blocked_by=blocked_by)


def return_case(book: Book, person: Person, number: str, reason: str, words: str, *, desk: str = "review") -> str:
    """Return the case as a whole with a reason, send the decision; the op_id of the decision."""
    window = open_case(person, number, desk=desk)
    hands.press(window, f"{desk}.return")
    hands.write(window, "review.reason", reason)
    book.step(f"{words}：写下原因", window)
    hands.press(window, "review.return.confirm")
    return send_decision(book, person, desk, words)


def return_marked(book: Book, person: Person, number: str, name: str, material: str, reason: str, words: str) -> str:
    """Return the case with words bound to one paper of one person; the op_id of the decision."""
    window = open_case(person, number)
    hand_rows.click_row(window, "review.people", name)
    # the first half of the `and` asks whether it is there
    hands.wait(lambda: _page(window).model.part and _page(window).model.part.title == name, name)  # type: ignore[union-attr]
    hands.press(window, "review.return")

    def line() -> PlaceLine | None:
        lines = (one for one in window.findChildren(PlaceLine) if one.isVisible())
        return next((one for one in lines if one.key.endswith(f".{material}")), None)

    place = hands.wait(line, f"{name}的这份材料")
    hands.reveal(place)
    QTest.mouseClick(place, Qt.MouseButton.LeftButton)
    hands.wait(lambda: (_page(window).model.place or ("",))[0].endswith(f".{material}"), "点中的材料")
    hands.write(window, "review.reason", reason)
    hands.press(window, "review.note")
    eyes.says(window, reason)
    book.step(f"{words}：意见记在那一份材料上", window)
    hands.press(window, "review.return.confirm")
    return send_decision(book, person, "review", words)


def send_decision(book: Book, person: Person, desk: str, words: str, *, blocked_by: str = "") -> str:
    """送出: what was decided goes out and is answered; `blocked_by`: what the refusal has to name."""
    before = last_op(person, "act")
    hands.press(person.window, f"{desk}.send")
    op_id = next_op(person, before, f"{words}的决定")
    if blocked_by:
        eyes.says(person.window, blocked_by)
    book.delivered(words, person, op_id, outcome="refused" if blocked_by else "applied")
    return op_id


def hears(book: Book, unit: Person, since: float, words: str) -> None:
    """What the unit is told beside the clock, while another window is in front, within seconds."""

    def heard() -> tuple[float, str] | None:
        return next((one for one in unit.heard.words if one[0] >= since), None)

    came, said = hands.wait(heard, f"桌面通知：{words}")
    seconds = round(came - since, 1)
    if seconds > WITHIN:
        raise hands.Stuck(f"{words}：{seconds} 秒才有通知")
    book.step(f"{words}：{seconds} 秒内在窗口和桌面上都有通知", unit.window, facts={"notified": said, "after": seconds})


def at_home(unit: Person) -> float:
    """The unit's window shows what there is to do while somebody else's is in front; the moment from then on."""
    unit.desk.shell.go("home")
    eyes.settle(unit.window)
    return time.monotonic()


def _page(window: QWidget) -> ReviewPage:
    page = getattr(window, "page", None)
    if not isinstance(page, ReviewPage):
        raise hands.Stuck("审核台没有打开")
    return page


def _number_open(window: QWidget) -> str:
    sheet = _page(window).model.sheet
    return sheet.case.row.number if sheet is not None else ""
