"""A returned form: who sent it back and why, every place beside the reviewer's words, the rest folded and locked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QVBoxLayout, QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.amend_model import Change, Place, changes, endings, places_of, returned_by, untouched
from desktop.pages.form_fields import FieldGrid, make_editor
from desktop.pages.form_model import DraftForm, Look
from desktop.pages.form_papers import Incoming, PaperIntake, Taken, patterns_of
from desktop.pages.form_rows import asked_fields, field_texts, options_of
from desktop.pages.form_values import as_text, as_value, find_row, subjects_in, without_rows
from desktop.pages.preview import show_paper
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Box, Icon, Label, clear_layout, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.dropzone import png_bytes
from desktop.widgets.fields import InputFrame
from desktop.widgets.gap import Gap
from desktop.widgets.notes import Band, Notice, ProgressBar, ProgressLine
from desktop.widgets.panel import Fold, SectionTitle
from domain.checking import MaterialCheck
from domain.packs.service import Service
from sync import actions
from sync.views import short_code


class PlaceLine(Box):
    """One place: whose, what, the reviewer's words, what was done, and the way to mend it right here."""

    acted = Signal(str)
    typed = Signal(str)
    dropped = Signal(list)
    pasted = Signal(bytes)

    def __init__(self, place: Place, editor: Any = None, material: MaterialCheck | None = None) -> None:
        super().__init__(fill="" if place.done else "warn_soft", sides="b", bar="ok" if place.done else "warn")
        self.place, self.editor = place, editor
        self.setObjectName(f"amend.place.{place.path}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._title = Label(place.title, "row_title", weight=500, elide="right")
        who = QWidget()
        who.setLayout(column(self._title, Label(place.label, "secondary", "text2", elide="right"), spacing=2))
        who.setFixedWidth(176)
        who.setMinimumHeight(44)
        self._words = Label(place.words, "panel_body", "text2" if place.done else "warn", wrap=True)
        self._note = Label(place.note, "secondary", "text2", wrap=True)
        show_if(self._note, bool(place.note))
        middle = column(None, self._words, self._note, spacing=2)
        if editor is not None:
            frame = InputFrame(editor)
            frame.setMaximumWidth(320)
            editor.edited.connect(self.typed)
            middle.addSpacing(6)
            middle.addWidget(frame)
        middle.addStretch(1)
        self._icon = Icon("ok" if place.done else "warn", "ok" if place.done else "warn", 16)
        self._state = Label("已改" if place.done else "待改", "state", "ok" if place.done else "warn")
        state = QWidget()
        state.setLayout(row(self._icon, self._state, None, spacing=6))
        state.setFixedWidth(72)
        line = row(
            Icon("clip" if place.kind == "paper" else "pencil", "text2", 18), who, spacing=16, margins=(16, 10, 12, 10)
        )
        line.addLayout(middle, 1)
        line.addWidget(state)
        acts = self._acts(place)
        for key, words in acts:
            button = Button(words, "link", name=f"{words}：{place.title} {place.label}", font="panel_body")
            button.clicked.connect(partial(self._act, key))
            line.addWidget(button)
        self.change = Button(
            "换文件" if place.blob else "选文件", "secondary", name=f"换文件：{place.title} {place.label}"
        )
        self.change.setObjectName(f"amend.change.{place.path}")
        self.change.clicked.connect(self._choose)
        line.addWidget(self.change)
        show_if(self.change, material is not None)
        self._material = material
        self.setAcceptDrops(material is not None)
        self.setLayout(line)
        done = "已改" if place.done else "待改"
        self.setAccessibleName(f"{place.title} {place.label}，{place.words}，{done}，{place.note}")

    def _act(self, key: str) -> None:
        self.acted.emit(key)

    def _choose(self) -> None:
        assert self._material is not None
        dialog = QFileDialog(self, f"选择{self.place.label or self.place.title}")
        dialog.setNameFilter(f"{self._material.label} ({' '.join(patterns_of(self._material))})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.dropped)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.dropped.emit([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self._material is not None:
            data = QGuiApplication.clipboard().mimeData()
            if data is not None and data.hasUrls():
                self.dropped.emit([url.toLocalFile() for url in data.urls() if url.isLocalFile()])
            elif data is not None and data.hasImage():
                self.pasted.emit(png_bytes(QGuiApplication.clipboard().image()))
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _acts(place: Place) -> list[tuple[str, str]]:
        made: list[tuple[str, str]] = []
        if place.kind == "paper" and place.blob:
            made.append(("look", "看一眼"))
        if place.kind in ("row", "whole") and "移出" not in place.note:
            made.append(("open", "去改"))
        if place.row and "移出" not in place.note:
            made.append(("out", "移出"))
        return made

    def show_place(self, place: Place) -> None:
        """What was done here, without making the editor anew."""
        self.place = place
        self._note.setText(place.note)
        show_if(self._note, bool(place.note))
        role = "ok" if place.done else "warn"
        self._icon.set_icon(role, role)
        self._state.setText("已改" if place.done else "待改")
        self._state.set_role(role)
        self._words.set_role("text2" if place.done else "warn")
        self.set_look(fill="" if place.done else "warn_soft", bar=role)


class AmendPage(Page):
    """Only what has to be mended is open."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("退回", back=False, top=16)
        self.context, self.key = context, key
        self.form = DraftForm(context, f"draft/{key}")
        self.intake = PaperIntake(context, self.form.draft_id, self)
        self._lines: dict[str, PlaceLine] = {}
        self._shape: object = None
        self._band: Any = None
        self._act: Any = None
        self._all_open = False
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
        self.notice = Notice()
        self.notice.setObjectName("amend.notice")
        self.progress = ProgressLine()
        self.basic = SectionTitle("基本信息", line=False)
        self.grid = FieldGrid(prefix="amend")
        self.spots = QVBoxLayout()
        self.spots.setSpacing(0)
        self.folds = QVBoxLayout()
        self.folds.setSpacing(8)
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
        for part in (
            self.notice,
            Gap(self.notice),
            self.progress,
            self.diff_title,
            self.diff_view,
            self.basic,
            self.grid,
        ):
            self.add(part)
        for box in (20, self.spots, 16, self.folds):
            self.add(box)
        self.add_stretch()
        for widget in (self.diff_title, self.diff_view):
            show_if(widget, False)

    def _wire(self) -> None:
        self.form.opened.connect(self._show)
        self.form.edited.connect(self._show)
        self.form.looked.connect(self._show)
        self.form.saved.connect(self._head)
        self.form.failed.connect(self._failed)
        self.intake.failed.connect(self._failed)
        self.intake.finished.connect(self._taken)
        self.intake.progress.connect(self.progress.show_progress)
        self.progress.cancelled.connect(self.intake.cancel)
        self.grid.edited.connect(self._typed)
        self.end.clicked.connect(self._ask_end)
        self.compare.clicked.connect(self._compare)
        self.share.clicked.connect(self.save)
        self.send.clicked.connect(self.submit)
        self.notice.acted.connect(self._noticed)
        self.shortcut("Ctrl+S", self.save)
        self.shortcut("Ctrl+Return", self.submit)
        self.shortcut("Ctrl+Enter", self.submit)

    # what the shell calls

    def shown(self) -> None:
        if self.form.draft is None:
            self.form.load()
        else:
            self.form.refresh()

    def hidden(self) -> None:
        self.form.leave()

    def close_request(self) -> bool:
        self.form.flush()
        return True

    @property
    def settled(self) -> bool:
        """What is on screen is all there is."""
        return self.form.settled and not self.intake.busy

    def first_focus(self) -> None:
        self.next_open()

    # showing

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
        reason = "已放入待发送，要改请先撤回" if draft.sent is not None else ""
        for button in (self.share, self.send, self.end):
            button.set_reason(reason)
        places = places_of(service, self.form.form, look)
        self._show_band(look, places)
        self._show_fields(service, look, places)
        self._show_places(service, look, [place for place in places if place.kind != "field"])
        self._show_folds(service, look, places)
        self.differences.show(changes(service, self.form.form, look))
        show_if(self.end, bool(endings(self.context.pack, look, self._actor())))

    def _actor(self) -> str:
        look = self.form.look
        assert look is not None
        return self.context.pack.actor_of(str(look.around.me.get("role") or ""))

    def _show_band(self, look: Look, places: tuple[Place, ...]) -> None:
        told = returned_by(self.context.pack, look)
        done = sum(place.done for place in places)
        shape = (told, len(places), done)
        if shape == self._band:
            return
        self._band = shape
        beside = QWidget()
        words = Label(f"{len(places)} 处需修改·已改 {done}", "row_title", weight=600, align=Qt.AlignmentFlag.AlignRight)
        words.setObjectName("amend.count")
        meter = ProgressBar(width=140, role="ok")
        meter.set_part(done / len(places) if places else 0.0)
        beside.setLayout(column(None, words, 4, row(None, meter), None))
        meta = "  ".join(part for part in (told.who, told.when, told.phone) if part)
        band = Band(
            "warn", told.head, told.reason, meta=meta, full=True, icon="return", beside=beside if places else None
        )
        band.setObjectName("amend.band")
        self.set_band(band)

    def _show_fields(self, service: Service, look: Look, places: tuple[Place, ...]) -> None:
        self.grid.show_fields(asked_fields(service, look))
        show_if(self.basic, bool(service.fields))
        marked = {place.key: place for place in places if place.kind == "field"}
        draft = self.form.draft
        frozen = draft is None or draft.sent is not None
        for key, text in field_texts(service, self.form.form).items():
            self.grid.set_value(key, text)
        for key, made in self.grid.fields.items():
            place = marked.get(key)
            if place is not None:
                note = f"　已由 {place.note.replace(' → ', ' 改为 ')}" if place.done else ""
                made.set_finding(f"{place.words}{note}", "ok" if place.done else "warn")
            made.set_locked(frozen or (place is None and not self._all_open))

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

    def _show_folds(self, service: Service, look: Look, places: tuple[Place, ...]) -> None:
        clear_layout(self.folds)
        for card, names in untouched(service, self.form.form, places, look).items():
            rest = "其余 " if any(place.card == card for place in places) else f"{service.cards[card].label} "
            shown = "、".join(names[:12]) + (" 等" if len(names) > 12 else "")
            self.folds.addWidget(self._fold(f"{rest}{len(names)} 人没有问题，已收起", shown))
        marked = {place.key for place in places if place.kind == "paper" and not place.row}
        for check in look.check.materials:
            if check.id not in marked and check.served_by:
                self.folds.addWidget(self._fold(check.label, "没有问题"))

    def _fold(self, title: str, words: str) -> Fold:
        inside = QWidget()
        open_all = Button("打开整份申请来改", "link", font="panel_body")
        open_all.clicked.connect(self._open_all)
        inside.setLayout(row(Label(words, "panel_body", wrap=True), open_all, spacing=16, margins=(36, 0, 12, 8)))
        return Fold(title, words, inside, note="不用改，原样保留", locked=True)

    # doing

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
            show_paper(self.context, self, f"{place.title}·{place.label}", place.blob)
        elif key == "out":
            self._take_out(place)
        else:
            self._open_all()

    def _take_out(self, place: Place) -> None:
        before = self.form.form
        papers = [each for each in before.get("attachments") or () if each.get("row") == place.row]
        self.form.change_now(lambda now: without_rows(now, frozenset({place.row})))

        def undo() -> None:
            self.form.change_now(lambda now: {**now, "cards": before["cards"]})
            if papers:
                self.intake.restore(papers)

        self._say(f"已把{place.title}移出本单，其余的可以照常重新提交。", "ok", "撤销", undo)

    def _open_all(self) -> None:
        self.form.flush()
        self.context.go(f"form/{self.key}")

    def _taken(self, taken: tuple[Taken, ...]) -> None:
        self.progress.finish()
        problems = [one.problem or one.note for one in taken if one.problem or one.note]
        if problems:
            self._say("".join(problems), "bad" if any(one.problem for one in taken) else "info", "", None)

    def _compare(self) -> None:
        shown = self.diff_view.isHidden()
        for widget in (self.diff_title, self.diff_view):
            show_if(widget, shown)
        self.diff_title.set_count(f"{self.differences.rowCount()} 处不同")
        if shown:
            self.reveal(self.diff_view)

    def save(self) -> None:
        """暂存."""
        if self.form.editable:
            self.form.share()
            self._say("已暂存。本单位其他账号联网后也能看到。", "ok", "", None)

    def submit(self) -> None:
        """检查并提交; what is left to mend is said there too."""
        if self.form.editable:
            self.form.flush()
            self.context.go(f"submit/{self.key}")

    def _ask_end(self) -> None:
        look = self.form.look
        if look is None:
            return
        choice = endings(self.context.pack, look, self._actor())[0]
        words = choice.confirm or "作废后不能恢复"
        self._say(f"{words}。确定要作废这份申请吗？", "warn", f"确定{choice.label}", partial(self._end, choice.id))

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

    def _say(self, words: str, role: str, action: str, act: Any) -> None:
        self._act = act
        self.notice.show_words(words, role=role, action=action)

    def _noticed(self) -> None:
        act, self._act = self._act, None
        self.notice.clear()
        if act is not None:
            act()

    def _failed(self, sentence: str, remedy: str) -> None:
        self.progress.finish()
        self._say(f"{sentence}{remedy}", "bad", "", None)


def make(context: Context, key: str) -> Page:
    """amend/<draft key>: a draft made from a returned application."""
    return AmendPage(context, key)
