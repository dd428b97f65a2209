"""选人: everyone for one card of a form; who cannot be chosen is listed all the same, with each reason."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_age import age_words
from desktop.pages.form_page import topic_of
from desktop.pages.next_steps import follow_step
from desktop.pages.picker_model import PickerModel
from desktop.pages.picker_people import Candidate
from desktop.pages.picker_person import PersonPanel
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Box, Label, column, row, show_if
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import InputFrame, SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.gap import Gap
from desktop.widgets.inputs import NotesInput
from desktop.widgets.notes import EmptyState, Notice, ProgressLine
from domain.picking import PersonCheck


class PickerPage(Page):
    """The list left, the person under the cursor right, what was chosen below."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("选人", back=True, scroll=False)
        draft, _, rest = key.partition(":")
        card, _, mode = rest.partition(":")
        self.context, self.key, self._paste_first = context, draft, mode == "paste"
        self.model = PickerModel(context, f"draft/{draft}", card)
        self.model.setParent(self)
        self._chip = "all"
        self._shown_for = ""
        self._asked = False  # 加入 was pressed before the last verdict was here
        self._build()
        self._wire()

    def _build(self) -> None:
        self.notice = Notice()
        self.notice.setObjectName("picker.notice")
        self.progress = ProgressLine()
        self.chips = ChipRow([Chip("all", "全部")], name="筛选")
        self.chips.setObjectName("picker.chips")
        self.search = SearchBox("姓名、首字母 lgd、证件号")
        self.search.input.setObjectName("picker.search")
        self.pasting = Box(fill="ground", radius=4)
        self.pasted = NotesInput(
            placeholder="每行一个姓名或证件号，也可以从 Excel 复制整列", name="粘贴名单", lines=5, least=2
        )
        self.pasted.setObjectName("picker.pasted")
        self.match = Button("照名单勾选", "secondary")
        self.match.setObjectName("picker.match")
        shut = Button("收起", "quiet")
        shut.setObjectName("picker.shut")
        shut.clicked.connect(self._shut)
        self.pasting.setLayout(
            column(
                Label("粘贴名单", "section"),
                InputFrame(self.pasted),
                row(self.match, shut, None, spacing=8),
                spacing=8,
                margins=(16, 12, 16, 12),
            )
        )
        show_if(self.pasting, False)
        self.rows: RowsModel[Candidate] = RowsModel(
            [
                Column("姓名", lambda one: one.name, weight=500, width=92),
                Column("身份证号码", lambda one: one.masked, role="text2", width=148, whole=True, spare=2),
                Column("持有证书", lambda one: one.certificates or "—", width=144, spare=1),
                Column("有效期至", lambda one: one.until or "—", align="right", width=96),
                Column(
                    "能否办理",
                    self._words,
                    icon=self._icon,
                    role=self._role,
                    sort=lambda one: ("ok", "warn", "in", "wait", "bad", "").index(self.model.state_of(one.id)),
                ),
            ],
            self,
            key=lambda one: one.id,
            ticks=True,
            tickable=lambda one: self.model.verdict(one).eligible,
            search=lambda one: one.search,
        )
        empty = EmptyState("人员档案里还没有人", "先导入本单位人员，再来这里选。", action="导入人员名单", icon="users")
        empty.acted.connect(lambda: self.go.emit("import"))
        self.view = RowsView(self.rows, name="全体人员", empty=empty, row_height=32)
        self.view.setObjectName("picker.table")
        for part in (self.notice, Gap(self.notice), self.pasting, Gap(self.pasting)):
            self.add(part)
        self._narrowing = FlowRow(self.chips, None, self.search, spacing=8, margins=(0, 0, 0, 8))
        self.add(self._narrowing)
        self.add(self.view, stretch=1)
        self.add(self.progress)
        self.panel_box = PersonPanel(self.context)
        self.set_panel(self.panel_box)
        self.paste = Button("粘贴名单", "secondary", icon="table", hint="Ctrl+V")
        self.paste.setObjectName("picker.paste")
        self.cancel = Button("取消", "secondary")
        self.cancel.setObjectName("picker.cancel")
        self.accept = Button("加入 0 人", "primary", hint="Ctrl+Enter")
        self.accept.setObjectName("picker.add")
        self.accept.set_reason("请先勾选要办理的人")
        self.chosen = Label("已选 0 人", "body", weight=500)
        hint = Label("空格 选中   ↑↓ 移动   Ctrl+A 全选可选的", "secondary", "text2", elide="right")
        self.set_foot([self.paste, 8, hint, None, self.chosen, 8, self.cancel, self.accept])

    def _wire(self) -> None:
        model = self.model
        model.loaded.connect(self._loaded)
        model.judged.connect(self._judged)
        model.studied.connect(self._studied)
        model.added.connect(self._added)
        model.reminded.connect(self._reminded)
        model.failed.connect(self._failed)
        self.view.current_changed.connect(self._moved)
        self.view.opened.connect(self._toggle)
        self.view.chosen_changed.connect(self._chosen)
        self.view.verticalScrollBar().valueChanged.connect(self._in_sight)
        self.chips.chosen.connect(self._filter)
        self.search.searched.connect(self._searched)
        self.search.left_down.connect(self.view.setFocus)
        self.paste.clicked.connect(self._open_paste)
        self.match.clicked.connect(self._match)
        self.cancel.clicked.connect(self.back)
        self.accept.clicked.connect(self._add)
        self.shortcut("Ctrl+Return", self._add)
        self.shortcut("Ctrl+Enter", self._add)
        self.shortcut("Ctrl+F", self.search.input.setFocus)
        panel = self.panel_box
        panel.foot_acted.connect(self.context.send_asked.emit)
        panel.began.connect(self._begin)
        panel.forced.connect(self._force)
        panel.remind_asked.connect(model.remind)
        panel.forget_asked.connect(model.forget)

    # what the shell calls

    def shown(self) -> None:
        self.model.load()

    def first_focus(self) -> None:
        (self.pasted if self._paste_first else self.view).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def settled(self) -> bool:
        """Everybody is judged and nothing is being written."""
        return self.model.settled

    # showing

    def _loaded(self) -> None:
        service = self.model.service
        assert service is not None
        self.help_topic = topic_of(service)
        self.place = f"cases/{service.id}"
        label = self.model.card_label
        several = len(service.cards) > 1
        name = f"{service.label}·{label}" if several else service.label
        self.set_head("选人", name, note="全员都列在这里，不可选的写明原因")
        self.rows.show(self.model.people)
        self._judged(self.model.done, self.model.total)
        if self.view.current is None and self.model.people:
            self.view.set_current(0)
        elif self.view.current is not None and self.view.current.id == self._shown_for:
            self.model.study(self._shown_for)
        else:
            self._moved(self.view.current)
        self.panel_box.set_foot(age_words(self.model.as_of, self.context), action="更新资料")
        self._in_sight()
        if self._paste_first:
            self._paste_first = False
            self._open_paste()

    def _judged(self, done: int, total: int) -> None:
        self._prove()
        self._show_chips(len(self.rows.ticked))
        if self._chip == "all":
            self.view.viewport().update()
        else:
            self._filter(self._chip)
        if done < total - 200:
            self.progress.show_progress(done, total, "正在逐人判断，先看到的先判断")
        else:
            self.progress.finish()

    def _prove(self) -> None:
        """A tick from before the verdict takes effect now, or goes with its reason; 加入 that was asked for follows."""
        ticked = self.rows.ticked
        refused = [one for one in ticked if not self.model.verdict(one).eligible]
        if refused:
            self._asked = False  # somebody looks first
            self.rows.set_ticked({one.id for one in ticked} - {one.id for one in refused})
            shown = "；".join(f"{one.name}：{self.model.verdict(one).words}" for one in refused[:3])
            more = f"等 {len(refused)} 人" if len(refused) > 3 else ""
            self.notice.show_words(f"不可选，没有勾上：{shown}{more}。", role="warn")
        elif self._asked and not self._open():
            self._asked = False
            self._add()

    def _open(self) -> list[str]:
        """Who is ticked and not judged yet."""
        undecided = self.model.undecided
        return [one.id for one in self.rows.ticked if one.id in undecided] if undecided else []

    def _show_chips(self, ticked: int) -> None:
        counts = self.model.counts()
        self.chips.set_chips(
            [
                Chip("all", "全部", counts["all"]),
                Chip("ok", "可选", counts["ok"], "ok", "ok"),
                Chip("bad", "不可选", counts["bad"], "bad", "bad"),
                Chip("chosen", "已选", ticked, "check", "accent"),
            ]
        )

    def _words(self, one: Candidate) -> str:
        return self.model.verdict(one).words

    def _icon(self, one: Candidate) -> str:
        state = self.model.state_of(one.id)
        return {"in": "check", "wait": "clock"}.get(state, state)

    def _role(self, one: Candidate) -> str:
        state = self.model.state_of(one.id)
        return {"in": "text2", "": "text2"}.get(state, state)

    def _filter(self, key: str) -> None:
        self._chip = key
        ticked = {one.id for one in self.rows.ticked}
        keep = {
            "ok": lambda one: self.model.state_of(one.id) in ("ok", "warn"),
            "bad": lambda one: self.model.state_of(one.id) in ("bad", "wait"),
            "chosen": lambda one: one.id in ticked,
        }.get(key)
        self.rows.set_filter(keep)

    def _searched(self, text: str) -> None:
        if "\n" in text.strip():  # a table from elsewhere, put where one searches: it is a list of people
            self.search.input.clear()
            self.pasted.set_value(text)
            self._open_paste()
            return
        self.rows.set_search(text)
        if self.rows.rowCount() and self.view.current is None:
            self.view.set_current(0)
        self._in_sight()

    def _in_sight(self) -> None:
        first = max(0, self.view.rowAt(0))
        last = self.view.rowAt(self.view.viewport().height() - 1)
        last = self.rows.rowCount() - 1 if last < 0 else last
        shown = [self.rows.row_at(at) for at in range(first, min(last + 1, self.rows.rowCount()))]
        self.model.first([one.id for one in shown if one.person is not None])

    def _chosen(self) -> None:
        count = len(self.rows.ticked)
        self.chosen.setText(f"已选 {count} 人")
        self.accept.set_text(f"加入 {count} 人")
        self.accept.set_reason("" if count else "请先勾选要办理的人")
        self.model.first(self._open())
        self._show_chips(count)

    # the person under the cursor

    def _moved(self, one: Candidate | None) -> None:
        if one is None:
            self.panel_box.show_nobody()
            return
        self._shown_for = one.id
        self._show_person(one)
        self.model.study(one.id)

    def _show_person(self, one: Candidate) -> None:
        model = self.model
        self.panel_box.show_candidate(one, model.check_of(one.id), model.card_label, model.reminder_of(one.id))

    def _studied(self, candidate: str, _check: PersonCheck) -> None:
        self._reminded(candidate)
        self._judged(self.model.done, self.model.total)

    def _reminded(self, candidate: str) -> None:
        current = self.view.current
        if current is not None and current.id == candidate:
            self._show_person(current)

    def _force(self, one: Candidate) -> None:
        self.model.force(one.id)
        self.rows.tick([self.rows.place_of(one.id)], True)

    def _begin(self, step: str, one: Candidate) -> None:
        follow_step(self.context, step, one.person or "")

    # doing

    def _toggle(self, one: Candidate) -> None:
        place = self.rows.place_of(one.id)
        self.rows.tick([place], not self.rows.is_ticked(place))

    def _open_paste(self) -> None:
        self._show_pasting(True)
        text = QGuiApplication.clipboard().text()
        if text.strip() and not self.pasted.value:
            self.pasted.set_value(text)
        self.pasted.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_pasting(self, shown: bool) -> None:
        """In place of chips and search: on a low screen the list needs their room."""
        show_if(self.pasting, shown)
        show_if(self._narrowing, not shown)

    def _shut(self) -> None:
        self._show_pasting(False)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _match(self) -> None:
        found = self.model.match(self.pasted.value)
        ticked = {one.id for one in self.rows.ticked} | set(found.found)
        self.rows.set_ticked(ticked)
        parts = [f"照名单勾选了 {len(found.found)} 人。"]
        for words, names in (
            ("不可选：", found.refused),
            ("已在本单：", found.inside),
            ("有同名的，请加证件号：", found.unclear),
            ("没有找到：", found.missing),
        ):
            if names:
                shown = "、".join(names[:8])
                parts.append(f"{words}{shown}{f' 等 {len(names)} 个' if len(names) > 8 else ''}。")
        self.notice.show_words("".join(parts), role="ok" if len(parts) == 1 else "warn")
        if found.found:
            self._shut()

    def _add(self) -> None:
        chosen = self.rows.ticked
        if chosen and self._open():
            self._asked = True
            self.accept.set_reason("还有人正在判断，判断完就加入")
        elif chosen:
            self.accept.set_reason("正在加入")
            self.model.add(chosen)

    def _failed(self, words: str, remedy: str) -> None:
        self.notice.show_words(f"{words}{remedy}", role="bad")
        self._chosen()

    def _added(self, count: int) -> None:
        self.rows.set_ticked(())
        self.context.tell(f"已加入 {count} 人。")
        self.back.emit()


def make(context: Context, key: str) -> Page:
    """picker/<draft key>:<card>, or picker/<draft key>:<card>:paste."""
    return PickerPage(context, key)
