"""Papers: chosen, dropped, pasted, told at once when they will not do, one for several, a folder that sorts itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop.demo import eyes, hand_files, hand_rows, hands, papers
from desktop.demo.book import Book, answer_to
from desktop.demo.stage import Person

TOO_LARGE = 12 * 1024 * 1024  # bytes, more than the pack allows
NOT_A_PICTURE = b"PK\x03\x04 this is no picture, whatever its name says"


def label_of(unit: Person, service: str, card: str, material: str) -> str:
    """How people call a paper of this card."""
    of_card = unit.pack.services[service].card_service(card)
    return next(one.label for one in of_card.spec.materials if one.id == material)


def open_papers(unit: Person, service: str, card: str) -> None:
    """The page with the papers of a card."""
    if len(unit.pack.services[service].cards) > 1:
        hands.turn_to(unit.window, "form.tabs", unit.pack.services[service].cards[card].label)
    hands.press(unit.window, "form.materials")
    hands.find(unit.window, "materials.table")
    eyes.settle(unit.window)


def attach_all(book: Book, unit: Person) -> None:
    """The papers of those who have none in their profile."""
    window, form = unit.window, book.stage.sample["story"]["form"]
    first, second = form["lacking"]
    service, card = form["service"], form["cards"][0]["card"]
    labels = {key: label_of(unit, service, card, form[key]) for key in ("kind", "shared", "single")}
    open_papers(unit, service, card)
    book.step("资料：每人每样一行，档案里已有的自动用上，缺的按人点名", window)
    _told_at_once(book, unit, first, labels["kind"])
    _folder(book, unit, [first, second], labels["kind"])
    _one_for_all(book, unit, [first, second], labels["shared"])
    scan = _scan(book, f"{first}-{labels['single'][-6:]}.jpg", labels["single"], [first])
    hand_files.choose_files(
        lambda: hand_rows.act_row(window, "materials.table", (first, labels["single"]), "choose"), [scan]
    )
    has(unit, first, labels["single"])
    hand_rows.click_row(window, "materials.table", (second, labels["single"]))
    eyes.settle(window)
    hand_files.paste_picture(window, "materials.one", papers.picture(labels["single"], [second]))
    has(unit, second, labels["single"])
    book.step("一份从文件里选，一份截图后直接粘贴", window)
    hands.press(window, "materials.back")
    other = form["other"]
    open_papers(unit, service, other["card"])
    for material in other["materials"]:
        drop_on(book, unit, other["name"], label_of(unit, service, other["card"], material))
    book.step("另一张卡片的资料，一份一份拖进来", window)
    hands.press(window, "materials.back")
    hands.find(window, "form.tabs")


def drop_on(book: Book, unit: Person, name: str, label: str, *, photo: bool = False) -> None:
    """Drag one paper onto the place of its person."""
    hand_rows.click_row(unit.window, "materials.table", (name, label))
    eyes.settle(unit.window)
    file = _scan(book, f"{name}-{label[:6]}.jpg", label, [name], photo=photo)
    hand_files.drop(unit.window, "materials.one", [file])
    has(unit, name, label)


def has(unit: Person, name: str, label: str) -> None:
    """The row of this person and paper shows a file of its own."""

    def look() -> bool:
        view, place = hand_rows.row(unit.window, "materials.table", (name, label))
        line: Any = view.rows.row_at(place)
        return bool(line.papers)

    hands.wait(look, f"{name}的{label}已附上")


def _told_at_once(book: Book, unit: Person, name: str, label: str) -> None:
    """A file that is too large, and one that is not what its name says."""
    window = unit.window
    hand_rows.click_row(window, "materials.table", (name, label))
    eyes.settle(window)
    large = book.stage.work / "扫得太大.jpg"
    page = papers.picture(label, [name])
    large.write_bytes(page + b"\0" * (TOO_LARGE - len(page)))
    hand_files.drop(window, "materials.one", [large])
    eyes.says(window, f"“{large.name}”")
    book.step("文件太大：当场说明上限是多少、怎么办", window)
    wrong = book.stage.work / "其实是压缩包.jpg"
    wrong.write_bytes(NOT_A_PICTURE)
    hand_files.drop(window, "materials.one", [wrong])
    eyes.says(window, f"“{wrong.name}”")
    book.step("文件不是名字所说的那种：当场说明", window)


def _folder(book: Book, unit: Person, names: Sequence[str], label: str) -> None:
    """A whole folder: who is named in a file name gets it, the rest are listed."""
    window, stage = unit.window, book.stage
    story = stage.sample["story"]["form"]
    folder = stage.work / str(story["number_on_paper"])
    people = [(name, number_of(stage.sample, name)) for name in names]
    papers.folder_of_papers(folder, people, story["number_on_paper"], strangers=[story["stranger"]])
    hands.choose(window, "materials.kind", label)
    hand_files.drop(window, "materials.drop", [folder])
    for name in names:
        has(unit, name, label)
    eyes.says(window, "没有对上")
    book.step("整个文件夹拖进来：按文件名里的姓名、身份证号对到人，对不上的列出来", window)


def _one_for_all(book: Book, unit: Person, names: Sequence[str], label: str) -> None:
    """One list for several people."""
    window = unit.window
    listed = book.stage.work / f"{label[:4]}清单.pdf"
    listed.write_bytes(papers.scan(label, list(names), sealed=True))
    for name in names:
        hand_rows.tick_row(window, "materials.table", (name, label))
    hand_files.choose_files(lambda: hands.press_words(window, "用同一个文件"), [listed])
    for name in names:
        has(unit, name, label)
    book.step(f"{label}：一份清单给 {len(names)} 个人用", window)


def seal_letter(book: Book, unit: Person, name: str, *, pictures: bool = True) -> None:
    """The letter as a PDF, kept under this name; a scan of the sealed one is dragged back."""
    stage, window = book.stage, unit.window
    sealed = stage.sample["story"]["form"]["sealed"]
    title = next(one.label for one in unit.pack.spec.documents.values())
    hands.press(window, "form.letter")
    hands.find(window, "letter.preview")
    eyes.settle(window)
    if pictures:
        book.step(f"{title}由表单生成，先看一遍", window)
    letter = hand_files.save_as(stage.work, lambda: hands.press(window, "letter.save"))
    book.keep(name, letter)
    hands.press_words(window, "返回")
    scan = stage.work / f"{title}扫描件.pdf"
    scan.write_bytes(papers.scan(title, ["名单同申请表", "（此处应有日期）"], sealed=True))
    hand_files.drop(window, f"form.drop.{sealed}", [scan])
    eyes.says(window, "已附 1 个")
    if pictures:
        book.step("盖章后把扫描件拖回来，检查栏随即更新", window, files=[name])


def receipt_paper(book: Book, unit: Person, op_id: str) -> None:
    """The receipt of an Operation, proved without a network and saved as a PDF."""
    stage, window = book.stage, unit.window
    if answer_to(unit, op_id) is None:
        raise hands.Stuck(f"{op_id} 没有回执")
    unit.go(f"receipt/{op_id}")
    hands.find(window, "receipt.save")
    eyes.says(window, "签名核对相符")
    paper = hand_files.save_as(stage.work, lambda: hands.press(window, "receipt.save"))
    book.step("送达回执：不用联网就能核对签名", window, files=[book.keep("receipt.pdf", paper)])


def number_of(sample: Mapping[str, Any], name: str) -> str:
    """Somebody's identity number, as the sample has it."""
    return str(next(one["id_number"] for one in sample["people"] if one["name"] == name))


def _scan(book: Book, file: str, title: str, lines: Sequence[str], *, photo: bool = False) -> Path:
    made = book.stage.work / file
    made.write_bytes(papers.photo(title, lines) if photo else papers.picture(title, lines))
    return made
