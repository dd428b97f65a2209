"""The review desk: list at the left, data in the middle, attachment at the right; A 通过, R 退回, N 下一份."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from desktop.carrying import Carried
from desktop.context import Context
from desktop.pages.paper_pane import PaperPane
from desktop.pages.return_editor import ReturnEditor
from desktop.pages.review_model import AGAIN, DECIDED, WAITING, DeskRow, ReviewModel
from desktop.pages.review_parts import PartView
from desktop.pages.words import size_words
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Box, Label, ScrollArea, column, row, show_if
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.notes import Band, EmptyState, Notice
from domain.transitions import ActionChoice

LIST, MIDDLE = 248, 384
NARROW, LESS = 1320, 32  # below this window width list and middle give that much to the paper
LOW = 480  # px of page below which a return that is written takes the place of the sheets
FOLDED = 990  # px of the page below which the list stands where the data stands, one or the other


class ReviewPage(WatchingPage):
    """Layout and wiring of the desk; what it means is the model's."""

    model: ReviewModel

    def __init__(self, model: ReviewModel, *, title: str = "待审", name: str = "review") -> None:
        super().__init__(title, scroll=False, top=0, help_topic=name)
        self.model = model
        model.setParent(self)
        self._name = name
        self._other: ActionChoice | None = None
        self._showing: tuple[str, int, object] | None = None
        self._listing = False  # the list was asked for, where it has no place of its own
        self.head.hide()
        self.body.setContentsMargins(0, 0, 0, 0)
        self._notice = Notice()
        self._notice.acted.connect(self._notice.clear)
        self._make_list()
        self._make_middle()
        self._make_right()
        everything = row(self._list_box, self._middle, self._right_box)
        everything.setStretch(2, 1)
        self.body.addWidget(self._notice)
        self.body.addLayout(everything, 1)
        for keys, act in (("A", self._approve), ("R", self._open_return), ("N", model.next)):
            self.shortcut(keys, act)
        self.shortcut("Left", self._paper_back)
        self.shortcut("Right", self._paper_next)
        self.shortcut("Ctrl+Return", model.send)
        model.changed.connect(self._list_changed)
        model.opened.connect(self._opened)
        model.moved.connect(self._moved)
        model.said.connect(self._said)
        model.carrier.came.connect(self._paper_came)
        model.carrier.moved.connect(self._paper_moves)
        model.carrier.failed.connect(self._paper_failed)
        self._opened()

    # making

    def _make_list(self) -> None:
        name = self._name
        self.chips = ChipRow([Chip(WAITING, "待审", 0), Chip(AGAIN, "再来", 0)], name="筛选")
        self.chips.chosen.connect(self._list_changed)
        self.rows: RowsModel[DeskRow] = RowsModel(
            [
                Column(
                    "申请",
                    lambda one: one.title,
                    sub=lambda one: f"{one.number}　第 {one.case.round} 轮" if one.case.round > 1 else one.number,
                    weight=500,
                    tooltip=lambda one: f"{one.title}\n{one.case.label} {one.case.summary}",
                ),
                Column(
                    "多久",
                    lambda one: one.word,
                    sub=lambda one: f"{len(one.case.people)} 人" if one.case.people else "",
                    role=lambda one: one.role,
                    font="panel_body",
                    align="right",
                    width=72,
                ),
            ],
            key=lambda one: one.id,
            search=lambda one: f"{one.title} {one.number} {one.case.label} {one.case.summary}",
        )
        empty = EmptyState("都审完了", "新送来的会自动出现在这里。", icon="inbox")
        self.list = RowsView(self.rows, name="待审的申请", row_height=58, header=False, empty=empty)
        self.list.setObjectName(f"{name}.list")
        self.list.current_changed.connect(self._row_chosen)
        self.list.opened.connect(self._leave_list)
        self.list.clicked.connect(self._leave_list)
        self._count = Label("", "secondary", "text2")
        self.send = Button("送出", "secondary")
        self.send.setObjectName(f"{name}.send")
        self.send.clicked.connect(self.model.send)
        self._send_box = Box(fill="surface", sides="t")
        self._send_box.setFixedHeight(56)
        self._send_row = row(self._count, None, self.send, margins=(16, 0, 12, 0))
        self._send_box.setLayout(self._send_row)
        self._list_box = Box(fill="surface", sides="r")
        self._list_box.setFixedWidth(LIST)
        top = row(self.chips, None, margins=(8, 10, 0, 10))
        self._list_box.setLayout(column(top, self.list, self._send_box, margins=(0, 0, 1, 0)))

    def _make_middle(self) -> None:
        self.names = Button("名单", "secondary", small=True)
        self.names.setObjectName(f"{self._name}.names")
        self.names.clicked.connect(self._ask_list)
        self._who = Label("", "panel_title", elide="right")
        self._kind = Label("", "panel_body", "text2", elide="right")
        self._at = Label("", "secondary", "text2")
        head = Box(fill="surface", sides="b")
        head.setFixedHeight(48)
        head.setLayout(row(self.names, self._who, self._kind, None, self._at, spacing=8, margins=(20, 0, 20, 0)))
        self._band = Band("wait", "", full=True)
        self._band.acted.connect(self.model.undo)
        self._old_reason = Band("warn", "", full=True, icon="return")
        self._old_reason.setObjectName(f"{self._name}.before")
        self.parts = self.make_parts()
        self.parts.place_chosen.connect(self.model.choose_place)
        self.parts.ticked.connect(self.model.tick)
        self.parts.part_chosen.connect(self.model.choose_part)
        self._whole = Button("看整件", "link", font="panel_body")
        self._whole.setObjectName(f"{self._name}.case")
        self._whole.clicked.connect(self._open_case)
        self._number = Label("", "secondary", "text2", elide="right")
        foot = Box(fill="surface", sides="t")
        foot.setFixedHeight(40)
        self._foot = row(self._number, None, self._whole, spacing=12, margins=(20, 0, 20, 0))
        foot.setLayout(self._foot)
        self._middle = Box(fill="surface", sides="r")
        self._middle.setFixedWidth(MIDDLE)
        self.sheet_area = ScrollArea(self.parts)
        self._middle.setLayout(column(head, self._band, self._old_reason, self.sheet_area, foot, margins=(0, 0, 1, 0)))

    def make_parts(self) -> PartView:
        """What stands in the middle; the finance desk has its own."""
        return PartView(self.model)

    def _make_right(self) -> None:
        name = self._name
        self.pane = PaperPane()
        self.pane.tab_chosen.connect(self.model.choose_paper)
        self.pane.turned.connect(self.model.turn_paper)
        self.pane.compared.connect(self.model.show_old)
        self.pane.again.connect(self._paper_again)
        self.editor = ReturnEditor()
        self.editor.noted.connect(self.model.note)
        self.editor.decided.connect(self._decide_return)
        self.editor.forgotten.connect(self.model.forget_note)
        self.editor.closed.connect(self._close_return)
        self.back_button = Button("退回", icon="return", key="R")
        self.back_button.setObjectName(f"{name}.return")
        self.back_button.clicked.connect(self._open_return)
        self.next_button = Button("下一份", "quiet", key="N")
        self.next_button.setObjectName(f"{name}.next")
        self.next_button.clicked.connect(self.model.next)
        self.more = Button("更多", "quiet")
        self.more.setObjectName(f"{name}.more")
        self.more.set_menu(QMenu(self.more))
        self.approve = Button("通过", "primary", icon="check", key="A")
        self.approve.setObjectName(f"{name}.approve")
        self.approve.clicked.connect(self._approve)
        self._doubt = Label("送出前可改判", "secondary", "text2", elide="right")
        bar = Box(fill="surface", sides="t")
        bar.setFixedHeight(56)
        parts = (self.back_button, self.next_button, self.more, None, self._doubt, 8, self.approve)
        bar.setLayout(row(*parts, spacing=4, margins=(16, 0, 16, 0)))
        self._bar = bar
        self._right_box = QWidget()
        layout = QVBoxLayout(self._right_box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pane, 1)
        layout.addWidget(self.editor)
        for part in self.make_more():
            layout.addWidget(part)
        layout.addWidget(bar)

    # what the shell calls

    def hidden(self) -> None:
        super().hidden()
        self.model.carrier.drop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Three beside each other; on a narrow window the list or the data, and the paper."""
        folded = self.width() < FOLDED
        listing = folded and (self._listing or self.model.sheet is None)
        less = 0 if folded or self.window().width() >= NARROW else LESS
        self._list_box.setFixedWidth(MIDDLE if folded else LIST - less)
        self._middle.setFixedWidth(MIDDLE - less)
        show_if(self._list_box, listing or not folded)
        show_if(self._middle, not listing)
        show_if(self.names, folded)
        self.editor.set_low(self.height() < LOW)
        self.pane.set_low(self.height() < LOW and not self.editor.isHidden())
        place = self._send_row if listing or not folded else self._foot  # what was decided can be sent from either
        if place.indexOf(self.send) < 0:
            place.addWidget(self.send)
            show_if(self.send, True)

    def _ask_list(self) -> None:
        self._listing = True
        self._share_room()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_list(self) -> None:
        """One was chosen: where the list hides the data, it makes room."""
        if self._listing:
            self._listing = False
            self._share_room()
            self.first_focus()

    def first_focus(self) -> None:
        part = self.list if self.list.isVisibleTo(self) else self.names
        part.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def settled(self) -> bool:
        """Nothing of the page is on its way."""
        return self.model.is_settled and self.model.carrier.is_settled

    # what the model says

    def _list_changed(self, _chip: str = "") -> None:
        model = self.model
        self.chips.set_chips(
            [
                Chip(WAITING, "待审", len(model.listed(WAITING))),
                Chip(AGAIN, "再来", len(model.listed(AGAIN))),
                Chip(DECIDED, "已判", len(model.listed(DECIDED))),
            ]
        )
        self.rows.show(model.listed(self.chips.current))
        place = self.rows.place_of(model.wanted) if model.sheet is not None else -1  # not back to what was left
        if place >= 0 and self.list.currentIndex().row() != place:
            self.list.set_current(place)
        count = model.decided
        left = len(model.listed(WAITING))
        self._count.setText(f"还有 {left} 份" if left else "都判完了")
        self.send.set_text(f"送出 {count} 个决定" if count else "送出")
        self.send.set_kind("primary" if count and model.sheet is None else "secondary")
        self.send.set_reason("" if count else "还没有判定，通过或退回后再送出")
        self.names.set_text(f"名单 {left}·待送 {count}" if count else f"名单 {left}")
        self._share_room()

    def _row_chosen(self, chosen: object) -> None:
        if isinstance(chosen, DeskRow):
            self.model.open(chosen.id)

    def _opened(self) -> None:
        sheet = self.model.sheet
        showing = (sheet.id, sheet.case.row.version, self.model.decision) if sheet is not None else None
        if showing is None or self._showing is None or showing[0] != self._showing[0]:
            self.sheet_area.verticalScrollBar().setValue(0)  # another application is read from its first line
        if showing != self._showing:  # news of the same application must not shut a return that is being written
            self.editor.hide()
            self._bar.show()
        self._showing = showing
        self._bar.setEnabled(sheet is not None)
        self.back_button.set_text(choice.label if (choice := self.model.returning()) else "退回")
        self.approve.set_text(choice.label if (choice := self.model.approving()) else "通过")
        self._fill_more()
        decision = self.model.decision
        show_if(self._band, decision is not None)
        if decision is not None:
            role = "ok" if decision.approves else "warn"
            self._band.set_verdict(role, f"已判{decision.label}，还没送出", decision.reason)
        again = sheet is not None and sheet.case.row.round > 1 and decision is None
        show_if(self._old_reason, again)
        if again and sheet is not None:
            said = sheet.case.objected
            self._old_reason.set_verdict("warn", f"第 {sheet.case.row.round} 轮", f"上一轮退回：{said}" if said else "")
        self._number.setText(f"{sheet.case.row.label}　{sheet.case.row.number or sheet.case.row.code}" if sheet else "")
        show_if(self._whole, sheet is not None)
        self._moved()
        self._list_changed()

    def _fill_more(self) -> None:
        menu = self.more.menu()
        menu.clear()
        others = self.model.others()
        if self.model.decision is not None:
            menu.addAction("撤回这个判定").triggered.connect(self.model.undo)
        for choice in others:
            menu.addAction(choice.label).triggered.connect(lambda _on=False, one=choice: self._other_action(one))
        for words, act in self.more_actions():
            menu.addAction(words).triggered.connect(lambda _on=False, do=act: do())
        show_if(self.more, bool(menu.actions()))

    def _moved(self) -> None:
        model = self.model
        sheet, part = model.sheet, model.part
        self._who.setText(part.title if part else "没有打开的申请")
        self._kind.setText(part.kind if part else "")
        place = next((at for at, one in enumerate(sheet.parts) if one.key == model.part_key), 0) if sheet else 0
        self._at.setText(f"{place + 1} / {len(sheet.parts)}" if sheet and len(sheet.parts) > 1 else "")
        self.parts.refresh()
        round_ = sheet.case.row.round if sheet else 1
        self.pane.show_tabs(model.papers, model.paper_key, old=model.old_round, round_=round_)
        if not model.papers:
            self.pane.clear("这一份没有附件" if sheet else "选一份申请，附件显示在这里")
        if not self.editor.isHidden():
            self._refresh_editor()
        doubts = model.doubts()
        self._doubt.setText(f"{len(doubts)} 处疑问" if doubts else "送出前可改判")
        self._doubt.set_role("warn" if doubts else "text2")
        self._doubt.setToolTip("\n".join(doubts))

    def _said(self, words: str, role: str) -> None:
        """What went well is told on the window, where the answer takes its place; trouble stays until it is read."""
        if role == "ok":
            self._notice.clear()
            self.model.context.tell(words, role)
        else:
            self._notice.show_words(words, role=role, action="知道了")

    # the attachment

    def _paper_came(self, _paper: Carried, data: bytes) -> None:
        self.pane.show_bytes(data)

    def _paper_moves(self, paper: Carried, count: int) -> None:
        part = count / paper.bytes if paper.bytes else 0
        self.pane.show_wait(f"正在取附件 {size_words(count)} / {size_words(paper.bytes)}", part)

    def _paper_failed(self, _paper: Carried, words: str, remedy: str) -> None:
        self.pane.show_words(words, remedy)

    def _paper_again(self) -> None:
        if self.model.paper is not None:
            self.model.choose_paper(self.model.paper_key)

    def _paper_back(self) -> None:
        self.model.turn_paper(-1)

    def _paper_next(self) -> None:
        self.model.turn_paper(1)

    # deciding

    def _approve(self) -> None:
        self.model.approve()

    def _open_return(self) -> None:
        if self.model.returning() is not None:
            self._other = None
            self._show_editor()

    def _other_action(self, choice: ActionChoice) -> None:
        self._other = choice
        if choice.require_reason:
            self._show_editor()
        else:
            self.model.decide(choice)

    def _show_editor(self) -> None:
        self.editor.show()
        self._bar.hide()
        self._share_room()
        self._refresh_editor()
        self.editor.words.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _refresh_editor(self) -> None:
        choice = self._other or self.model.returning()
        place = self.model.place[1] if self.model.place is not None else ""
        part = self.model.part
        if place and part is not None and part.key:
            place = f"{part.title} {place}"
        self.editor.show_return(choice.label if choice else "退回", place, self.model.phrases, self.model.notes)

    def _close_return(self) -> None:
        self.editor.hide()
        self._bar.show()
        self._share_room()
        self.first_focus()

    def _decide_return(self, reason: str) -> None:
        choice = self._other or self.model.returning()
        if choice is not None:
            self.model.decide(choice, reason)
            if self.model.notes or reason:
                self._close_return()

    def make_more(self) -> Sequence[QWidget]:
        """What else may stand above the buttons."""
        return ()

    def more_actions(self) -> Sequence[tuple[str, Callable[[], object]]]:
        """What else stands under 更多."""
        return ()

    def _open_case(self) -> None:
        if self.model.sheet is not None:
            self.go.emit(f"case/{self.model.sheet.id.partition('/')[2]}")


def make(context: Context, key: str) -> ReviewPage:
    return ReviewPage(ReviewModel(context, key))
