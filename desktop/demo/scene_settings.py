"""The settings desk: what the guide leaves open gets a value, a first day and a reason; agencies and staff come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.demo import eyes, hand_rows, hands
from desktop.demo.book import Book, last_op, next_op
from desktop.demo.stage import Person
from desktop.pages.settings_editors import COLUMN_WORDS, TableEditor
from desktop.widgets.fields import Field
from domain.packs import Pack


def set_values(book: Book, admin: Person) -> None:
    """One parameter after the other, as the sample names them; what it holds back is left for later."""
    admin.go("settings")
    window = admin.window
    hands.find(window, "settings.unset")
    book.step("协会设置：还没设定的参数都点出名来，不会当作零", window)
    settings = [one for one in book.stage.sample["settings"] if not one.get("later")]
    for number, setting in enumerate(settings):
        before = last_op(admin, "set-config")
        set_value(window, admin.pack, setting)
        next_op(admin, before, setting["why"], "set-config")
        if number == 0:
            eyes.says(window, "待发送")
            label = admin.pack.parameters[setting["key"]].label
            book.step(f"设定“{label}”：从哪天起、依据什么，都写清楚", window)
    op_id = last_op(admin, "set-config")
    _all_delivered(admin)
    book.delivered(f"{len(settings)} 项设定送达协会，立即生效", admin, op_id)


def set_late_value(book: Book, admin: Person, words: str) -> None:
    """The one that was held back, after it has stopped somebody."""
    admin.go("settings")
    before = last_op(admin, "set-config")
    for setting in (one for one in book.stage.sample["settings"] if one.get("later")):
        set_value(admin.window, admin.pack, setting)
    op_id = next_op(admin, before, words, "set-config")
    _all_delivered(admin)
    book.delivered(words, admin, op_id)


def set_value(window: QWidget, pack: Pack, setting: Mapping[str, Any]) -> None:
    """Open the parameter, write its value, its first day and why, and save."""
    spec = pack.parameters[setting["key"]]

    def open_it() -> None:
        name = "settings.unset" if hand_rows.headed(window, "settings.unset", spec.label) else "settings.list"
        hand_rows.act_row(window, name, spec.label, "set")

    hands.again_until(open_it, lambda: hands.there(window, "settings.since"), f"“{spec.label}”的设定栏")
    value = setting["value"]
    if spec.type == "table":
        _fill_table(window, pack, value)
    elif spec.type == "list":
        hands.write(window, "settings.value", "、".join(value))
    else:
        hands.write(window, "settings.value", str(value))
    hands.write(window, "settings.since", str(setting["since"]))
    hands.write(window, "settings.why", setting["why"])
    hands.press(window, "settings.save")
    hands.wait(lambda: not hands.there(window, "settings.save"), f"“{spec.label}”存下")


def new_agency(book: Book, admin: Person) -> None:
    """Another agency that units may choose."""
    window, made = admin.window, book.stage.sample["newcomers"]["agency"]
    admin.go("agencies")
    hands.press(window, "agencies.new")
    for key in ("name", "city", "contact", "phone"):
        hands.write(window, f"office.{key}", made[key])
    before = last_op(admin)
    hands.press(window, "office.save")
    op_id = next_op(admin, before, "新机构", None)
    hand_rows.row(window, "agencies.list", made["name"])
    book.delivered("新增一家会员服务机构，单位马上选得到", admin, op_id)


def new_reviewer(book: Book, admin: Person) -> Person:
    """An account of the association's staff; the person at it, who has yet to log in."""
    window, made = admin.window, book.stage.sample["newcomers"]["account"]
    admin.go("accounts")
    hands.press(window, "accounts.new")
    for key in ("name", "login", "mobile"):
        hands.write(window, f"office.{key}", made[key])
    hands.choose(window, "office.role", admin.pack.spec.roles[made["role"]].label)
    before = last_op(admin)
    hands.press(window, "office.save")
    op_id = next_op(admin, before, "新账号", None)
    hand_rows.row(window, "accounts.list", made["name"])
    book.delivered("新增审核账号，首次密码由系统发到手机", admin, op_id)
    return book.stage.newcomer(made["role"], made["login"], made["name"])


def _fill_table(window: QWidget, pack: Pack, value: Mapping[str, Mapping[str, Any]]) -> None:
    types, levels, classes = (pack.enums[name] for name in ("certificate_type", "education_level", "specialty_class"))
    for number, (key, cells) in enumerate(value.items()):
        hands.press(window, "settings.table.add")
        _field(window, COLUMN_WORDS["certificate_type"], number, types[key])
        _field(window, COLUMN_WORDS["min_level"], number, levels[cells["min_level"]])
        if cells.get("specialty_classes"):
            words = "、".join(classes[one] for one in cells["specialty_classes"])
            _field(window, COLUMN_WORDS["specialty_classes"], number, words)


def _field(window: QWidget, label: str, number: int, words: str) -> None:
    """The field of this label in that row of the table."""

    def look() -> Field | None:
        table = next((one for one in window.findChildren(TableEditor) if one.isVisible()), None)
        made = table.findChildren(Field) if table is not None else []
        fields = [one for one in made if one.editor.accessibleName() == label]
        return fields[number] if len(fields) > number else None

    hands.fill(hands.wait(look, f"表格第 {number + 1} 行的“{label}”"), words)


def _all_delivered(admin: Person) -> None:
    def waiting() -> int:
        with admin.desk.context.store.reading() as reader:
            return len(reader.operations.outbox(admin.account))

    hands.wait(lambda: not waiting(), "设定全部送达")
    hands.wait(lambda: not hand_rows.listed(admin.window, "settings.list", "待发送"), "没有待发送的设定")
