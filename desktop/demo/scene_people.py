"""People come in from an Excel file as people have them: good rows go in, bad ones come back, twice changes nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.demo import eyes, hand_files, hand_rows, hands
from desktop.demo.book import Book, last_op, next_op
from desktop.demo.sample import people_workbook
from desktop.demo.stage import Person


def people_from_excel(book: Book, unit: Person) -> None:
    """Every bad cell with its reason; the good rows are delivered; the same file again finds nothing to do."""
    stage, window = book.stage, unit.window
    listed = stage.sample["people_list"]
    good = [one["cells"] for one in listed["rows"] if "bad" not in one]
    file = stage.work / listed["file"]
    file.write_bytes(people_workbook(stage.sample))
    _open(unit, file)
    book.step("导入人员名单：有问题的格子逐个写明原因", window)
    made = hand_files.save_as(stage.work, lambda: hands.press(window, "import.export"))
    book.step("有问题的行连同原因另存为 Excel，交还给填表的人", window, files=[book.keep("bad-rows.xlsx", made)])
    before, known = last_op(unit), _roster(unit)
    hands.press(window, "import.run")
    hands.find(window, "import.result")
    book.step(f"导入 {len(good)} 人，有问题的还能在这里改", window)
    next_op(unit, before, "名单", None)
    hands.wait(lambda: not _waiting(unit), "名单全部送达")
    hands.wait(lambda: _roster(unit) == known + len(good), "导入的人都从协会回来了")
    op_id = last_op(unit)
    book.delivered("名单送达协会，每人一份回执", unit, op_id)
    count = _roster(unit)
    _open(unit, file)
    button: QWidget = hands.find(window, "import.run")
    if button.isEnabled():
        raise hands.Stuck("同一份名单再导一次，竟还有要导入的人")
    if last_op(unit) != op_id or _roster(unit) != count:
        raise hands.Stuck("同一份名单再导一次，有了变化")
    book.step("同一份名单再导一次：什么也不会变", window, facts={"roster": count})
    unit.go("people")
    name = str(good[0][2])
    hands.write(window, "people.search", name)
    hand_rows.row(window, "people.table", name)
    book.step(f"新导入的{name}已经在名单里，协会还没有这位会员", window)
    hands.write(window, "people.search", "")


def _open(unit: Person, file: Path) -> None:
    unit.go("import")
    if hands.there(unit.window, "import.other"):
        hands.press(unit.window, "import.other")
    hand_files.drop(unit.window, "import.zone", [file])
    hands.find(unit.window, "import.run")
    eyes.settle(unit.window)


def _roster(unit: Person) -> int:
    return len(unit.bodies("roster"))


def _waiting(unit: Person) -> int:
    with unit.desk.context.store.reading() as reader:
        return len(reader.operations.outbox(unit.account))
