"""The settings desk: every value the guide leaves open gets one, with its first day and its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.demo import hands
from desktop.demo.book import Book, last_op
from desktop.demo.stage import Person
from desktop.pages.settings_editors import COLUMN_WORDS, TableEditor
from desktop.widgets.fields import Field
from domain.packs import Pack


def set_values(book: Book, admin: Person) -> None:
    """One parameter after the other, as the sample names them."""
    pack = pack_of(admin)
    admin.go("settings")
    window = admin.window
    hands.find(window, "settings.unset")
    book.step("协会设置：还没设定的参数都点出名来，不会当作零", window)
    settings = book.stage.sample["settings"]
    for number, setting in enumerate(settings):
        set_value(window, pack, setting)
        if number == 0:
            hands.says(window, "待发送")
            book.step("设定个人会费：从哪天起、依据什么，都写清楚", window)
    hands.wait(lambda: not _waiting(admin), "设定全部送达", 60)
    hands.wait(lambda: not hands.listed(window, "settings.list", "待发送"), "没有待发送的设定")
    book.delivered(f"{len(settings)} 项设定送达协会，立即生效", admin, last_op(admin, "set-config"))


def set_value(window: QWidget, pack: Pack, setting: Mapping[str, Any]) -> None:
    """Open the parameter, write its value, its first day and why, and save."""
    spec = pack.parameters[setting["key"]]

    def open_it() -> None:
        name = "settings.unset" if hands.headed(window, "settings.unset", spec.label) else "settings.list"
        hands.act_row(window, name, spec.label, "set")

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


def _fill_table(window: QWidget, pack: Pack, value: Mapping[str, Mapping[str, Any]]) -> None:
    table = window.findChild(TableEditor)
    assert table is not None
    types, levels, classes = (pack.enums[name] for name in ("certificate_type", "education_level", "specialty_class"))
    for number, (key, cells) in enumerate(value.items()):
        hands.press(window, "settings.table.add")
        _field(table, COLUMN_WORDS["certificate_type"], number, types[key])
        _field(table, COLUMN_WORDS["min_level"], number, levels[cells["min_level"]])
        if cells.get("specialty_classes"):
            words = "、".join(classes[one] for one in cells["specialty_classes"])
            _field(table, COLUMN_WORDS["specialty_classes"], number, words)


def _field(table: TableEditor, label: str, number: int, words: str) -> None:
    """The field of this label in that row of the table."""
    fields = [one for one in table.findChildren(Field) if one.editor.accessibleName() == label]
    hands.fill(fields[number], words)


def _waiting(person: Person) -> int:
    desk = person.program.desk
    assert desk is not None
    with desk.context.store.reading() as reader:
        return len(reader.operations.outbox(person.account))


def pack_of(person: Person) -> Pack:
    """The rules this desk works by."""
    desk = person.program.desk
    assert desk is not None
    return desk.context.pack
