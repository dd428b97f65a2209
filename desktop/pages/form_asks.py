"""What two people made of one draft: places to decide, each with both values, and what was taken over by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from desktop.pages.form_lines import PATH
from desktop.pages.form_look import Look
from desktop.pages.form_rows import named, options_of, subject_of, words_of
from desktop.pages.form_values import find_row
from desktop.widgets.base import Box, Label, clear_layout, column, row, show_if
from desktop.widgets.buttons import Button
from domain.packs.service import Service

Place = Mapping[str, Any]
MOST = 6  # taken over by itself, told line by line


class AsksBox(Box):
    """Hidden while there is nothing to decide and nothing to know."""

    decided = Signal(str, bool)  # path, theirs
    known = Signal()  # what was taken over has been seen

    def __init__(self) -> None:
        super().__init__(fill="warn_soft", radius=4)
        self._told: object = None
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        self.setLayout(column(self._lines, margins=(16, 12, 16, 12)))
        show_if(self, False)

    def show_places(self, service: Service, look: Look | None, asks: Sequence[Place], taken: Sequence[Place]) -> None:
        """One line each: first what has to be decided."""
        asked = [(str(one["path"]), ask_words(service, look, one)) for one in asks]
        over = [taken_words(service, look, one) for one in taken]
        if (asked, over) == self._told:
            return
        self._told = (asked, over)
        clear_layout(self._lines)
        if asked:
            self._lines.addWidget(Label(f"有 {len(asked)} 处您和同事都改过，请选定用哪一个。", "section", "warn"))
        for path, words in asked:
            self._lines.addLayout(self._ask(path, words))
        if over:
            self._taken(over)
        show_if(self, bool(asked or over))

    def _ask(self, path: str, words: str) -> Any:
        keep, take = Button("用我的", "link", font="panel_body"), Button("用对方的", "link", font="panel_body")
        for button, name in ((keep, "mine"), (take, "theirs")):
            button.setObjectName(f"form.ask.{name}.{path}")
            button.setAccessibleDescription(words)
        keep.clicked.connect(lambda: self.decided.emit(path, False))
        take.clicked.connect(lambda: self.decided.emit(path, True))
        return row(Label(words, "panel_body", wrap=True), keep, take, spacing=12)

    def _taken(self, words: Sequence[str]) -> None:
        seen = Button("知道了", "link", font="panel_body")
        seen.setObjectName("form.asks.known")
        seen.clicked.connect(self.known.emit)
        title = Label(f"同事改了这份草稿，{len(words)} 处已并入这里。", "section", "warn")
        self._lines.addLayout(row(title, None, seen, spacing=12))
        for line in words[:MOST]:
            self._lines.addWidget(Label(line, "panel_body", wrap=True))
        if len(words) > MOST:
            self._lines.addWidget(Label(f"另有 {len(words) - MOST} 处。", "panel_body"))


def ask_words(service: Service, look: Look | None, ask: Place) -> str:
    """Who made what of it: a value, or a whole row that one side took out."""
    by, where = ask.get("by") or "同事", _where(service, look, ask)
    if _whole_row(ask):
        mine, theirs = ("移出了", "又改过") if ask.get("mine") is None else ("改过", "移出了")
        return f"{where}：您{mine}，{by}{theirs}"
    mine, theirs = (_quoted("填", _value(service, look, ask, side)) for side in ("mine", "theirs"))
    return f"{where}：您{mine}，{by}{theirs}"


def taken_words(service: Service, look: Look | None, place: Place) -> str:
    """What was here before, and what a colleague made of it."""
    by, where = place.get("by") or "同事", _where(service, look, place)
    if _whole_row(place):
        return f"{where}：{by}{'移出了' if place.get('theirs') is None else '加进来了'}"
    before, now = (_value(service, look, place, side) for side in ("mine", "theirs"))
    return f"{where}：原来{_quoted('', before)}，{by}{_quoted('改成', now)}"


def _quoted(verb: str, words: str) -> str:
    return f"{verb}“{words[:40]}”" if words else "空着"


def unseen(history: Sequence[Place]) -> tuple[Place, ...]:
    """Of what a draft remembers, what was taken over and nobody has looked at."""
    return tuple(one for one in history if one.get("merged_at") and not one.get("seen"))


def _whole_row(place: Place) -> bool:
    found = PATH.match(str(place["path"]))
    return found is not None and not found["place"]


def _where(service: Service, look: Look | None, place: Place) -> str:
    """The label of a field, of whom it is; or only whom."""
    found = PATH.match(str(place["path"]))
    if found is None:
        return next((spec.label for spec in service.fields if spec.key == place["path"]), "内容")
    card = service.cards[found["card"]].label if found["card"] in service.cards else ""
    name = _name(service, look, found["row"], place)
    if not found["place"]:
        return f"{card} {name}".strip()
    label = next((spec.label for spec in service.row_fields(found["card"]) if spec.key == found["place"]), "内容")
    return f"{name} {label}".strip()


def _name(service: Service, look: Look | None, row_id: str, place: Place) -> str:
    kept = next((each for side in ("mine", "theirs", "base") if isinstance(each := place.get(side), Mapping)), None)
    if kept is None or "row" not in kept:
        here = find_row(look.form, row_id) if look is not None else None
        kept = here[1] if here is not None else None
    return named(service, subject_of(kept), look)[0] if kept is not None else "一行"


def _value(service: Service, look: Look | None, place: Place, side: str) -> str:
    """As people read it."""
    found = PATH.match(str(place["path"]))
    part = service if found is None else service.card_service(found["card"])
    key = str(place["path"]) if found is None else found["place"]
    specs = service.fields if found is None else service.row_fields(found["card"])
    spec = next((each for each in specs if each.key == key), None)
    value = place.get(side)
    if spec is None:
        return str(value or "")
    return words_of(spec, value, options_of(part, spec, look.around if look is not None else None))
