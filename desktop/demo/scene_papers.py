"""What is kept: people from an Excel file with the bad rows given back, and a receipt as a paper."""

from __future__ import annotations

import shutil

from desktop.demo import hands
from desktop.demo.book import Book, answer_to
from desktop.demo.sample import people_workbook
from desktop.demo.stage import Person


def people_from_excel(book: Book, unit: Person) -> None:
    """A workbook as people have them: every bad cell with its reason, the bad rows given back as an Excel file."""
    stage, window = book.stage, unit.window
    listed = stage.sample["people_list"]
    file = stage.work / listed["file"]
    file.write_bytes(people_workbook(stage.sample))
    unit.go("import")
    hands.drop(hands.find(window, "import.zone"), [file])
    hands.find(window, "import.run")
    hands.settle(window)
    book.step("导入人员名单：有问题的格子逐个写明原因", window)
    before = set(stage.work.glob("*.xlsx"))
    hands.save_in(stage.work, lambda: hands.press(window, "import.export"))
    made = hands.wait(lambda: set(stage.work.glob("*.xlsx")) - before, "有问题的行另存为 Excel")
    shutil.copy(made.pop(), stage.out / "bad-rows.xlsx")
    hands.settle(window)
    book.step("有问题的行连同原因另存为 Excel，交还给填表的人", window, files=["bad-rows.xlsx"])


def receipt_paper(book: Book, unit: Person, op_id: str) -> None:
    """The receipt of an Operation, proved without a network and saved as a PDF."""
    stage, window = book.stage, unit.window
    outcome = answer_to(unit, op_id)
    if outcome is None or outcome.receipt is None:
        raise hands.Stuck(f"{op_id} 没有回执")
    unit.go(f"receipt/{op_id}")
    hands.find(window, "receipt.save")
    hands.wait(lambda: "签名核对相符" in hands.everything(window), "签名核对相符")
    name = f"送达回执{outcome.receipt.number}.pdf"
    paper = hands.save_as(stage.work, name, lambda: hands.press(window, "receipt.save"))
    shutil.copy(paper, stage.out / "receipt.pdf")
    book.step("送达回执：不用联网就能核对签名", window, files=["receipt.pdf"])
