"""检查并提交: one page with everything looked over once more; sending puts it into the outbox and says so here."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_age import age_words
from desktop.pages.form_lines import Lines, cost_of, owed_bills
from desktop.pages.form_notes import ahead, amounts, doubts
from desktop.pages.form_page import DraftPage
from desktop.pages.form_values import value_of
from desktop.pages.paper_look import Sought
from desktop.pages.preview import show_paper
from desktop.pages.submit_confirms import Confirms
from desktop.pages.submit_model import (
    Sealed,
    card_lines,
    failing,
    follows,
    form_blocks,
    line_words,
    noun,
    sealed_papers,
    to_send,
    verdict,
)
from desktop.pages.submit_tables import card_rows, cost_rows, sealed_rows
from desktop.rows_view import RowsView
from desktop.widgets.base import Label, clear_layout, column, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.notes import Band, KeyValues
from desktop.widgets.panel import Panel, SectionTitle, Steps
from documents.summary import size_text
from domain.operations import Status
from sync import actions
from sync.store.drafts import Draft
from sync.store.local import Reader
from sync.store.text import key_of
from sync.views import ReceiptView, receipt, short_code

SENT_WORDS = "提交后先放入待发送，联网后自动送达。送出之前随时可以撤回。"
OPENING = "正在核对最新的资料"


class SubmitPage(DraftPage):
    """The last look, and the button. Each opening begins clean: a pledge is about what is on the page now."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__(context, key, "检查并提交", name="submit", back=True)
        self._opening = True  # the draft on screen may be of an earlier round
        self._focus_due = False  # the cursor goes to what is to be ticked, once that is there
        self._asked = False  # 提交 was pressed while a newer verdict was on its way
        self._sent = ""  # the Operation that has it now
        self._frozen: str | None = None  # the Operation whose content is on screen: it is judged no more
        self._answered = False  # it is delivered
        self._steps: QWidget | None = None
        self._told: object = None
        self._pairs: list[tuple[str, str]] = []
        self._build()
        self._wire()

    def _build(self) -> None:
        self.sheet = Button("打印清单", "quiet", icon="printer", hint="Ctrl+P")
        self.sheet.setObjectName("submit.sheet")
        self.change = Button("回去修改", "secondary")
        self.change.setObjectName("submit.change")
        self.set_actions([self.sheet, self.change])
        self.top = column(spacing=8)
        self.cards, self.costs, self.sealed = card_rows(self), cost_rows(self), sealed_rows(self)
        self.card_view = RowsView(self.cards, name="办理的人", header=False, fit=True, hang=True)
        self.cost_view = RowsView(self.costs, name="费用预计", fit=True, hang=True)
        self.seal_view = RowsView(self.sealed, name="整份的资料", header=False, fit=True, hang=True, row_height=56)
        for key, view in (("people", self.card_view), ("costs", self.cost_view), ("papers", self.seal_view)):
            view.setObjectName(f"submit.{key}")
        self.who_title = SectionTitle("办理的人", line=False)
        self.cost_title = SectionTitle("费用预计", line=False)
        self.cost_notes = Label("", "secondary", "warn", wrap=True)
        self.seal_title = SectionTitle("整份的资料", line=False)
        self.confirm_title = SectionTitle("请您确认", line=False)
        self.confirms = Confirms()
        parts: list[Any] = [
            self.notice,
            self.notice_gap,
            self.progress,
            self.top,
            8,
            self.who_title,
            self.card_view,
            12,
        ]
        parts += [self.cost_title, self.cost_view, self.cost_notes, 12, self.seal_title, self.seal_view, 12]
        for part in (*parts, self.confirm_title, self.confirms):
            self.add(part)
        self.add_stretch()
        self._build_side()

    def _build_side(self) -> None:
        self.side = Panel("提交")
        self.side.setObjectName("submit.panel")
        self.set_panel(self.side)
        self.facts = KeyValues()
        self.send = Button("提交", "primary", icon="send", tall=True, hint="Ctrl+Enter")
        self.send.setObjectName("submit.send")
        self.split = Button("可办的先提交", "secondary", hint="不可办的移到另一份草稿里，办好再交")
        self.split.setObjectName("submit.split")
        self.words = Label(SENT_WORDS, "secondary", "text2", wrap=True)
        box, self.after = QWidget(), QWidget()
        box.setLayout(column(self.facts, 12, self.send, 4, self.words, 8, self.split))  # why not: beside it
        self.follow_box = column()
        self.after.setLayout(column(Label("之后会怎样", "section"), 12, self.follow_box))
        self.side.set_sections([box, self.after])
        self.side.set_foot("提交后内容不再变，退回才能改", icon="lock")
        self.send.set_reason(OPENING)

    def _wire(self) -> None:
        self.form.opened.connect(self._opened)
        self.form.looked.connect(self._looked)
        self.context.line_changed.connect(self._side)
        self.change.clicked.connect(self._back)
        self.sheet.clicked.connect(self.print_paper)
        self.send.clicked.connect(self.submit)
        self.split.clicked.connect(self.part)
        self.confirms.changed.connect(self._side)
        self.seal_view.followed.connect(self._sealed)
        self.card_view.opened.connect(lambda _line: self._back())

    # what the shell calls

    def shown(self) -> None:
        self._opening, self._focus_due, self._asked, self._sent = True, True, False, ""
        self._frozen, self._answered, self._over = None, False, None
        show_if(self.after, True)
        self.notice.clear()
        self.confirms.clear()
        self.send.set_reason(OPENING)
        self.form.load()

    @property
    def settled(self) -> bool:
        """What is on screen is of the draft as it stands."""
        return super().settled and not self._opening

    def first_focus(self) -> None:
        if self._opening or not self.form.fresh:
            self.change.setFocus(Qt.FocusReason.OtherFocusReason)  # until there is something to tick
        elif not self.confirms.first_focus():
            (self.send if self.send.isEnabled() else self.change).setFocus(Qt.FocusReason.OtherFocusReason)

    # showing

    def _opened(self) -> None:
        draft = self.form.draft
        assert draft is not None
        self._opening = False
        if draft.sent is not None and draft.sent != self._sent:
            self._tell_sent(draft.sent)
        elif draft.sent is None and self._sent:  # it came back while the page stood open
            self._sent = ""
            self.confirms.clear()
            why = f"，有 {len(draft.findings)} 处：{draft.findings[0].message}" if draft.findings else "。"
            self.say(f"协会没有接收这份申请{why}", "bad", "回去修改", self._back)
        self._show()

    def _looked(self) -> None:
        self._show()
        if self._focus_due and self.form.fresh and not self._opening:
            self._focus_due = False
            if self.change.hasFocus():
                self.first_focus()
        if self._asked and self.form.fresh:
            self._asked = False
            self.submit()

    def _show(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        if service is None or look is None or draft is None or self._opening:
            return
        if draft.sent is not None and draft.sent == self._frozen:
            self._side()
            return
        self._frozen = draft.sent
        form = self.form.form
        self.set_head("检查并提交", f"{service.label}  {short_code(draft.entity)}")
        groups = Lines(service, form, look.check, look.around.people, asked=True).groups()
        said = verdict(service, form, look, groups)
        self.tell_over()
        age = age_words(look.around.as_of, self.context)
        told = (said, draft.sent, age)
        if told != self._told:
            self._told = told
            self._verdict(said.role, said.head, f"{age}，{said.words}", bool(draft.sent))
        self.cards.show(card_lines(service, form, look))
        owed = owed_bills(service, form, look.around.view)
        cost = cost_of(self.context.pack, service, look.check, owed)
        self.costs.show(cost.lines if cost is not None else ())
        total = f"{cost.total} 元" if cost is not None and cost.total else "暂算不出"
        self.cost_title.set_count(total if cost is not None and cost.lines else "不产生费用")
        self.cost_notes.setText("\n".join(cost.notes) if cost is not None else "")
        show_if(self.cost_notes, bool(cost is not None and cost.notes))
        papers = sealed_papers(form, look)
        self.sealed.show(papers)
        self.seal_title.set_count(len(papers))
        rows = len(look.check.rows)
        self.who_title.set_title("办理的人" if noun(service) == "人" else "办理的项目")
        self.who_title.set_count(rows)
        for part, on in (
            (self.who_title, rows),
            (self.card_view, rows),
            (self.cost_view, cost is not None and cost.lines),
            (self.cost_title, cost is not None),
            (self.seal_title, papers),
            (self.seal_view, papers),
        ):
            show_if(part, bool(on))
        unsure = doubts((*amounts(service, form, cost), *ahead(service, form, look.day)))
        self.confirms.ask(service, look, papers, unsure, locked=draft.sent is not None)
        show_if(self.confirm_title, self.confirms.asks)
        self._side()

    def _verdict(self, role: str, head: str, words: str, sent: bool) -> None:
        clear_layout(self.top)
        if sent:
            return
        band = Band(role, head, words, action="看每一条")
        band.setObjectName("submit.verdict")
        band.acted.connect(lambda: self.context.go(f"form/{self.key}"))  # where every reason stands in full
        self.top.addWidget(band)

    def _side(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        if service is None or look is None or draft is None or self._opening or self._answered:
            return
        form, context = self.form.form, self.context
        agency = self._agency()
        files, size = to_send(form, look.around.delivered)
        pairs: list[tuple[str, str]] = []
        for spec in service.fields:
            if spec.type == "agency":
                pairs.append((spec.label, agency or "还没有选"))
        amount = size_text(size).replace(" ", "\N{NO-BREAK SPACE}")  # the unit stays with its number
        pairs.append(("要送的", f"{files} 个附件，共 {amount}" if files else f"表单 {amount}"))
        pairs.append(("这条线路", line_words(size, context.line_rate, online=context.online)))
        if pairs != self._pairs:
            self._pairs = pairs
            self.facts.set_pairs(pairs)
        failed = failing(service, look.check)
        whole = len(look.check.rows)
        self.send.set_reason(self._reason(bool(failed)))
        can_split = bool(failed) and len(failed) < whole and draft.sent is None and not draft.returned
        self.split.set_text(f"可办的 {whole - len(failed)} 人先提交")
        show_if(self.split, can_split)
        self.words.setText(self.send.toolTip() if not self.send.isEnabled() else SENT_WORDS)
        state = str(look.around.application.get("state") or "none")
        self._follow(follows(service, look, state, agency), 1 if draft.sent else 0)

    def _follow(self, steps: tuple[tuple[str, str], ...], current: int) -> None:
        if self._steps is not None and getattr(self._steps, "told", None) == (steps, current):
            return
        if self._steps is not None:
            self.follow_box.removeWidget(self._steps)
            self._steps.deleteLater()
        made = Steps(list(steps), 0)
        made.told = (steps, current)  # type: ignore[attr-defined]  # read above, to know whether it changed
        self._steps = made
        self.follow_box.addWidget(made)

    def _agency(self) -> str:
        service, look = self.form.service, self.form.look
        assert service is not None
        assert look is not None
        names = dict(look.around.agencies)
        keys = [str(value_of(self.form.form, spec.key) or "") for spec in service.fields if spec.type == "agency"]
        return next((names.get(key, "") for key in keys if key), "")

    def _reason(self, failed: bool) -> str:
        draft, look = self.form.draft, self.form.look
        assert draft is not None
        assert look is not None
        if draft.sent is not None:
            return "已放入待发送"
        assert self.form.service is not None
        if (gone := self.over()) is not None:
            return gone.reason
        if draft.asks:
            return "有几处您和同事都改过，还没有选定用哪一个"
        if not look.check.ok:
            whom = f"还有不可办的{'人' if noun(self.form.service) == '人' else '项目'}"
            return whom if failed and not form_blocks(look.check) else "还有没填、没附的，请回去补上"
        return self.confirms.missing

    # doing

    def submit(self) -> None:
        """提交: into the outbox, durably; the answer stands on this page."""
        if not self.send.isEnabled() or self.form.draft is None:
            return
        if not self.form.fresh:
            self._asked = True  # decided by the verdict that is on its way
            return
        self.send.set_reason("正在放入待发送")
        account, pack, now = self.context.account, self.context.pack, self.context.now()
        draft_id, confirmed = self.form.draft_id, self.confirms.confirmed
        self.form.do(
            lambda store: actions.submit(store, account, draft_id, pack=pack, now=now, confirmed=confirmed),
            self._submitted,
        )

    def _submitted(self, op_id: str) -> None:
        self._tell_sent(op_id)
        self.context.send_asked.emit()

    def _tell_sent(self, op_id: str) -> None:
        self._sent = op_id
        draft = self.form.draft
        code = short_code(draft.entity) if draft is not None else ""
        self.say(f"已放入待发送（编号 {code}），联网后自动送达。", "ok", "撤回", self.withdraw)

    def withdraw(self) -> None:
        """While it has not left this machine."""
        account, now, op_id = self.context.account, self.context.now(), self._sent
        self._sent = ""
        self.form.do(
            lambda store: actions.cancel(store, account, op_id, now=now),
            lambda _draft: self.say("已撤回，仍是草稿。", "ok"),
        )

    def part(self) -> None:
        """可办的先提交: those who cannot go yet wait in a draft of their own."""
        service, look = self.form.service, self.form.look
        if service is None or look is None:
            return
        rows = list(failing(service, look.check))
        account, now, draft_id = self.context.account, self.context.now(), self.form.draft_id
        self.form.do(
            lambda store: actions.split_failing(store, account, draft_id, rows, now=now),
            partial(self._parted, len(rows)),
        )

    def _parted(self, count: int, made: Draft) -> None:
        route = f"form/{key_of(made.id)}"
        words = f"不可办的 {count} 人已移到另一份草稿里，办好再交。"
        self.say(words, "info", "打开那份草稿", lambda: self.context.go(route))

    def print_paper(self) -> None:
        """打印清单: people, papers and fees as they stand."""
        self.go_on(f"sheet/{self.key}")

    def _sealed(self, line: Sealed, act: str) -> None:
        if act == "look":
            show_paper(self.context, self, line.name, Sought(line.blob, line.name))
        else:
            self._back()

    def _back(self) -> None:
        self.context.go(self.home)

    def failed(self, sentence: str, remedy: str) -> None:
        """Once sent from here the draft goes away by itself, when it is delivered: then its receipt is told."""
        if not self._sent:
            super().failed(sentence, remedy)
            return
        account, op_id = self.context.account, self._sent

        def look(reader: Reader) -> ReceiptView | None:
            return receipt(reader, account, op_id)

        self.context.read(look, self._delivered)

    def _delivered(self, found: ReceiptView | None) -> None:
        if found is not None and found.status == Status.APPLIED and found.op_id == self._sent:
            route, self._answered = f"receipt/{found.op_id}", True
            show_if(self.after, False)  # it is on its way there: the case says who has it
            self.send.set_reason("已送达")
            self.words.setText("已送达")
            self.say(f"已送达，回执 {found.receipt.number}。", "ok", "看回执", lambda: self.context.go(route))


def make(context: Context, key: str) -> Page:
    """The submit page of a draft."""
    return SubmitPage(context, key)
