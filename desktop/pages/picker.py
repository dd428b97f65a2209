"""选人: everyone for one card of a form; who cannot be chosen is listed all the same, with each reason."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_age import age_words
from desktop.pages.form_steps import begin_for
from desktop.pages.picker_model import Candidate, PickerModel
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.widgets.base import Box, Icon, Label, column, row, show_if
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import InputFrame, SearchBox
from desktop.widgets.gap import Gap
from desktop.widgets.inputs import NotesInput
from desktop.widgets.notes import EmptyState, Finding, FindingLine, Link, Notice, ProgressLine
from desktop.widgets.panel import Card, Panel, Section
from domain.picking import OptionCheck, PersonCheck
from sync.store.text import key_of


class PickerPage(Page):
    """The list left, the person under the cursor right, what was chosen below."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__("选人", back=True, scroll=False)
        draft, _, rest = key.partition(":")
        card, _, mode = rest.partition(":")
        self.context, self.key, self._paste_first = context, draft, mode == "paste"
        self.model = PickerModel(context, f"draft/{draft}", card)
        self._chip = "all"
        self._shown_for = ""
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
        self.pasted = NotesInput(placeholder="每行一个姓名或证件号，也可以从 Excel 复制整列", name="粘贴名单", lines=5)
        self.pasted.setObjectName("picker.pasted")
        self.match = Button("照名单勾选", "secondary")
        self.match.setObjectName("picker.match")
        shut = Button("收起", "quiet")
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
                Column("身份证号码", lambda one: one.masked, role="text2", width=156),
                Column("持有证书", lambda one: one.certificates or "—", width=156),
                Column("有效期至", lambda one: one.until or "—", align="right", width=104),
                Column(
                    "能否办理",
                    self._words,
                    icon=self._icon,
                    role=self._role,
                    sort=lambda one: ("ok", "warn", "in", "wait", "bad", "").index(self.model.verdict(one).state),
                ),
            ],
            self,
            key=lambda one: one.id,
            ticks=True,
            tickable=lambda one: self.model.verdict(one).eligible,
            search=lambda one: one.search,
        )
        empty = EmptyState("人员档案里还没有人", "先在“人员管理”里导入本单位人员，再来这里选。", icon="users")
        self.view = RowsView(self.rows, name="全体人员", empty=empty, row_height=32)
        self.view.setObjectName("picker.table")
        for part in (self.notice, Gap(self.notice), self.pasting, Gap(self.pasting)):
            self.add(part)
        self.add(row(self.chips, None, self.search, spacing=8, margins=(0, 0, 0, 8)))
        self.add(self.view, stretch=1)
        self.add(self.progress)
        self.panel_box = Panel("…")
        self.panel_box.setObjectName("picker.panel")
        self.set_panel(self.panel_box)
        self.paste = Button("粘贴名单", "secondary", icon="table", hint="Ctrl+V")
        self.paste.setObjectName("picker.paste")
        self.cancel = Button("取消", "secondary")
        self.cancel.setObjectName("picker.cancel")
        self.accept = Button("加入 0 人", "primary", hint="Ctrl+Enter")
        self.accept.setObjectName("picker.add")
        self.chosen = Label("已选 0 人", "body", weight=500)
        hint = Label("空格 选中   ↑↓ 移动   Ctrl+A 全选可选的", "secondary", "text2")
        self.set_foot([self.paste, 8, hint, None, self.chosen, 8, self.cancel, self.accept])

    def _wire(self) -> None:
        model = self.model
        model.loaded.connect(self._loaded)
        model.judged.connect(self._judged)
        model.studied.connect(self._studied)
        model.added.connect(self._added)
        model.failed.connect(lambda words, remedy: self.notice.show_words(f"{words}{remedy}", role="bad"))
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
        self.panel_box.foot_acted.connect(self.context.send_asked.emit)

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
        counts = self.model.counts()
        ticked = len(self.rows.ticked)
        self.chips.set_chips(
            [
                Chip("all", "全部", counts["all"]),
                Chip("ok", "可选", counts["ok"], "ok", "ok"),
                Chip("bad", "不可选", counts["bad"], "bad", "bad"),
                Chip("chosen", "已选", ticked, "check", "accent"),
            ]
        )
        if self._chip == "all":
            self.view.viewport().update()
        else:
            self._filter(self._chip)
        if done < total - 200:
            self.progress.show_progress(done, total, "正在逐人判断，先看到的先判断")
        else:
            self.progress.finish()

    def _words(self, one: Candidate) -> str:
        return self.model.verdict(one).words

    def _icon(self, one: Candidate) -> str:
        state = self.model.verdict(one).state
        return {"in": "check", "wait": "clock"}.get(state, state)

    def _role(self, one: Candidate) -> str:
        state = self.model.verdict(one).state
        return {"in": "text2", "": "text2"}.get(state, state)

    def _filter(self, key: str) -> None:
        self._chip = key
        keep = {
            "ok": lambda one: self.model.verdict(one).state in ("ok", "warn"),
            "bad": lambda one: self.model.verdict(one).state in ("bad", "wait"),
            "chosen": self._is_chosen,
        }.get(key)
        self.rows.set_filter(keep)

    def _is_chosen(self, one: Candidate) -> bool:
        return one in self.rows.ticked

    def _searched(self, text: str) -> None:
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
        counts = self.model.counts()
        self.chips.set_chips(
            [
                Chip("all", "全部", counts["all"]),
                Chip("ok", "可选", counts["ok"], "ok", "ok"),
                Chip("bad", "不可选", counts["bad"], "bad", "bad"),
                Chip("chosen", "已选", count, "check", "accent"),
            ]
        )

    # the person under the cursor

    def _moved(self, one: Candidate | None) -> None:
        if one is None:
            self.panel_box.set_title("没有选中人")
            self.panel_box.set_sections([])
            return
        self._shown_for = one.id
        self.panel_box.set_title(one.name, one.about)
        check = self.model.check_of(one.id)
        if one.person is None:
            words = (
                "协会没有这个人的资料：可能还没有入会，或者不在本单位的人员档案里。请先办理入会，或把归属转到本单位。"
            )
            self.panel_box.set_sections([FindingLine(Finding("wait", "现在不可选", words=words))])
        elif check is not None:
            self._show(one, check)
        else:
            self.panel_box.set_sections([Label("正在判断", "panel_body", "text2")])
        self.model.study(one.id)

    def _studied(self, candidate: str, check: PersonCheck) -> None:
        current = self.view.current
        if current is not None and current.id == candidate:
            self._show(current, check)
        self._judged(self.model.done, self.model.total)

    def _show(self, one: Candidate, check: PersonCheck) -> None:
        label = self.model.card_label
        parts: list[QWidget] = []
        head = Finding("ok", f"现在可办{label}") if check.eligible else Finding("bad", f"现在不可办{label}")
        parts.append(FindingLine(head))
        if not check.eligible:
            lines: list[QWidget] = [self._earliest(check)] if check.possible_from else []
            lines += [self._reason(one, finding) for finding in check.findings]
            if not check.possible_from:
                lines.append(Label("光等日子不行，办好上面的事就可以选。", "secondary", "text2", wrap=True))
            lines.append(self._anyway(one))
            holder = QWidget()
            holder.setLayout(column(*lines, spacing=8))
            parts.append(holder)
        if check.warned:
            warned = QWidget()
            warned.setLayout(column(*(self._reason(one, each, "warn") for each in check.warned), spacing=8))
            parts.append(warned)
        if len(check.options) > 1:
            parts.append(Section("逐项分开判断", *(self._option(option) for option in check.options)))
        if check.satisfied:
            parts.append(Section("已满足", *(self._satisfied(words) for words in dict.fromkeys(check.satisfied))))
        self.panel_box.set_sections(parts)

    def _earliest(self, check: PersonCheck) -> Card:
        day = date.fromisoformat(str(check.possible_from))
        days = (day - self.context.today()).days
        head = row(Label("最早可办", "secondary", "text2"), None, Label(f"还有 {days} 天", "secondary", "text2"))
        inside = QWidget()
        inside.setLayout(column(head, Label(day.isoformat(), "amount"), spacing=2))
        box = QWidget()
        box.setLayout(row(Icon("calendar", "accent", 18), inside, spacing=14))
        return Card(box)

    def _reason(self, one: Candidate, finding: object, role: str = "bad") -> FindingLine:
        from domain.operations import Finding as Found

        assert isinstance(finding, Found)
        after = self.context.pack.services.get(finding.next_service or "")
        links = (Link(f"next:{after.id}", f"办理{after.label}"),) if after is not None and after.spec.menu else ()
        line = FindingLine(
            Finding(role, finding.short or "不符合", words=finding.message, clause=finding.clause, links=links)
        )
        line.followed.connect(lambda key: self._begin(key.partition(":")[2], one))
        return line

    def _anyway(self, one: Candidate) -> QWidget:
        again = Button("仍然放进草稿，提交前再查", "link", font="panel_body")
        again.setObjectName("picker.anyway")
        again.setFixedHeight(28)
        again.clicked.connect(lambda: self._force(one))
        holder = QWidget()
        holder.setLayout(row(again, None))
        return holder

    def _force(self, one: Candidate) -> None:
        self.model.force(one.id)
        self.rows.tick([self.rows.place_of(one.id)], True)

    def _begin(self, service: str, one: Candidate) -> None:
        begin_for(self.context, service, one.person, lambda made: self.context.go(f"form/{key_of(made.id)}"))

    def _option(self, option: OptionCheck) -> QWidget:
        role = "ok" if option.eligible else "bad"
        words = "可办" if option.eligible else f"{option.possible_from} 起" if option.possible_from else _short(option)
        line = QWidget()
        line.setLayout(
            row(
                Icon(role, role, 16),
                Label(option.label, "panel_body", elide="right"),
                None,
                Label(words, "secondary", "text2"),
                spacing=8,
            )
        )
        line.setMinimumHeight(24)
        line.setToolTip("\n".join(finding.message for finding in option.findings))
        line.setAccessibleName(f"{option.label}：{words}")
        return line

    def _satisfied(self, words: str) -> QWidget:
        line = QWidget()
        line.setLayout(row(Icon("ok", "ok", 16), Label(words, "panel_body", "text2", wrap=True), spacing=8))
        line.setMinimumHeight(24)
        return line

    # doing

    def _toggle(self, one: Candidate) -> None:
        place = self.rows.place_of(one.id)
        self.rows.tick([place], not self.rows.is_ticked(place))

    def _open_paste(self) -> None:
        from PySide6.QtGui import QGuiApplication

        show_if(self.pasting, True)
        text = QGuiApplication.clipboard().text()
        if text.strip() and not self.pasted.value:
            self.pasted.set_value(text)
        self.pasted.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _shut(self) -> None:
        show_if(self.pasting, False)
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
        if chosen:
            self.accept.set_reason("正在加入")
            self.model.add(chosen)

    def _added(self, count: int) -> None:
        self.rows.set_ticked(())
        self.context.tell(f"已加入 {count} 人。")
        self.back.emit()


def _short(option: OptionCheck) -> str:
    return next((finding.short for finding in option.findings if finding.short), "不可办")


def make(context: Context, key: str) -> Page:
    """picker/<draft key>:<card>, or picker/<draft key>:<card>:paste."""
    return PickerPage(context, key)
