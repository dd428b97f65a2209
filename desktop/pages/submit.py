"""检查并提交: one page with everything looked over once more; sending puts it into the outbox and says so here."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_age import age_words
from desktop.pages.form_lines import CostLine, Lines, cost_of, owed_bills
from desktop.pages.form_model import DraftForm
from desktop.pages.form_values import value_of
from desktop.pages.preview import show_paper
from desktop.pages.submit_model import (
    CardLine,
    Sealed,
    card_lines,
    failing,
    follows,
    form_blocks,
    load_words,
    sealed_papers,
    verdict,
)
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button, CheckBox
from desktop.widgets.notes import Band, KeyValues, Notice
from desktop.widgets.panel import Panel, SectionTitle, Steps
from documents.summary import size_text
from domain.operations import Severity
from sync import actions
from sync.store.drafts import Draft
from sync.store.text import key_of
from sync.views import short_code

SENT_WORDS = "提交后先放入待发送，联网后自动送达。送出之前随时可以撤回。"


class SubmitPage(Page):
    """The last look, and the button."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("检查并提交", back=True)
        self.context, self.key = context, key
        self.form = DraftForm(context, f"draft/{key}")
        self._sent = ""  # the Operation that has it now
        self._split = ""  # the draft that keeps those who cannot go yet
        self._ticks: dict[str, CheckBox] = {}
        self._steps: QWidget | None = None
        self._told: object = None
        self._act: Any = None
        self._build()
        self._wire()

    def _build(self) -> None:
        self.change = Button("回去修改", "secondary")
        self.change.setObjectName("submit.change")
        self.set_actions([self.change])
        self.notice = Notice()
        self.notice.setObjectName("submit.notice")
        self.top = column(spacing=8)
        self.cards: RowsModel[CardLine] = RowsModel(
            [
                Column("业务", lambda line: line.label, weight=500, width=120),
                Column("", lambda line: line.count, width=64),
                Column("", lambda line: line.names, role="text2", tooltip=lambda line: line.names),
                Column(
                    "",
                    lambda line: line.state.short,
                    icon=lambda line: line.state.state,
                    role=lambda line: line.state.state,
                    width=160,
                ),
            ],
            self,
            key=lambda line: line.key,
        )
        self.costs: RowsModel[CostLine] = RowsModel(
            [
                Column("费用", lambda line: line.label, weight=500),
                Column("依据", lambda line: line.clause, role="text2", width=132),
                Column("票据", lambda line: line.receipt, role="text2", width=120),
                Column("数量", lambda line: str(line.count), align="right", width=64),
                Column("单价（元）", lambda line: line.each or "—", align="right", width=104),
                Column(
                    "金额（元）",
                    lambda line: line.amount,
                    align="right",
                    width=112,
                    role=lambda line: "warn" if line.amount == "未设定" else "text",
                ),
            ],
            self,
            key=lambda line: (line.rule, line.label),
        )
        self.sealed: RowsModel[Sealed] = RowsModel(
            [
                Column("资料", lambda line: line.label, sub=lambda line: line.words, weight=500, icon="file"),
                Column(
                    "", lambda line: line.state, icon=lambda line: line.role, role=lambda line: line.role, width=240
                ),
                Column("", acts=lambda line: (Act("look", "看一眼"),) if line.blob else (Act("go", "去补"),), width=80),
            ],
            self,
            key=lambda line: line.id,
        )
        self.card_view = RowsView(self.cards, name="办理的人", header=False, fit=True, hang=True)
        self.cost_view = RowsView(self.costs, name="费用预计", fit=True, hang=True)
        self.seal_view = RowsView(self.sealed, name="要盖章的纸", header=False, fit=True, hang=True, row_height=56)
        self.who_title = SectionTitle("办理的人", line=False)
        self.cost_title = SectionTitle("费用预计", line=False)
        self.cost_notes = Label("", "secondary", "warn", wrap=True)
        self.seal_title = SectionTitle("要盖章的纸", line=False)
        self.confirm_title = SectionTitle("请您确认", line=False)
        self.confirms = column(spacing=4)
        parts: list[Any] = [self.notice, self.top, 8, self.who_title, self.card_view, 12, self.cost_title]
        parts += [self.cost_view, self.cost_notes, 12, self.seal_title, self.seal_view, 12, self.confirm_title]
        for part in (*parts, self.confirms):
            self.add(part)
        self.add_stretch()
        self.side = Panel("提交")
        self.side.setObjectName("submit.panel")
        self.set_panel(self.side)
        self.facts = KeyValues()
        self.send = Button("提交", "primary", icon="send", tall=True, hint="Ctrl+Enter")
        self.send.setObjectName("submit.send")
        self.split = Button("可办的先提交", "secondary", hint="不可办的移到另一份草稿里，办好再交")
        self.split.setObjectName("submit.split")
        self.words = Label(SENT_WORDS, "secondary", "text2", wrap=True)
        self.after = QWidget()
        box = QWidget()
        box.setLayout(column(self.facts, 12, self.send, 8, self.split, self.words))
        self.follow_box = column()
        self.after.setLayout(column(Label("之后会怎样", "section"), 12, self.follow_box))
        self.side.set_sections([box, self.after])
        self.side.set_foot("提交后内容不再变，退回才能改", icon="lock")

    def _wire(self) -> None:
        self.form.opened.connect(self._show)
        self.form.looked.connect(self._show)
        self.form.failed.connect(self._failed)
        self.change.clicked.connect(self._back)
        self.send.clicked.connect(self.submit)
        self.split.clicked.connect(self.part)
        self.notice.acted.connect(self._noticed)
        self.seal_view.followed.connect(self._sealed)
        self.card_view.opened.connect(lambda _line: self._back())
        self.shortcut("Ctrl+Return", self.submit)
        self.shortcut("Ctrl+Enter", self.submit)

    # what the shell calls

    def shown(self) -> None:
        draft = self.form.draft
        if draft is None or draft.sent is not None:  # it may have come back since
            self._sent = ""
            self.notice.clear()
            self.form.load()
        else:
            self.form.refresh()

    @property
    def settled(self) -> bool:
        """What is on screen is all there is."""
        return self.form.settled

    def first_focus(self) -> None:
        self.send.setFocus()

    # showing

    def _show(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        if service is None or look is None or draft is None:
            return
        form = self.form.form
        self.set_head("检查并提交", f"{service.label}  {short_code(draft.entity)}")
        groups = Lines(service, form, look.check, look.around.people, asked=True).groups()
        said = verdict(service, form, look, groups)
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
        papers = sealed_papers(self.form, look)
        self.sealed.show(papers)
        self.seal_title.set_count(len(papers))
        rows = len(look.check.rows)
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
        self._confirms()
        self._side()

    def _verdict(self, role: str, head: str, words: str, sent: bool) -> None:
        while (item := self.top.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        if sent:
            return
        band = Band(role, head, words, action="看每一条")
        band.setObjectName("submit.verdict")
        band.acted.connect(self._back)
        self.top.addWidget(band)

    def _confirms(self) -> None:
        service, look = self.form.service, self.form.look
        assert service is not None
        assert look is not None
        wanted: dict[str, str] = {}
        if service.spec.pledge:
            wanted["pledge"] = service.spec.pledge
        for finding in look.check.findings:
            if finding.severity is Severity.WARN:
                wanted[finding.rule] = finding.message
        for paper in sealed_papers(self.form, look):
            if paper.role == "warn" and paper.blob:
                wanted[f"paper {paper.id}"] = f"{paper.label}：{paper.state}。仍用现在附的这一份。"
        if list(wanted) != list(self._ticks):
            while (item := self.confirms.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.deleteLater()
            self._ticks = {}
            for key, words in wanted.items():
                box = CheckBox("", name=words)
                box.setObjectName(f"submit.confirm.{key}")
                box.toggled.connect(self._side)
                self._ticks[key] = box
                line = QWidget()
                line.setLayout(row(box, Label(words, "panel_body", wrap=True), spacing=0))
                box.setFixedWidth(24)
                self.confirms.addWidget(line)
        show_if(self.confirm_title, bool(wanted))

    def _side(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        if service is None or look is None or draft is None:
            return
        form = self.form.form
        agency = self._agency()
        files, size = load_words(form)
        pairs: list[tuple[str, str]] = []
        for spec in service.fields:
            if spec.type == "agency":
                pairs.append((spec.label, agency or "还没有选"))
        pairs.append(("附件", f"{files} 个，{size_text(size)}" if files else "没有"))
        seconds = self._seconds(size)
        if seconds:
            pairs.append(("这条线路", seconds))
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
        made.told = (steps, current)  # type: ignore[attr-defined]
        self._steps = made
        self.follow_box.addWidget(made)

    def _agency(self) -> str:
        service, look = self.form.service, self.form.look
        assert service is not None
        assert look is not None
        names = dict(look.around.agencies)
        keys = [str(value_of(self.form.form, spec.key) or "") for spec in service.fields if spec.type == "agency"]
        return next((names.get(key, "") for key in keys if key), "")

    def _seconds(self, size: int) -> str:
        rate = float(getattr(self.context, "line_rate", 0.0) or 0.0)  # bytes a second, once something was sent
        return f"约 {max(1, round(size / rate))} 秒" if rate > 0 else ""

    def _reason(self, failed: bool) -> str:
        draft, look = self.form.draft, self.form.look
        assert draft is not None
        assert look is not None
        if draft.sent is not None:
            return "已放入待发送"
        if draft.asks:
            return "有几处您和同事都改过，还没有选定用哪一个"
        if not look.check.ok:
            return "还有不可办的人" if failed and not form_blocks(look.check) else "还有没填、没附的，请回去补上"
        missing = [key for key, box in self._ticks.items() if not box.isChecked()]
        if missing:
            return "请先勾选下面的确认" if missing != ["pledge"] else "请先勾选真实性承诺"
        return ""

    # doing

    def submit(self) -> None:
        """提交: into the outbox, durably; the answer stands on this page."""
        if not self.send.isEnabled() or self.form.draft is None or not self.form.fresh:
            return
        self.send.set_reason("正在放入待发送")
        account, pack, now = self.context.account, self.context.pack, self.context.now()
        draft_id = self.form.draft_id
        confirmed = [key for key in self._ticks if key != "pledge" and not key.startswith("paper ")]
        self.form.do(
            lambda store: actions.submit(store, account, draft_id, pack=pack, now=now, confirmed=confirmed),
            self._submitted,
        )

    def _submitted(self, op_id: str) -> None:
        self._sent = op_id
        draft = self.form.draft
        code = short_code(draft.entity) if draft is not None else ""
        self._say(f"已放入待发送（编号 {code}），联网后自动送达。", "ok", "撤回", self.withdraw)
        self.context.send_asked.emit()

    def withdraw(self) -> None:
        """While it has not left this machine."""
        account, now, op_id = self.context.account, self.context.now(), self._sent
        self.form.do(
            lambda store: actions.cancel(store, account, op_id, now=now),
            lambda _draft: self._say("已撤回，仍是草稿。", "ok", "", None),
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
        self._split = key_of(made.id)
        self._say(
            f"不可办的 {count} 人已移到另一份草稿里，办好再交。",
            "info",
            "打开那份草稿",
            lambda: self.context.go(f"form/{self._split}"),
        )

    def _sealed(self, line: Sealed, act: str) -> None:
        if act == "look":
            show_paper(self.context, self, line.name, line.blob)
        else:
            self._back()

    def _back(self) -> None:
        draft = self.form.draft
        self.context.go(f"amend/{self.key}" if draft is not None and draft.returned else f"form/{self.key}")

    def _failed(self, words: str, remedy: str) -> None:
        """Once sent from here the draft goes away by itself, when it is delivered: nothing to say about that."""
        if not self._sent:
            self._say(f"{words}{remedy}", "bad", "", None)

    def _say(self, words: str, role: str, action: str, act: Any) -> None:
        self._act = act
        self.notice.show_words(words, role=role, action=action)

    def _noticed(self) -> None:
        act, self._act = self._act, None
        self.notice.clear()
        if act is not None:
            act()


def make(context: Context, key: str) -> Page:
    """The submit page of a draft."""
    return SubmitPage(context, key)
