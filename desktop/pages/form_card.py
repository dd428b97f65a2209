"""The people of a form: a tab for each card, what can be done with its rows, and the table they are filled in in."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.pages.form_columns import FormRow
from desktop.pages.form_lines import row_state, worst
from desktop.pages.form_model import DraftForm
from desktop.pages.form_rows import has_free, table_of
from desktop.pages.form_steps import Place
from desktop.pages.form_table import FormTable
from desktop.pages.form_values import Row, as_value, new_row, rows_of, with_rows
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button, TabItem, Tabs
from desktop.widgets.fields import SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.notes import EmptyState
from domain.packs.service import Service
from sync.store.text import key_of

PICKS = {"person": "选人", "application": "选表单", "bill": "选账单", "certificate": "选证书", "free": "加一行"}
NOBODY = ("还没有人", "按“选人”从全体人员里选：不可办的也列在那里，写明原因。")
NOTHING = ("还没有明细", "")
PICKERS = {"person": "picker", "application": "owed", "bill": "owed"}


class CardPart(QWidget):
    """Every card of one form; which one is open, and its rows."""

    went = Signal(str)  # a page to go to
    taken_out = Signal(list)  # ids of rows
    said = Signal(str)

    hang = True  # Page.add gives it 8 px less of margin, as to every list; all but the table take them back

    def __init__(self, form: DraftForm) -> None:
        super().__init__()
        self.form = form
        self.card = ""
        self._more = False
        self._left_out: frozenset[str] = frozenset()
        self._sealed = ""  # why the papers of the rows are not to be opened
        self._build()
        self._wire()

    def _build(self) -> None:
        self.tabs = Tabs(name="办理的业务")
        self.tabs.setObjectName("form.tabs")
        self.title = Label("", "section")
        self.pick = Button("选人", "secondary", icon="plus")
        self.out = Button("移出", "quiet", icon="minus")
        self.papers = Button("资料", "quiet", icon="clip")
        self.paste = Button("粘贴名单", "quiet", icon="table")
        self.columns = Button("", "icon", icon="sliders", name="显示或收起备注列")
        for button, name in (
            (self.pick, "pick"),
            (self.out, "remove"),
            (self.papers, "materials"),
            (self.paste, "paste"),
            (self.columns, "columns"),
        ):
            button.setObjectName(f"form.{name}")
        self.chosen = Label("", "secondary", "text2")
        self.search = SearchBox("姓名、首字母、证件号", width=180)
        self.search.input.setObjectName("form.search")
        bar = (self.pick, self.out, self.papers, self.paste, None, self.chosen, self.columns, self.search)
        self.toolbar = FlowRow(*bar, spacing=8, margins=(8, 10, 8, 6))
        self.table = FormTable(self._empty)
        head = row(self.tabs, self.title, margins=(8, 0, 8, 0))
        self.setLayout(column(head, self.toolbar, self.table))

    def _empty(self) -> EmptyState:
        self._nobody = EmptyState("", icon="users")
        self._nobody.acted.connect(self.choose)
        return self._nobody

    def _wire(self) -> None:
        self.table.edited.connect(self._typed)
        self.table.opened.connect(self._open_row)
        self.table.chosen_changed.connect(self._chosen)
        self.search.searched.connect(self.table.set_search)
        self.tabs.chosen.connect(self._turn)
        self.pick.clicked.connect(self.choose)
        self.paste.clicked.connect(self._paste)
        self.out.clicked.connect(self._out)
        self.papers.clicked.connect(self.open_papers)
        self.columns.clicked.connect(self._columns)

    # showing

    def open_card(self) -> None:
        """The draft is here: the first card with somebody in it, unless one is open already."""
        service = self._service()
        cards = list(service.cards)
        if self.card not in cards:
            self.card = next((key for key in cards if self._rows(key)), cards[0] if cards else "")
        show_if(self, bool(cards))
        show_if(self.title, len(cards) == 1)
        show_if(self.tabs, len(cards) > 1)

    def lock(self, reason: str, *, papers: bool = False) -> None:
        """Nothing may be changed now, and why; empty: it may. `papers`: the rows' papers neither."""
        for button in (self.pick, self.out, self.paste):
            button.set_reason(reason)
        self._sealed = reason if papers else ""
        self.papers.set_reason(self._sealed)
        self.table.lock(bool(reason))

    def leave_out(self, rows: frozenset[str]) -> None:
        """These rows stand elsewhere on the page."""
        self._left_out = rows

    def refresh(self) -> None:
        """Tabs, toolbar and rows as the form and the last look say."""
        service = self.form.service
        if service is None or self.card not in service.cards:
            return
        card, look = self.card, self.form.look
        table, rows = table_of(service, card, self.form.form, look, more=self._more)
        self.table.show_rows(service.cards[card].label, table, [each for each in rows if each.id not in self._left_out])
        checks = look.check.rows if look is not None else {}
        items = []
        for key, spec in service.cards.items():
            listed = self._rows(key)
            states = [row_state(service, checks[str(each["row"])]).state for each in listed if each["row"] in checks]
            items.append(TabItem(key, spec.label, len(listed), worst(states)))
        self.tabs.set_items(items)
        self.title.setText(f"{service.cards[card].label}  {len(self._rows(card))}")
        adds = service.cards[card].adds
        self.pick.set_text(PICKS[adds])
        self._nobody.set_words(*(NOBODY if adds == "person" else NOTHING), action=PICKS[adds])
        show_if(self.papers, table.papers)
        show_if(self.paste, adds == "person")
        self._chosen()

    def _rows(self, card: str) -> list[Row]:
        return [each for each in rows_of(self.form.form, card) if each["row"] not in self._left_out]

    def _chosen(self) -> None:
        count = len(self.table.chosen)
        self.chosen.setText(f"已勾选 {count} 人" if count else "")
        service = self.form.service
        free = service is not None and bool(self.card) and has_free(service.card_service(self.card))
        show_if(self.columns, free)

    def _service(self) -> Service:
        service = self.form.service
        assert service is not None
        return service

    # doing

    def jump(self, place: Place) -> QWidget | None:
        """To a card, a row or a cell; what is to be scrolled to."""
        if place.card and place.card != self.card and place.card in self._service().cards:
            self.tabs.choose(place.card)
        if place.row:
            self.table.jump(place.row, place.key)
            return self.table.view
        return self.pick if place.key in self._service().cards else None

    def choose(self) -> None:
        """选人, or whatever this card is filled with."""
        if not self.card or not self.form.editable:
            return
        page = PICKERS.get(self._service().cards[self.card].adds, "")
        if page:
            self.went.emit(f"{page}/{self._key}:{self.card}")
        else:
            self.form.change_now(lambda now: with_rows(now, self.card, [new_row(None, None, {})]))

    @property
    def _key(self) -> str:
        return key_of(self.form.draft_id)

    def _typed(self, row_id: str, key: str, text: str) -> None:
        spec = next(each for each in self._service().row_fields(self.card) if each.key == key)
        self.form.edit_row(row_id, key, as_value(spec, text))

    def _turn(self, card: str) -> None:
        self.card = card
        self.search.clear()
        self.refresh()

    def _paste(self) -> None:
        self.went.emit(f"picker/{self._key}:{self.card}:paste")

    def open_papers(self, _paths: object = None) -> None:
        """The page of the papers of this card's people."""
        current = self.table.current_row()
        at = f":{current.id}" if current is not None else ""
        self.went.emit(f"materials/{self._key}:{self.card}{at}")

    def _open_row(self, line: FormRow) -> None:
        if self._sealed:
            self.said.emit(f"{self._sealed}。")
            return
        self.went.emit(f"materials/{self._key}:{self.card}:{line.id}")

    def _columns(self) -> None:
        self._more = not self._more
        self.refresh()

    def _out(self) -> None:
        chosen: list[Any] = [each.id for each in self.table.chosen]
        current = self.table.current_row()
        if not chosen and current is not None:
            chosen = [current.id]
        if chosen:
            self.taken_out.emit(chosen)
        else:
            self.said.emit("请先勾选要移出的人。")
