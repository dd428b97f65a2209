"""A form of any service, drawn from the pack: its fields, its cards of people, its papers, and beside them the check.

Layout and wiring: what is typed and judged is `form_model`'s, what the panel says `form_lines`', the rows `form_rows`'.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_age import age_words
from desktop.pages.form_asks import AsksBox
from desktop.pages.form_fields import FieldGrid
from desktop.pages.form_lines import Cost, Group, Lines, Step, cost_of, owed_bills, row_state, worst
from desktop.pages.form_lines import Entry as PanelEntry
from desktop.pages.form_material import MaterialBox
from desktop.pages.form_model import DraftForm
from desktop.pages.form_panel import CheckPanel
from desktop.pages.form_papers import Incoming, PaperIntake, Taken, outdated
from desktop.pages.form_rows import asked_fields, field_texts, has_free, table_of
from desktop.pages.form_steps import Place, follow
from desktop.pages.form_table import FormRow, FormTable
from desktop.pages.form_values import (
    as_text,
    as_value,
    attachments,
    new_row,
    rows_of,
    subjects_in,
    value_of,
    with_rows,
    without_rows,
)
from desktop.pages.preview import show_paper
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button, TabItem, Tabs
from desktop.widgets.fields import SearchBox
from desktop.widgets.gap import Gap
from desktop.widgets.notes import EmptyState, Notice, ProgressLine
from domain.checking import MaterialCheck
from domain.entities import Attachment
from sync import actions
from sync.store.local import LocalStore

PICKS = {"person": "选人", "application": "选表单", "bill": "选账单", "certificate": "选证书", "free": "加一行"}


class FormPage(Page):
    """One draft on screen."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("申请", sub="草稿")
        self.context, self.key = context, key
        self.form = DraftForm(context, f"draft/{key}")
        self.intake = PaperIntake(context, self.form.draft_id, self)
        self._card = ""
        self._more, self._locked = False, False
        self._boxes: dict[str, MaterialBox] = {}
        self._undo: Any = None
        self._jump_after: Place | None = None
        self._build()
        self._wire()

    # layout

    def _build(self) -> None:
        self.letter = Button("打印", "quiet", icon="printer")
        self.share = Button("暂存", "secondary", hint="存好，并让本单位其他账号看到（Ctrl+S）")
        self.send = Button("检查并提交", "primary", hint="Ctrl+Enter")
        for button, name in ((self.letter, "letter"), (self.share, "share"), (self.send, "submit")):
            button.setObjectName(f"form.{name}")
        show_if(self.letter, False)
        self.set_actions([self.letter, self.share, self.send])
        self.notice = Notice()
        self.notice.setObjectName("form.notice")
        self.asks = AsksBox()
        self.notices = column(self.notice, Gap(self.notice), self.asks, Gap(self.asks))
        self.grid = FieldGrid()
        self.tabs = Tabs(name="办理的业务")
        self.tabs.setObjectName("form.tabs")
        self.title_label = Label("", "section")
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
        self.toolbar = QWidget()
        self.toolbar.setLayout(
            row(
                self.pick,
                self.out,
                self.papers,
                self.paste,
                None,
                self.chosen,
                self.columns,
                self.search,
                spacing=8,
                margins=(0, 10, 0, 6),
            )
        )
        self.table = FormTable(self._empty)
        self.progress = ProgressLine()
        self.boxes = column(spacing=20)
        for part in (self.notices, self.grid, 12, self.tabs, self.title_label, self.toolbar):
            self.add(part)
        self.add(self.table)
        self.add(self.progress)
        self.add(20)
        self.add(self.boxes)
        self.add_stretch()
        self.check = CheckPanel()
        self.set_panel(self.check)
        for part in (self.tabs, self.title_label, self.toolbar, self.table):
            show_if(part, False)

    def _empty(self) -> EmptyState:
        state = EmptyState(
            "还没有人", "按“选人”从全体人员里选：不可办的也列在那里，写明原因。", action="选人", icon="users"
        )
        state.acted.connect(self._pick)
        return state

    def _wire(self) -> None:
        form = self.form
        form.opened.connect(self._opened)
        form.edited.connect(self._edited)
        form.looked.connect(self._looked)
        form.saved.connect(self._head)
        form.failed.connect(self._failed)
        self.grid.edited.connect(self._typed)
        self.table.edited.connect(self._cell_typed)
        self.table.opened.connect(self._open_row)
        self.table.chosen_changed.connect(self._chosen)
        self.search.searched.connect(self.table.set_search)
        self.tabs.chosen.connect(self._turn)
        self.pick.clicked.connect(self._pick)
        self.paste.clicked.connect(self._paste)
        self.out.clicked.connect(self._out)
        self.papers.clicked.connect(self._papers)
        self.columns.clicked.connect(self._columns)
        self.letter.clicked.connect(self._letter)
        self.share.clicked.connect(self.save)
        self.send.clicked.connect(self.submit)
        self.notice.acted.connect(self._noticed)
        self.asks.decided.connect(self._decided)
        self.check.followed.connect(self._follow)
        self.check.foot_acted.connect(self._renew)
        self.intake.finished.connect(self._taken)
        self.intake.removed.connect(self._removed)
        self.intake.failed.connect(self._failed)
        self.intake.progress.connect(self.progress.show_progress)
        self.progress.cancelled.connect(self.intake.cancel)
        self.shortcut("Ctrl+S", self.save)
        self.shortcut("Ctrl+Return", self.submit)
        self.shortcut("Ctrl+Enter", self.submit)
        self.shortcut("Ctrl+P", self._letter)

    # what the shell calls

    def shown(self) -> None:
        if self.form.draft is None:
            self.form.load()
        else:
            self.form.refresh()

    def hidden(self) -> None:
        self.form.leave()

    def close_request(self) -> bool:
        self.form.flush()  # the lane writes it before it closes
        return True

    @property
    def settled(self) -> bool:
        """No work of this page is pending: what is on screen is all there is."""
        return self.form.settled and not self.intake.busy

    # showing

    def _opened(self) -> None:
        service, draft = self.form.service, self.form.draft
        assert draft is not None
        if service is None:
            self.notice.show_words("现在的规则包里没有这项业务了。内容都还在，请联系协会。", role="bad")
            return
        self.help_topic = service.spec.help_topics[0] if service.spec.help_topics else service.id
        cards = list(service.cards)
        if self._card not in cards:
            self._card = next((key for key in cards if rows_of(self.form.form, key)), cards[0] if cards else "")
        letter = next((self.context.pack.spec.documents.get(each) for each in service.spec.templates), None)
        self.letter.set_text(f"打印{letter.label}" if letter is not None else "打印")
        show_if(self.letter, letter is not None)
        show_if(self.title_label, len(cards) == 1)
        show_if(self.tabs, len(cards) > 1)
        show_if(self.toolbar, bool(cards))
        show_if(self.table, bool(cards))
        self.asks.show_asks(service, draft.asks)
        self._state()
        self._head()
        self._fields()
        self._rows()

    def _state(self) -> None:
        draft = self.form.draft
        assert draft is not None
        reason = "已放入待发送，要改请先撤回。" if draft.sent is not None else ""
        for button in (self.share, self.send, self.pick, self.out, self.paste):
            button.set_reason(reason)
        self._locked = bool(reason)
        if draft.sent is not None:
            self._say("这份申请已放入待发送，内容不再变。", "info", "撤回", self._withdraw)
        elif draft.returned:
            self._say("这份申请是退回来的，退回的原因写在每一处旁边。", "warn", "逐处修改", self._amend)
        elif draft.findings:
            count = len(draft.findings)
            self._say(f"协会上次没有接收，有 {count} 处：{draft.findings[0].message}", "bad", "", None)

    def _head(self) -> None:
        service = self.form.service
        if service is None:
            return
        state = "待发送" if not self.form.editable else "草稿"
        self.set_head(service.label, f"{state}  {self.form.saved_words}")

    def _edited(self) -> None:
        self._head()
        self._rows()

    def _looked(self) -> None:
        self._fields()
        self._rows()
        self._panel()
        self._materials()

    def _fields(self) -> None:
        service = self.form.service
        if service is None:
            return
        self.grid.show_fields(asked_fields(service, self.form.look))
        for key, text in field_texts(service, self.form.form).items():
            self.grid.set_value(key, text)
        look = self.form.look
        wrong = {each.path: each for each in look.check.findings if each.row is None} if look is not None else {}
        for key, made in self.grid.fields.items():
            finding = wrong.get(key)
            typed = bool(made.value.strip())
            show = finding is not None and typed and not made.editor.hasFocus()
            made.set_finding(finding.message if show and finding is not None else "")
            made.set_locked(self._locked)

    def _rows(self) -> None:
        service = self.form.service
        if service is None or not service.cards:
            return
        card, look = self._card, self.form.look
        table, rows = table_of(service, card, self.form.form, look, more=self._more)
        self.table.show_rows(service.cards[card].label, table, rows)
        checks = look.check.rows if look is not None else {}
        items = []
        for key, spec in service.cards.items():
            listed = rows_of(self.form.form, key)
            states = [row_state(service, checks[str(each["row"])]).state for each in listed if each["row"] in checks]
            items.append(TabItem(key, spec.label, len(listed), worst(states)))
        self.tabs.set_items(items)
        self.title_label.setText(f"{service.cards[card].label}  {len(rows_of(self.form.form, card))}")
        adds = service.cards[card].adds
        self.pick.set_text(PICKS[adds])
        show_if(self.papers, table.papers)
        show_if(self.paste, adds == "person")
        self._chosen()

    def _panel(self) -> None:
        service, look = self.form.service, self.form.look
        if service is None or look is None:
            return
        lines = Lines(service, self.form.form, look.check, look.around.people, asked=True)
        nothing = "选了人、填了内容，就在这里告诉您能不能办。" if service.cards else "都填好了，可以检查并提交。"
        cost = cost_of(self.context.pack, service, look.check, owed_bills(service, self.form.form, look.around.view))
        cost = cost if look.check.rows else None
        groups = (*lines.groups(), *self._reprint(), *self._amounts(cost))
        self.check.show_groups(groups, cost, nothing=nothing)
        self.check.set_foot(age_words(look.around.as_of, self.context), action="更新资料")

    def _reprint(self) -> tuple[Group, ...]:
        """The sealed letter stands for others than those of the form."""
        look = self.form.look
        assert look is not None
        made = []
        for check in look.check.materials:
            papers = [each for each in attachments(self.form.form) if each["material"] == check.id]
            words = self._outdated(check, papers)
            if words:
                step = Step(f"letter:{check.signed_version_of}", "重新打印")
                made.append(Group("warn", check.label, (PanelEntry("", f"{words}。", "", (step,)),)))
        return tuple(made)

    def _amounts(self, cost: Cost | None) -> tuple[Group, ...]:
        """A payment whose amount is not what is owed."""
        service = self._service()
        field = next((spec for spec in service.fields if spec.type == "money"), None)
        if service.kind != "payment" or field is None or cost is None or not cost.total or not cost.lines:
            return ()
        exact = cost.total.replace(",", "")
        typed = as_text(value_of(self.form.form, field.key))
        if typed == exact:
            return ()
        words = f"应缴 {cost.total} 元，现在填的是 {typed} 元。" if typed else f"应缴 {cost.total} 元。"
        step = Step(f"fill:{field.key}:{exact}", f"填入 {cost.total}")
        return (Group("warn", field.label, (PanelEntry("", words, "", (step,)),)),)

    def _materials(self) -> None:
        look = self.form.look
        if look is None:
            return
        wanted = [each.id for each in look.check.materials]
        if wanted != list(self._boxes):
            for old in self._boxes.values():
                self.boxes.removeWidget(old)
                old.deleteLater()
            self._boxes = {}
            for check in look.check.materials:
                self._boxes[check.id] = self._box(check)
                self.boxes.addWidget(self._boxes[check.id])
        papers = attachments(self.form.form)
        for check in look.check.materials:
            mine = [each for each in papers if each["material"] == check.id and each.get("row") is None]
            self._boxes[check.id].show_papers(check, mine, outdated=self._outdated(check, mine))

    def _outdated(self, check: MaterialCheck, papers: list[Any]) -> str:
        """A sealed letter stands for the people it was printed with."""
        return outdated(self.form.form, papers) if check.signed_version_of else ""

    def _box(self, check: MaterialCheck) -> MaterialBox:
        document = self.context.pack.spec.documents.get(check.signed_version_of or "")
        box = MaterialBox(check, letter=document.label if document is not None else "")
        box.dropped.connect(partial(self._dropped, check.id))
        box.pasted.connect(partial(self._pasted, check.id))
        box.viewed.connect(self._view)
        box.removed.connect(self._remove)
        box.printed.connect(self._letter)
        return box

    def _chosen(self) -> None:
        count = len(self.table.chosen)
        self.chosen.setText(f"已勾选 {count} 人" if count else "")
        service = self.form.service
        free = service is not None and bool(self._card) and has_free(service.card_service(self._card))
        show_if(self.columns, free)

    # doing

    def _typed(self, key: str, text: str) -> None:
        spec = next(each for each in self._service().fields if each.key == key)
        self.form.edit(key, as_value(spec, text))

    def _cell_typed(self, row_id: str, key: str, text: str) -> None:
        spec = next(each for each in self._service().row_fields(self._card) if each.key == key)
        self.form.edit_row(row_id, key, as_value(spec, text))

    def _service(self) -> Any:
        service = self.form.service
        assert service is not None
        return service

    def _turn(self, card: str) -> None:
        self._card = card
        self.search.clear()
        self._rows()

    def _pick(self) -> None:
        if self._card and self.form.editable:
            self.form.flush()
            page = {"person": "picker", "application": "owed", "bill": "owed"}.get(self._adds(), "")
            if page:
                self.context.go(f"{page}/{self.key}:{self._card}")
            else:
                self.form.change_now(lambda now: with_rows(now, self._card, [new_row(None, None, {})]))

    def _adds(self) -> str:
        return str(self._service().cards[self._card].adds)

    def _paste(self) -> None:
        self.form.flush()
        self.context.go(f"picker/{self.key}:{self._card}:paste")

    def _papers(self) -> None:
        self.form.flush()
        current = self.table.current_row()
        at = f":{current.id}" if current is not None else ""
        self.context.go(f"materials/{self.key}:{self._card}{at}")

    def _open_row(self, line: FormRow) -> None:
        self.form.flush()
        self.context.go(f"materials/{self.key}:{self._card}:{line.id}")

    def _columns(self) -> None:
        self._more = not self._more
        self._rows()

    def _out(self) -> None:
        chosen = [each.id for each in self.table.chosen]
        current = self.table.current_row()
        if not chosen and current is not None:
            chosen = [current.id]
        if chosen:
            self.take_out(chosen)
        else:
            self._say("请先勾选要移出的人。", "info", "", None)

    def take_out(self, rows: list[str]) -> None:
        """Take these rows out, with their papers; it can be undone here."""
        before = self.form.form
        papers = [each for each in attachments(before) if each.get("row") in rows]
        self.form.change_now(lambda now: without_rows(now, frozenset(rows)))

        def undo() -> None:
            self.form.change_now(lambda now: {**now, "cards": before["cards"]})
            if papers:
                self.intake.restore(cast("list[Attachment]", papers))

        self._say(f"已移出 {len(rows)} {'人' if len(rows) > 0 else ''}。", "ok", "撤销", undo)

    def save(self) -> None:
        """暂存: safe here, and shared in the unit."""
        if self.form.editable:
            self.form.share()
            self._say("已暂存。本单位其他账号联网后也能看到。", "ok", "", None)

    def submit(self) -> None:
        """检查并提交: to the one page where it is looked over and sent."""
        if self.form.editable:
            self.form.flush()
            self.context.go(f"submit/{self.key}")

    def _letter(self) -> None:
        service = self._service()
        if service.spec.templates:
            self.form.flush()
            self.context.go(f"letter/{self.key}:{service.spec.templates[0]}")

    def _amend(self) -> None:
        self.context.go(f"amend/{self.key}")

    def _withdraw(self) -> None:
        draft = self.form.draft
        if draft is not None and draft.sent is not None:
            op_id, account, now = draft.sent, self.context.account, self.context.now()
            self.notice.clear()
            self.form.do(lambda store: actions.cancel(store, account, op_id, now=now))

    def _decided(self, path: str, theirs: bool) -> None:
        account, draft_id = self.context.account, self.form.draft_id

        def work(store: LocalStore) -> None:
            actions.decide_place(store, account, draft_id, path, theirs=theirs)

        self.form.do(work)

    def _renew(self) -> None:
        self.context.send_asked.emit()
        self.form.refresh()

    def _follow(self, key: str) -> None:
        self.form.flush()
        if key.startswith("fill:"):
            _, field, text = key.split(":", 2)
            self.form.edit(field, text)
            self.grid.fields[field].set_value(text)
        else:
            follow(self.form, key, self.jump, self.take_out)

    def jump(self, place: Place) -> None:
        """To a field, a row, or a paper of this form."""
        if place.card and place.card != self._card and place.card in self._service().cards:
            self.tabs.choose(place.card)
        if place.row:
            self.table.jump(place.row, place.key)
            if self.table.view is not None and self._scroll is not None:
                self._scroll.ensureWidgetVisible(self.table.view, 0, 80)
        elif place.key in self.grid.fields:
            self.reveal(self.grid.fields[place.key].editor)
        elif place.key in self._boxes:
            self.reveal(self._boxes[place.key].zone.target)
        elif place.key in self._service().cards:
            self.reveal(self.pick)

    # papers

    def _check_of(self, material: str) -> MaterialCheck | None:
        look = self.form.look
        return next((each for each in look.check.materials if each.id == material), None) if look is not None else None

    def _dropped(self, material: str, paths: list[str]) -> None:
        check = self._check_of(material)
        if check is not None:
            self.form.flush()
            people = tuple(sorted(subjects_in(self.form.form)))
            self.intake.take([Incoming(check, (), Path(path), people=people) for path in paths])

    def _pasted(self, material: str, data: bytes) -> None:
        check = self._check_of(material)
        if check is not None:
            self.form.flush()
            self.intake.take([Incoming(check, (), data, people=tuple(sorted(subjects_in(self.form.form))))])

    def _taken(self, taken: tuple[Taken, ...]) -> None:
        self.progress.finish()
        for one in taken:
            box = self._boxes.get(one.material)
            if box is not None and (one.problem or one.note):
                box.say(one.problem or one.note, "bad" if one.problem else "text2")

    def _view(self, paper: Any) -> None:
        show_paper(self.context, self, str(paper.get("name") or "附件"), str(paper["blob"]))

    def _remove(self, paper: Any) -> None:
        self.form.flush()
        self.intake.remove(paper["material"], None, paper["blob"])

    def _removed(self, papers: Any) -> None:
        if papers:
            self._say(f"已移除“{papers[0].get('name')}”。", "ok", "撤销", partial(self.intake.restore, papers))

    # words

    def _say(self, words: str, role: str, action: str, act: Any) -> None:
        self._undo = act
        self.notice.show_words(words, role=role, action=action)

    def _noticed(self) -> None:
        act, self._undo = self._undo, None
        self.notice.clear()
        if act is not None:
            act()

    def _failed(self, sentence: str, remedy: str) -> None:
        self.progress.finish()
        self._say(f"{sentence}{remedy}", "bad", "", None)

    def first_focus(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        super().first_focus()


def make(context: Context, key: str) -> Page:
    """The page of a draft."""
    return FormPage(context, key)
