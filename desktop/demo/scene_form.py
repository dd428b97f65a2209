"""Without a network a registration is begun: one form with all its cards, and a picker that hides nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.demo import eyes, hand_rows, hands
from desktop.demo.book import Book
from desktop.demo.stage import Person
from domain.packs import Pack
from sync.store.text import key_of

Card = Mapping[str, Any]


def begin(unit: Person, service: str) -> str:
    """An empty form of this service is on screen; the key of its draft."""
    before = set(drafts(unit))
    unit.go(f"cases/{service}")
    hands.press(unit.window, "cases.new")
    hands.find(unit.window, "form.pick")
    made = hands.wait(lambda: set(drafts(unit)) - before, "新的草稿")
    eyes.settle(unit.window)
    return made.pop()


def drafts(unit: Person) -> list[str]:
    """The keys of the drafts on this desk."""
    with unit.desk.context.store.reading() as reader:
        return [key_of(one.id) for one in reader.drafts.all(unit.account)]


def fill_in(book: Book, unit: Person) -> str:
    """The cable is out. The form's own fields, then card by card its people; the key of the draft."""
    window, form = unit.window, book.stage.sample["story"]["form"]
    book.stage.line.offline()
    key = begin(unit, form["service"])
    own_fields(unit, form)
    hands.press(window, "form.share")  # the desk tries to send it, and notices
    eyes.says(window, "离线")
    label = unit.pack.services[form["service"]].label
    book.step(f"网络断了照样办：打开{label}，填好基本信息", window)
    for card in form["cards"]:
        pick_people(book, unit, form["service"], card, pictures=True)
    book.step(f"{len(form['cards'])} 张卡片都填好：每个人缺什么、在哪里补，点名说清楚", window)
    return key


def own_fields(unit: Person, form: Mapping[str, Any]) -> None:
    """What the form asks once."""
    hands.choose(unit.window, "form.field.agency_id", form["agency"])
    for field, words in form["fields"].items():
        hands.write(unit.window, f"form.field.{field}", words)


def pick_people(book: Book, unit: Person, service: str, card: Card, *, pictures: bool = False) -> None:
    """The people of one card from the picker, then what is filled in for each."""
    window, pack = unit.window, unit.pack
    label = pack.services[service].cards[card["card"]].label
    if len(pack.services[service].cards) > 1:
        hands.turn_to(window, "form.tabs", label)
    hands.press(window, "form.pick")
    hands.find(window, "picker.table")
    if refused := card.get("refused"):
        _refused(book, window, label, refused)
    for number, person in enumerate(card["people"], 1):
        tick_person(window, person["search"], person["name"], number)
    hands.write(window, "picker.search", "")
    if pictures:
        hand_rows.click_row(window, "picker.table", card["people"][0]["name"])
        book.step(f"{label}：用{_ways(card['people'])}找到并选中 {len(card['people'])} 人", window)
    hands.press(window, "picker.add")
    for person in card["people"]:
        hand_rows.row(window, "form.table", person["name"])
    eyes.settle(window)
    for person in card["people"]:
        for field, value in (person.get("cells") or {}).items():
            fill_cell(window, pack, service, card["card"], person["name"], field, value)
    eyes.settle(window)


def _refused(book: Book, window: QWidget, label: str, name: str) -> None:
    """Somebody who cannot be chosen: every reason, and the day from which it goes by itself."""
    hands.write(window, "picker.search", name)
    hands.wait(lambda: hand_rows.count(window, "picker.table") == 1, f"只剩“{name}”一行")
    hand_rows.click_row(window, "picker.table", name)
    eyes.says(window, f"现在不可办{label}")
    eyes.settle(window)
    hand_rows.tick_row(window, "picker.table", name)
    said = eyes.everything(window)
    if "已选 0 人" not in said:
        raise hands.Stuck(f"{name}不符合条件，竟然选中了")
    hands.write(window, "picker.search", "")
    hand_rows.click_row(window, "picker.table", name)
    eyes.settle(window)
    earliest = "，最早哪天可办也算好了" if "最早可办" in said else "，先办什么也写明"
    book.step(f"{label}：{name}不可选，每一条原因都列出来{earliest}", window)


def _ways(people: Sequence[Mapping[str, Any]]) -> str:
    """How these were looked for."""
    ways = []
    for person in people:
        search = str(person["search"])
        if search == person["name"]:
            ways.append("姓名")
        elif search.isascii() and search.isalpha():
            ways.append("拼音首字母")
        elif search[0].isdigit():
            ways.append("身份证号")
        else:
            ways.append("证书编号")
    return "、".join(dict.fromkeys(ways))


def tick_person(window: QWidget, search: str, name: str, chosen: int) -> None:
    """Look for somebody in the picker and tick the row; so many are chosen then."""
    hands.write(window, "picker.search", search)
    hand_rows.row(window, "picker.table", name)
    hands.wait(lambda: hand_rows.count(window, "picker.table") < 5, f"按“{search}”找到的人")
    hands.again_until(
        lambda: hand_rows.tick_row(window, "picker.table", name),
        lambda: f"已选 {chosen} 人" in eyes.everything(window),
        f"选中“{name}”",
    )


def fill_cell(window: QWidget, pack: Pack, service: str, card: str, name: str, field: str, value: Any) -> None:
    """Write into a cell of a row, in whatever way its field takes it, until the row says so."""
    spec = next(one for one in pack.services[service].row_fields(card) if one.key == field)
    words = "、".join(value) if isinstance(value, list) else str(value)

    def write() -> None:
        hand_rows.click_cell(window, "form.table", name, spec.label)
        if isinstance(value, list):
            hands.tick_choices(value)
        else:
            hands.fill(hands.find(window, f"form.cell.{field}", seconds=hands.GLANCE), words)

    hands.again_until(
        write, lambda: hand_rows.listed(window, "form.table", (name, words)), f"{name}的“{spec.label}”填成“{words}”"
    )
