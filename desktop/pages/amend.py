"""A returned form: who sent it back and why, every place beside the reviewer's words, the rest folded and locked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout

from desktop.context import Context
from desktop.page import Page
from desktop.pages.amend_band import count_words, make_band
from desktop.pages.amend_kept import LOCKED, KeptPart
from desktop.pages.amend_model import Change, Place, changes, endings, places_of, returned_by, untouched
from desktop.pages.amend_place import PlaceLine
from desktop.pages.form_card import CardPart
from desktop.pages.form_fields import FieldGrid, make_editor
from desktop.pages.form_look import Look
from desktop.pages.form_page import DraftPage
from desktop.pages.form_papers import Incoming
from desktop.pages.form_rows import asked_fields, field_texts, options_of
from desktop.pages.form_steps import Place as Spot
from desktop.pages.form_values import as_text, as_value, find_row, subjects_in
from desktop.pages.form_whole import WholePapers
from desktop.pages.materials_scans import ScanStrip
from desktop.pages.paper_look import Sought
from desktop.pages.preview import show_paper
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import clear_layout, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.gap import Gap
from desktop.widgets.panel import SectionTitle
from domain.checking import MaterialCheck
from domain.packs.service import Service
from sync import actions
from sync.views import short_code


class AmendPage(DraftPage):
    """Only what has to be mended is open; where nobody named a place, all of it."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__(context, key, "退回", name="amend", top=16)
        self.place = "returned"
        self._lines: dict[str, PlaceLine] = {}
        self._shape: object = None
        self._band: Any = None
        self._sent = ""  # the Operation that has it now
        self._open = False  # nobody named a place: everything may be mended
        self._unlocked: set[str] = set()  # fields, rows, papers: what a person unlocked here
        self._build()
        self._wire()

    def _build(self) -> None:
        self.end = Button("作废", "quiet", icon="trash")
        self.compare = Button("与上次比较", "quiet", icon="swap")
        self.share = Button("暂存", "secondary", hint="Ctrl+S")
        self.send = Button("检查并提交", "primary", hint="Ctrl+Enter")
        for button, name in (
            (self.end, "abandon"),
            (self.compare, "compare"),
            (self.share, "share"),
            (self.send, "submit"),
        ):
            button.setObjectName(f"amend.{name}")
        self.set_actions([self.end, self.compare, self.share, self.send])
        self.basic = SectionTitle("基本信息", line=False, action="解锁其余各栏")
        self.basic.action.setObjectName("amend.unlock.fields")
        self.grid = FieldGrid(prefix="amend")
        self.spots = QVBoxLayout()
        self.spots.setSpacing(0)
        self.differences: RowsModel[Change] = RowsModel(
            [
                Column("哪里", lambda one: one.where, weight=500, width=260),
                Column("上次", lambda one: one.before or "—", role="text2"),
                Column("现在", lambda one: one.after or "—"),
            ],
            self,
            key=lambda one: one.where,
        )
        self.diff_title = SectionTitle("与上次比较", line=False)
        self.diff_view = RowsView(self.differences, name="与上次比较", fit=True, hang=True)
        self.diff_view.setObjectName("amend.changes")
        self.cards = CardPart(self.form)
        self.papers = WholePapers(self.context, self.form, self.intake)
        self.strip = ScanStrip(self.context.scans)
        self.rest, self.whole = KeptPart(self.cards, name="rows"), KeptPart(self.papers, name="papers")
        for part in (
            self.notice,
            self.notice_gap,
            self.asks,
            Gap(self.asks),
            self.strip,
            Gap(self.strip),
            self.progress,
            self.diff_title,
            self.diff_view,
            Gap(self.diff_view, 16),
            self.basic,
            self.grid,
        ):
            self.add(part)
        for box in (20, self.spots, 8, self.rest, 8, self.whole):
            self.add(box)
        self.add_stretch()
        for widget in (self.diff_title, self.diff_view, self.rest, self.whole):
            show_if(widget, False)

    def _wire(self) -> None:
        self.form.opened.connect(self._opened)
        self.form.edited.connect(self._show)
        self.form.looked.connect(self._show)
        self.form.saved.connect(self._head)
        self.grid.edited.connect(self._typed)
        self.end.clicked.connect(self._ask_end)
        self.compare.clicked.connect(self._compare)
        self.share.clicked.connect(self.save)
        self.send.clicked.connect(self.submit)
        self.cards.went.connect(self.go_on)
        self.cards.taken_out.connect(self.take_out)
        self.cards.said.connect(self.say)
        self.papers.printed.connect(self.print_paper)
        self.context.scans.offered.connect(self._scans)
        self.strip.here.connect(self._scans_here)
        self.strip.by_name.connect(self.cards.open_papers)
        self.basic.acted.connect(partial(self._unlock, "fields"))
        self.rest.unlock_asked.connect(partial(self._unlock, "rows"))
        self.whole.unlock_asked.connect(partial(self._unlock, "papers"))

    # what the shell calls

    def first_focus(self) -> None:
        self.next_open()

    # showing

    def _opened(self) -> None:
        draft = self.form.draft
        assert draft is not None
        if draft.sent is not None and draft.sent != self._sent:
            self.tell_sent()
        self._sent = draft.sent or ""
        self._show()

    def _head(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        if service is None or draft is None:
            return
        number = str(look.around.application.get("number") or "") if look is not None else ""
        sent = draft.sent is not None
        self.set_head(
            service.label,
            number or short_code(draft.entity),
            tag="待发送" if sent else "退回",
            tag_role="wait" if sent else "warn",
            note=self.form.saved_words,
        )

    def _show(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        self._head()
        if service is None or look is None or draft is None:
            return
        self.tell_over()
        self.show_asks()
        reason = self.locked_because
        for button in (self.share, self.send, self.end):
            button.set_reason(reason)
        places = places_of(service, self.form.form, look)
        self._open = all(place.kind == "whole" for place in places)
        self.differences.show(changes(service, self.form.form, look))
        self._show_band(look, places)
        self._show_fields(service, look, places)
        self._show_places(service, look, [place for place in places if place.kind != "field"])
        for line in self._lines.values():
            line.lock(reason)
        self._show_rows(service, look, places, reason)
        self._show_papers(look, places, reason)
        self._scans()
        show_if(self.end, bool(endings(self.context.pack, look, self._actor())))

    def _actor(self) -> str:
        look = self.form.look
        assert look is not None
        return self.context.pack.actor_of(str(look.around.me.get("role") or ""))

    def _free(self, part: str) -> bool:
        """Whether this part may be changed: nobody named a place, or it was unlocked."""
        return self._open or part in self._unlocked

    def _show_rows(self, service: Service, look: Look, places: tuple[Place, ...], reason: str) -> None:
        """Those nobody said anything about, folded and locked; unlocked, everybody."""
        free, kept = self._free("rows"), untouched(service, self.form.form, places, look)
        self.cards.leave_out(frozenset() if free else frozenset(place.row for place in places))
        self.cards.lock(reason or ("" if free else LOCKED), papers=not free)
        self.cards.open_card()
        self.cards.refresh()
        show_if(self.rest, bool(service.cards) and (free or bool(kept)))
        names = [name for some in kept.values() for name in some]
        rest = "其余 " if any(place.row for place in places) else ""
        shown = "、".join(names[:12]) + (" 等" if len(names) > 12 else "")
        self._show_part(self.rest, free, f"{rest}{len(names)} {self._noun(service)}没有问题", shown, "全部名单")

    def _show_papers(self, look: Look, places: tuple[Place, ...], reason: str) -> None:
        free = self._free("papers")
        marked = frozenset(place.key for place in places if place.kind == "paper" and not place.row)
        self.papers.leave_out(marked)
        self.papers.lock(bool(reason) or not free)
        self.papers.refresh()
        labels = [check.label for check in look.check.materials if check.id not in marked]
        show_if(self.whole, bool(labels))
        title = "整份申请的资料没有问题" if not marked else "其余整份资料没有问题"
        self._show_part(self.whole, free, title, "、".join(labels), "整份申请的资料")

    def _show_part(self, part: KeptPart, free: bool, kept: str, names: str, unlocked: str) -> None:
        if self._open:
            part.show_plain()
        elif free:
            part.show_unlocked(unlocked)
        else:
            part.show_kept(kept, names)

    @staticmethod
    def _noun(service: Service) -> str:
        return "人" if all(card.adds == "person" for card in service.cards.values()) else "项"

    def _show_band(self, look: Look, places: tuple[Place, ...]) -> None:
        told, changed = returned_by(self.context.pack, look), self.differences.rowCount()
        shape = (told, count_words(places, changed))
        if shape != self._band:
            self._band = shape
            self.set_band(make_band(told, places, changed))

    def _show_fields(self, service: Service, look: Look, places: tuple[Place, ...]) -> None:
        self.grid.show_fields(asked_fields(service, look))
        show_if(self.basic, bool(service.fields))
        marked = {place.key: place for place in places if place.kind == "field"}
        draft = self.form.draft
        frozen = draft is None or bool(self.locked_because)
        for key, text in field_texts(service, self.form.form).items():
            self.grid.set_value(key, text)
        for key, made in self.grid.fields.items():
            place = marked.get(key)
            if place is not None:
                note = f"　已由 {place.note.replace(' → ', ' 改为 ')}" if place.done else ""
                made.set_finding(f"{place.words}{note}", "ok" if place.done else "warn")
            made.set_locked(frozen or (place is None and not self._free("fields")))
        show_if(self.basic.action, not frozen and not self._free("fields"))

    def _show_places(self, service: Service, look: Look, places: list[Place]) -> None:
        shape = [
            (place.path, place.words, place.kind, place.kind == "paper" and place.done, "移出" in place.note)
            for place in places
        ]
        if shape == self._shape:
            for place in places:
                self._lines[place.path].show_place(place)
            return
        self._shape = shape
        clear_layout(self.spots)
        self._lines = {}
        card = None
        for place in places:
            if place.card != card:
                card = place.card
                mine = [each for each in places if each.card == card]
                people = len({each.row for each in mine if each.row})
                title = service.cards[card].label if card in service.cards else "整份申请"
                count = f"{people} 人、{len(mine)} 处需修改" if people else f"{len(mine)} 处需修改"
                self.spots.addWidget(SectionTitle(title, count, note="Tab 跳到下一处"))
            line = self._line(service, look, place)
            self._lines[place.path] = line
            self.spots.addWidget(line)

    def _line(self, service: Service, look: Look, place: Place) -> PlaceLine:
        editor, material = None, None
        part = service.card_service(place.card)
        if place.kind == "cell" and "移出" not in place.note:
            spec = next(each for each in part.spec.item if each.key == place.key)
            found = find_row(self.form.form, place.row)
            choices = options_of(part, spec, look.around)
            if spec.type == "certificates" and found is not None:
                held = {
                    str(each.get("type")) for each in look.around.view.certificates.get(str(found[1].get("person")), ())
                }
                choices = tuple(choice for choice in choices if choice[0] in held)
            editor = make_editor(spec, choices)
            editor.setObjectName(f"amend.cell.{place.path}")
            editor.setAccessibleName(f"{place.title}，{spec.label}")
            editor.set_value(as_text((found[1].get("values") or {}).get(place.key)) if found is not None else "")
        elif place.kind == "paper":
            material = self._check_of(place)
        line = PlaceLine(place, editor, material)
        line.acted.connect(partial(self._place_acted, place))
        line.typed.connect(partial(self._cell_typed, place))
        line.dropped.connect(partial(self._dropped, place))
        line.pasted.connect(partial(self._pasted, place))
        return line

    def _check_of(self, place: Place) -> MaterialCheck | None:
        look = self.form.look
        if look is None:
            return None
        found = look.check.rows.get(place.row)
        listed = found.materials if found is not None else look.check.materials
        return next((each for each in listed if each.id == place.key), None)

    @Slot()
    def _scans(self) -> None:
        """What a scanner brought: for the first paper to be replaced; unlocked people have a page for theirs."""
        place = self._next_paper()
        where = f"{place.title}的{place.label}" if place is not None and self.form.editable else ""
        self.strip.show_place(where, named=self.form.editable and self._free("rows"))

    def _next_paper(self) -> Place | None:
        papers = [line.place for line in self._lines.values() if line.place.kind == "paper"]
        return next((place for place in papers if not place.done), papers[0] if papers else None)

    # doing

    def _scans_here(self, paths: list[str]) -> None:
        place = self._next_paper()
        if place is not None:
            self._dropped(place, paths)

    def next_open(self) -> None:
        """The cursor goes to the next place that is not mended."""
        for line in self._lines.values():
            if not line.place.done:
                self.reveal(line.editor if line.editor is not None else line.change)
                return
        for made in self.grid.fields.values():
            if not made.frame.isHidden():
                made.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.send.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self, key: str, text: str) -> None:
        service = self.form.service
        assert service is not None
        spec = next(each for each in service.fields if each.key == key)
        self.form.edit(key, as_value(spec, text))

    def _cell_typed(self, place: Place, text: str) -> None:
        service = self.form.service
        assert service is not None
        spec = next(each for each in service.row_fields(place.card) if each.key == place.key)
        self.form.edit_row(place.row, place.key, as_value(spec, text))

    def _dropped(self, place: Place, paths: list[str]) -> None:
        check = self._check_of(place)
        if check is None or not paths:
            return
        self.form.flush()
        people = tuple(sorted(subjects_in(self.form.form)))
        rows = (place.row,) if place.row else ()
        self.intake.take(
            [
                Incoming(check, rows, Path(path), replaces=place.blob if at == 0 else "", people=people)
                for at, path in enumerate(paths)
            ]
        )

    def _pasted(self, place: Place, data: bytes) -> None:
        check = self._check_of(place)
        if check is not None:
            self.form.flush()
            name, rows = f"{place.title}-{place.label}.png", (place.row,) if place.row else ()
            people = tuple(sorted(subjects_in(self.form.form)))
            self.intake.take([Incoming(check, rows, data, name=name, replaces=place.blob, people=people)])

    def _place_acted(self, place: Place, key: str) -> None:
        place = self._lines[place.path].place if place.path in self._lines else place
        if key == "look":
            show_paper(self.context, self, f"{place.title}·{place.label}", Sought(place.blob, place.label))
        elif key == "out":
            self.take_out([place.row], f"已把{place.title}移出本单，其余的可以照常重新提交。")
        elif place.row:
            self._unlock("rows")
            self.cards.jump(Spot(place.card, place.row, place.key))
            self.scroll_to(self.cards)
        else:
            self._unlock("fields", "rows", "papers")

    def _unlock(self, *parts: str) -> None:
        """These parts may be changed from now on, where they stand."""
        self._unlocked.update(parts)
        self._show()

    def _compare(self) -> None:
        shown = self.diff_view.isHidden()
        for widget in (self.diff_title, self.diff_view):
            show_if(widget, shown)
        self.diff_title.set_count(f"{self.differences.rowCount()} 处不同")
        if shown:
            self.reveal(self.diff_view)

    def _ask_end(self) -> None:
        look = self.form.look
        if look is None:
            return
        choice = endings(self.context.pack, look, self._actor())[0]
        words = choice.confirm or "作废后不能恢复"
        self.say(f"{words}。确定要作废这份申请吗？", "warn", f"确定{choice.label}", partial(self._end, choice.id))

    def _end(self, action: str) -> None:
        draft, pack, now = self.form.draft, self.context.pack, self.context.now()
        assert draft is not None
        account, application = self.context.account, draft.entity
        self.form.do(
            lambda store: actions.act(store, account, application, action, pack=pack, now=now),
            lambda _op: self._ended(),
        )

    def _ended(self) -> None:
        self.context.tell("已放入待发送：作废这份申请。", "ok")
        self.context.go("returned")


def make(context: Context, key: str) -> Page:
    """amend/<draft key>: a draft made from a returned application."""
    return AmendPage(context, key)
