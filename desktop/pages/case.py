"""A case: its story, its people, its papers, and what changed from round to round; who has it, with telephone."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QStackedWidget, QWidget

from desktop import words
from desktop.context import Context
from desktop.page import Page
from desktop.pages.case_model import CaseModel, Opened
from desktop.pages.case_parts import ConfirmLine, PapersView
from desktop.pages.case_words import BILL, Change, PaperLine, PersonLine
from desktop.printing import print_pdf, save_file
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Icon, Label, column, row, show_if
from desktop.widgets.buttons import Button, TabItem, Tabs
from desktop.widgets.notes import EmptyState
from desktop.widgets.panel import Card, Panel, Section
from desktop.widgets.timeline import Timeline

SHOWN = 8  # people in the panel


def make(context: Context, key: str) -> Page:
    return CasePage(context, key)


class CasePage(WatchingPage):
    """Layout and wiring."""

    model: CaseModel

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("申请", back=True)
        self.setObjectName("case")
        self.context, self.model = context, CaseModel(context, key, self)
        self._buttons()
        self.confirm = ConfirmLine()
        self.confirm.setObjectName("case.ask")
        self.confirm.yes.clicked.connect(self._act)
        self.tabs = Tabs([TabItem("story", "经过", 0)], name="申请")
        self.tabs.setObjectName("case.tabs")
        self.timeline = Timeline()
        self.timeline.setObjectName("case.timeline")
        self.timeline.acted.connect(self._jump)
        self.papers = PapersView()
        self._parts = QStackedWidget()
        self._keys = {"story": 0, "people": 1, "papers": 2, "compare": 3}
        for part in (_below(self.timeline), self._people_view(), self.papers, self._changes_view()):
            self._parts.addWidget(part)
        self._parts.currentChanged.connect(self._fit_part)
        self._fit_part(0)
        self._middle = QStackedLayout()
        self._middle.addWidget(self._parts)
        self.missing = EmptyState("本机没有这份申请", "请联网后再打开。", icon="inbox")
        self.add(self.confirm)
        self.add(self.tabs)
        self.add(8)
        self.add(self._middle, stretch=1)
        self.refused = EmptyState(
            "这份申请又是草稿了", "没有被接收或已撤回，内容都在草稿里。", action="接着填", icon="pencil"
        )
        self.refused.setObjectName("case.refused")
        self.refused.acted.connect(self.model.take_up)
        self._middle.addWidget(self.missing)
        self._middle.addWidget(self.refused)
        self.set_panel(Panel("现在在谁手上"))
        self.tabs.chosen.connect(self._choose)
        self.papers.list.opened.connect(self._open_paper)
        self.papers.list.followed.connect(self._follow_paper)
        self.papers.stopped.connect(self.model.carrier.drop)
        self.papers.again.connect(self._open_paper)
        self.papers.printed.connect(lambda data: print_pdf(data, self))
        self.papers.saved.connect(self._save_paper)
        self.model.paper_opened.connect(self._show_paper)
        self.model.paper_moved.connect(self.papers.show_wait)
        self.model.paper_failed.connect(self._paper_failed)
        self.model.changed.connect(self.refresh)
        self.shortcut("Ctrl+P", self._print)

    def _buttons(self) -> None:
        self.end = Button("", "quiet", icon="close")
        self.end.setObjectName("case.end")
        self.receipt = Button("打印回执", "quiet", icon="printer")
        self.receipt.setObjectName("case.receipt")
        self.copy = Button("复制为新申请", "secondary")
        self.copy.setObjectName("case.copy")
        self.take_back = Button("撤回", "quiet", icon="close")
        self.take_back.setObjectName("case.withdraw")
        self.amend = Button("去修改", "primary")
        self.amend.setObjectName("case.amend")
        self._acts = (self.end, self.take_back, self.receipt, self.copy, self.amend)
        self.set_actions(list(self._acts))
        for button in self._acts:
            button.hide()
        self.take_back.clicked.connect(self.model.take_back)
        self.end.clicked.connect(self._ask)
        self.receipt.clicked.connect(self._print)
        self.copy.clicked.connect(self.model.copy)
        self.amend.clicked.connect(self.model.amend)

    def _people_view(self) -> QWidget:
        self.people: RowsModel[PersonLine] = RowsModel(
            [
                Column("姓名", lambda p: p.name, weight=500, width=96),
                Column("证件号", lambda p: p.number, role="text2", width=168, whole=True, spare=1),
                Column("办理", lambda p: p.card, width=120),
                Column("内容", lambda p: p.what),
                Column("状态", lambda p: p.state, role="wait", icon="clock", width=120),
            ],
            key=lambda p: p.id,
        )
        view = RowsView(self.people, name="人员", fit=True, empty=EmptyState("这份申请没有人员", "", icon="users"))
        view.setObjectName("case.people")
        view.opened.connect(self._open_person)
        return _below(view)

    def _changes_view(self) -> QWidget:
        self.changes: RowsModel[Change] = RowsModel(
            [
                Column("位置", lambda c: c.place, weight=500, width=200),
                Column("上一轮", lambda c: c.before, role="text2"),
                Column("这一轮", lambda c: c.after, role=lambda c: c.role),
            ],
            key=lambda c: c.id,
        )
        empty = EmptyState("没有可比较的", "退回后重新提交，这里会列出两轮之间的不同。", icon="swap")
        view = RowsView(self.changes, name="历次比较", fit=True, empty=empty)
        view.setObjectName("case.changes")
        return _below(view)

    def hidden(self) -> None:
        super().hidden()
        self.model.carrier.drop()

    def refresh(self) -> None:
        found = self.model.opened
        instead = self.missing if self.model.draft is None else self.refused
        self._middle.setCurrentWidget(self._parts if found is not None else instead)
        show_if(self.tabs, found is not None)
        if self.panel is not None:
            show_if(self.panel, instead is not self.missing or found is not None)
        if found is None:
            self._show_none()
            return
        self._show_head(found)
        items = [TabItem("story", "经过", len(found.moments)), TabItem("people", "人员", len(found.people)),
                 TabItem("papers", "资料", len(found.papers))]  # fmt: skip
        if found.case.previous:
            items.append(TabItem("compare", "历次比较", len(found.changes)))
        self.tabs.set_items(items)
        self.timeline.set_moments(found.moments)
        self.people.show(found.people)
        self.papers.rows.show(found.papers)
        self.changes.show(found.changes)
        self._show_panel(found)

    def _show_none(self) -> None:
        """No application of this id: what was shown of it before goes."""
        draft = self.model.draft
        self.set_head((draft.title if draft is not None else "") or "申请")
        for part in (*self._acts, self.confirm):
            part.hide()
        if self.panel is not None:
            self.panel.set_title("现在在谁手上")
            self.panel.set_sections([Section("", Label("在您手上", "row_title"))] if draft is not None else [])
            self.panel.set_foot("")

    def _show_head(self, found: Opened) -> None:
        case = found.case.row
        role = {"returned": "warn", "pay": "warn", "done": "ok"}.get(case.category, "wait")
        summary = case.summary.removeprefix(case.label).strip()
        sub = "　".join(part for part in (case.number or case.code, summary) if part)
        self.place = f"cases/{case.service}"
        self.set_head(case.label, sub, tag=case.pending or case.status, tag_role=role)
        show_if(self.receipt, bool(found.receipts))
        show_if(self.copy, found.may_copy)
        show_if(self.amend, case.category == "returned" and found.unit_desk and not case.pending)
        show_if(self.take_back, self.model.withdrawable is not None)
        show_if(self.end, bool(found.actions))
        if found.actions:
            self.end.set_text(found.actions[0].label)
        elif not self.confirm.isHidden():
            self.confirm.hide()

    def _show_panel(self, found: Opened) -> None:
        assert self.panel is not None
        sections: list[QWidget] = []
        if found.case.row.open:
            self.panel.set_title("现在在谁手上")
            sections.append(self._holder(found))
        else:
            self.panel.set_title("已经办结", found.case.row.completed_on)
            sections += [self._whom_to_ask(found)] if found.case.desk.get("phone") else []
        if found.people:
            lines = [_line(one.name, one.card, one.state) for one in found.people[:SHOWN]]
            more = f"还有 {len(found.people) - SHOWN} 人，在“人员”里" if len(found.people) > SHOWN else ""
            sections.append(Section("办理的人", *lines, note=more or str(len(found.people))))
        bills = [line for line in found.papers if line.made.startswith(BILL)]
        if bills:
            sections.append(Section("账单", *(self._bill_line(one) for one in bills)))
        if found.receipts:
            sections.append(Section("回执", *(self._receipt_line(*one) for one in found.receipts)))
        self.panel.set_sections(sections)
        self.panel.set_foot(_foot(found), icon="lock")

    def _holder(self, found: Opened) -> QWidget:
        """Who has it and their telephone; in one's own hands, whom to ask about it."""
        case = found.case.row
        if case.pending:
            words_ = (
                "还没有离开这台电脑，可以撤回。" if self.model.withdrawable else "还在这台电脑和协会之间，等协会回音。"
            )
            return Section("", Label(words_, "panel_body", "text2", wrap=True))
        name = "在您手上" if found.mine else found.holder or "对方"
        lines: list[QWidget] = [
            Label(name, "row_title", weight=600, wrap=True),
            Label(f"{case.status}　已 {words.since(case.since, self.context.now())}", "panel_body", wrap=True),
        ]
        if found.mine:
            return _stacked(Card(*lines), self._whom_to_ask(found)) if found.case.desk.get("phone") else Card(*lines)
        contact = str(found.case.desk.get("contact") or "")
        phone = case.phone or str(found.case.desk.get("phone") or "")
        parts = [Label(contact, "panel_body", "text2")] if contact else []
        return Card(*lines, *parts, *([self._phone_line(phone)] if phone else []))

    def _whom_to_ask(self, found: Opened) -> QWidget:
        desk = found.case.desk
        name = " ".join(part for part in (str(desk.get("name") or ""), str(desk.get("contact") or "")) if part)
        return Section("有疑问请致电", Label(name, "panel_body", wrap=True), self._phone_line(str(desk["phone"])))

    def _phone_line(self, phone: str) -> QWidget:
        copy = Button("复制", "link", small=True, name="复制电话")
        copy.setObjectName("case.copy-phone")
        copy.clicked.connect(lambda _=False: self._copy(phone))
        line = QWidget()
        line.setLayout(row(Icon("phone", "text2", 14), Label(phone, "body", selectable=True, weight=500), None, copy,
                           spacing=8))  # fmt: skip
        return line

    def _receipt_line(self, op_id: str, number: int, when: str) -> QWidget:
        link = Button("打开", "link", small=True, name=f"打开回执 {number}")
        link.setObjectName(f"case.receipt.{number}")
        link.clicked.connect(lambda _=False: self.model.receipt_paper(op_id))
        place = QWidget()
        text = column(Label(f"送达回执 {number}", "panel_body"), Label(words.stamp(when), "secondary", "text2"))
        place.setLayout(row(Icon("file", "text2", 16), text, None, link, spacing=10))
        return place

    def _bill_line(self, line: PaperLine) -> QWidget:
        link = Button("打开", "link", small=True, name=f"打开{line.material} {line.name}")
        link.setObjectName(f"case.{line.made}")
        link.clicked.connect(lambda _=False: self.model.open_paper(line))
        place = QWidget()
        text = column(Label(line.material, "panel_body"), Label(line.about, "secondary", "text2"))
        place.setLayout(row(Icon("money", "text2", 16), text, None, link, spacing=10))
        return place

    def _copy(self, phone: str) -> None:
        QGuiApplication.clipboard().setText(phone)
        self.context.tell(f"已复制电话 {phone}。")

    def _choose(self, key: str) -> None:
        self._parts.setCurrentIndex(self._keys[key])

    def _fit_part(self, shown: int) -> None:
        """Only the part on screen says how high the page has to be."""
        for at in range(self._parts.count()):
            part = self._parts.widget(at)
            assert part is not None
            high = QSizePolicy.Policy.Preferred if at == shown else QSizePolicy.Policy.Ignored
            part.setSizePolicy(part.sizePolicy().horizontalPolicy(), high)

    def _jump(self, key: str) -> None:
        if key == "compare" and self.model.opened is not None and self.model.opened.case.previous:
            self.tabs.choose("compare")
            self._choose("compare")
        elif key == "compare":
            self.model.amend()

    def _ask(self) -> None:
        if self.model.opened is not None and self.model.opened.actions:
            self.confirm.ask(self.model.opened.actions[0])

    def _act(self) -> None:
        choice = self.confirm.choice
        if choice is None:
            return
        reason = self.confirm.reason.value.strip()
        if choice.require_reason and not reason:
            self.confirm.reason.set_finding("请写明原因。")
            return
        self.confirm.hide()
        self.model.act(choice.id, reason)

    def _print(self) -> None:
        """The paper that is open, else the receipt."""
        if self.papers.isVisibleTo(self) and self.papers.printable:
            print_pdf(self.papers.printable, self)
        elif self.model.opened is not None and self.model.opened.receipts:
            self.model.receipt_paper(self.model.opened.receipts[-1][0])

    def _save_paper(self, data: bytes, name: str) -> None:
        try:
            path = save_file(data, name, self, kinds=f"{name.rpartition('.')[2].upper()} (*.{name.rpartition('.')[2]})")
        except OSError as error:
            self.context.tell(f"文件存不进去：{error.strerror}。请换一个文件夹。", "bad")
            return
        if path is not None:
            self.context.tell(f"已保存为“{path.name}”。")

    def _open_paper(self, line: object) -> None:
        if isinstance(line, PaperLine):
            if line.paper is not None and not line.here:
                self.papers.show_wait(line, 0)
                self._bring_up()
            self.model.open_paper(line)

    def _show_paper(self, line: PaperLine, data: bytes, gaps: str) -> None:
        self.papers.show_paper(line, data, gaps)
        self._bring_up()

    def _paper_failed(self, line: PaperLine, sentence: str, remedy: str) -> None:
        self.papers.show_words(line, sentence, remedy)
        self._bring_up()

    def _bring_up(self) -> None:
        """What was opened stands below a list that may be long; it has its place once the layout is done."""
        QTimer.singleShot(0, self, lambda: self.reveal(self.papers.preview))

    def _follow_paper(self, line: object, _key: str) -> None:
        self._open_paper(line)

    def _open_person(self, line: object) -> None:
        if isinstance(line, PersonLine) and line.subject:
            self.context.go(f"person/{line.subject.partition('/')[2]}")


def _foot(found: Opened) -> str:
    """Why nothing can be changed now."""
    case = found.case.row
    if case.pending:
        return "还没有回音；没送出的可在“待发送”里撤回"
    if found.actions or not case.open or case.category in ("returned", "pay") or not found.unit_desk:
        return ""
    return "审核中不能改；要撤回请致电对方"


def _below(part: QWidget) -> QWidget:
    """The part at the top of its place, which may be higher."""
    place = QWidget()
    place.setLayout(column(8, part, None))
    return place


def _stacked(*parts: QWidget) -> QWidget:
    place = QWidget()
    place.setLayout(column(*parts, spacing=8))
    return place


def _line(name: str, what: str, state: str) -> QWidget:
    place = QWidget()
    label = Label(name, "panel_body", weight=500)
    label.setFixedWidth(64)
    place.setLayout(row(label, Label(what, "panel_body", "text2", elide="right"), None,
                        Label(state, "secondary", "wait"), spacing=8))  # fmt: skip
    place.setFixedHeight(28)
    return place
