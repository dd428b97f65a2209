"""协会设置: every parameter with its value, first day, clause and who set it; unset ones on top with what stops."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.context import Context
from desktop.pages.settings_editors import ValueEditor, editor_for
from desktop.pages.settings_model import ALL, CHANGED, FUTURE, PENDING, UNSET, Parameter, SettingsModel
from desktop.pages.settings_trial import TrialPart
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import Field, InputFrame, SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.inputs import DateInput, NotesInput, read_date
from desktop.widgets.notes import EmptyState, KeyValues, Notice
from desktop.widgets.panel import Panel, Section, SectionTitle


class SettingPanel(Panel):
    """One parameter: its history, and the form that sets a new value."""

    def __init__(self, model: SettingsModel) -> None:
        super().__init__("设定")
        self._model = model
        self._editor: ValueEditor | None = None
        self._key = ""
        self.trial: TrialPart
        self.save_button: Button  # these are made with the form of each parameter
        self.since: Field
        self.why: Field

    def show_parameter(self, one: Parameter) -> None:
        """Another one, or the same with what came meanwhile; what is being typed stays."""
        self.set_title(one.spec.label)
        if self._key == one.key and self._editor is not None:
            return
        self._key = one.key
        facts: list[tuple[str, str]] = [
            ("现在", one.words),
            ("条文", one.spec.clause),
        ]
        if one.now is not None:
            facts += [("自", one.now.since), ("谁设的", f"{one.now.by} {one.now.at}".strip())]
        if one.spec.help or one.spec.unset:
            facts.append(("说明", one.spec.help or f"不设定：{one.spec.unset}"))
        parts: list[QWidget] = [Section("", KeyValues([pair for pair in facts if pair[1]], label_width=56))]
        if self._model.may_set:
            parts.append(self._form(one))
        else:
            parts.append(Section("", Label("只有秘书处和管理员可以修改。", "secondary", "text2", wrap=True)))
        parts.append(self._history(one))
        self.set_sections(parts)

    def forget(self) -> None:
        """The next showing makes a fresh form."""
        self._key, self._editor = "", None

    def _form(self, one: Parameter) -> QWidget:
        self._editor = editor_for(self._model.context.pack, one.spec)
        self._editor.set_value(one.value)
        self.since = Field("从哪天起", DateInput(name="从哪天起"), required=True, help="这一天以前的业务仍按原来的值")
        self.since.editor.setObjectName("settings.since")
        self.since.set_value(self._model.today.isoformat())
        self.why = Field("依据", NotesInput(placeholder="通知名称、文号或会议决定", lines=2), required=True)
        self.why.editor.setObjectName("settings.why")
        self.save_button = Button("存下，放入待发送", "primary")
        self.save_button.setObjectName("settings.save")
        self.save_button.clicked.connect(self._save)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self.trial = TrialPart(self._model)
        self.trial.asked.connect(self._try)
        for part in (self._editor, self.since, self.why, self.trial):
            layout.addWidget(part)
        layout.addLayout(row(self.save_button, None))
        return Section("设定新的值" if one.unset else "修改", holder)

    def _history(self, one: Parameter) -> QWidget:
        if not one.history:
            return Section("改动记录", Label("还没有人改过，用的是规则包里的值。", "secondary", "text2", wrap=True))
        lines: list[QWidget] = []
        for value in one.history:
            line = QWidget()
            said = " ".join(part for part in (value.by, value.at) if part)
            more = "，".join(part for part in (value.why, said) if part)
            parts = [Label(f"{value.since} 起　{value.words}", "panel_body", weight=500, wrap=True)]
            if more:
                parts.append(Label(more, "secondary", "text2", wrap=True))
            line.setLayout(column(*parts, 6))
            lines.append(line)
        return Section("改动记录", *lines, note=f"{len(one.history)} 次")

    def _try(self) -> None:
        if self._editor is None:
            return
        place, words = self._model.wrong(self._key, self._editor.value, self.since.value, "试算")
        self._editor.say(words if place == "value" else "")
        self.since.set_finding(words if place == "since" else "")
        if not place:
            self.trial.begin()
            self._model.try_out(self._key, self._editor.value, self.since.value)

    def _save(self) -> None:
        if self._editor is None:
            return
        value, since, why = self._editor.value, self.since.value, self.why.value
        place, words = self._model.wrong(self._key, value, since, why)
        self._editor.say(words if place == "value" else "")
        self.since.set_finding(words if place == "since" else "")
        self.why.set_finding(words if place == "why" else "")
        if not place:
            key = self._key
            self.forget()
            self._model.save(key, value, since, why)


class SettingsPage(WatchingPage):
    """Sections of the pack's parameters, chips, search, and the panel for the one that is open."""

    model: SettingsModel

    def __init__(self, model: SettingsModel) -> None:
        pack = model.context.pack
        day = Button("看某一天的值", "quiet", icon="calendar")
        day.setObjectName("settings.day")
        super().__init__("协会设置", sub=f"{pack.name}　{pack.edition} 版", actions=[day], help_topic="settings")
        self.model = model
        model.setParent(self)
        day.clicked.connect(self._ask_day)
        self._notice = Notice()
        self._notice.acted.connect(self._heard)
        self.chips = ChipRow([Chip(ALL, "全部", 0)], name="筛选")
        self.chips.chosen.connect(self._filter)
        self.search = SearchBox("参数名、条文、首字母", width=216)
        self.search.input.setObjectName("settings.search")
        self.search.searched.connect(self._filter)
        self._day_input = DateInput(name="看哪一天")
        self._day = InputFrame(self._day_input)
        self._day.setFixedWidth(150)
        self._day_input.setObjectName("settings.day.date")
        self._day_input.edited.connect(self._set_day)
        self._day_words = Label("", "panel_body", "wait")
        back = Button("回到今天", "link")
        back.clicked.connect(self._today)
        self._day_bar = QWidget()
        self._day_bar.setLayout(
            row(Label("这一天的值：", "panel_body"), self._day, self._day_words, back, None, spacing=8)
        )
        self._day_bar.hide()
        self.add(self._notice)
        self._gap = QWidget()
        self._gap.setFixedHeight(12)
        self._gap.hide()
        self.add(self._gap)
        self.add(FlowRow(self.chips, None, self.search, spacing=16))
        self.add(self._day_bar)
        self.add(8)
        self._sections: dict[str, tuple[SectionTitle, RowsView, RowsModel[Parameter]]] = {}
        self._place = QVBoxLayout()
        self._place.setSpacing(0)
        self.body.addLayout(self._place)
        self._empty = EmptyState("没有符合条件的参数", "改一改搜索的字，或换一个筛选。", icon="sliders")
        self._empty.hide()
        self.add(self._empty)
        self.add_stretch()
        self._make_sections()
        self.panel_ = SettingPanel(model)
        self.panel_.setParent(self)
        self.panel_.hide()  # the first that is opened takes its place
        model.changed.connect(self._refresh)
        model.opened.connect(self._open)
        model.said.connect(self._say)
        model.saved.connect(self._saved)
        self.shortcut("Esc", self._close)

    def _make_sections(self) -> None:
        groups = list(dict.fromkeys(spec.group for spec in self.model.context.pack.parameters.values()))
        self._section(UNSET, "还没设定", first=False, unset=True)
        for at, group in enumerate(groups):
            self._section(group, group, first=at == 0, unset=False)

    def _section(self, key: str, title: str, *, first: bool, unset: bool) -> None:
        columns = self._unset_columns() if unset else self._columns()
        model: RowsModel[Parameter] = RowsModel(columns, key=lambda one: one.key, search=lambda one: one.search)
        view = RowsView(model, name=title, row_height=52 if unset else 48, header=first, fit=True, hang=True)
        view.setObjectName(f"settings.{'unset' if unset else 'list'}")
        view.opened.connect(self._row_opened)
        view.followed.connect(self._row_opened)
        note = "不设就不会当作零，相关的单会停下来并说明原因" if unset else ""
        heading = SectionTitle(title, 0, role="warn" if unset else "text", note=note, line=not first)
        self._sections[key] = (heading, view, model)
        holder = QWidget()
        holder.setLayout(column(row(heading, margins=(24, 0, 24, 0)), row(view, margins=(16, 0, 16, 0)), 12))
        self._place.addWidget(holder)
        heading.setProperty("holder", holder)

    @staticmethod
    def _unset_columns() -> list[Column[Parameter]]:
        return [
            Column(
                "参数",
                lambda one: one.spec.label,
                sub=lambda one: one.key,
                icon="warn",
                role=lambda one: "text",
                weight=500,
                font="row_title",
                width=320,
            ),
            Column(
                "后果",
                lambda one: one.consequence,
                sub=lambda one: f"依据 {one.spec.clause}" if one.spec.clause else "",
                font="panel_body",
            ),
            Column("", acts=lambda one: (Act("set", "设定", "secondary"),), align="right", width=96),
        ]

    def _columns(self) -> list[Column[Parameter]]:
        return [
            Column("参数", lambda one: one.spec.label, sub=lambda one: one.key, font="row_title"),
            Column(
                "现在的值",
                lambda one: one.words,
                sub=lambda one: one.coming,
                sub_role="wait",
                weight=600,
                align="right",
                width=176,
                whole=False,  # an address may stand there
            ),
            Column("自哪天起", lambda one: one.now.since if one.now else "规则包", align="right", width=104),
            Column("依据", lambda one: one.spec.clause, role="text2", width=112),
            Column(
                "谁设的",
                lambda one: "待发送" if one.pending else one.now.by if one.now else "",
                sub=lambda one: one.now.at if one.now and not one.pending else "",
                role=lambda one: "wait" if one.pending else "text2",
                width=96,
            ),
            Column(
                "",
                acts=lambda one: (Act("set", "修改" if self.model.may_set else "看"),),
                align="right",
                width=64,
            ),
        ]

    # what the shell calls

    def hidden(self) -> None:
        super().hidden()
        self.model.stop_trying()

    # what the model says

    def _refresh(self) -> None:
        model = self.model
        chips = [
            Chip(ALL, "全部", len(model.listed(ALL))),
            Chip(UNSET, "还没设定", len(model.listed(UNSET)), icon="warn", role="warn"),
            Chip(FUTURE, "将来生效", len(model.listed(FUTURE)), icon="calendar"),
            Chip(CHANGED, "改过默认值", len(model.listed(CHANGED))),
        ]
        if model.listed(PENDING):
            chips.append(Chip(PENDING, "待发送", len(model.listed(PENDING)), icon="send"))
        self.chips.set_chips(chips)
        self._day_words.setText("" if model.day == model.today else "不是今天的值，只供查看")
        self._filter()
        if self.panel is self.panel_ and model.current is not None:
            self.panel_.show_parameter(model.current)

    def _filter(self, _text: str = "") -> None:
        wanted = self.search.input.text().strip()
        listed = self.model.listed(self.chips.current)
        chip = self.chips.current
        found = 0
        for key, (heading, view, rows) in self._sections.items():
            if key == UNSET:
                mine = [one for one in listed if one.unset and chip in (ALL, UNSET)]
            else:
                mine = [one for one in listed if one.spec.group == key and not (one.unset and chip in (ALL, UNSET))]
            rows.show(mine)
            rows.set_search(wanted)
            count = rows.rowCount()
            heading.set_count(count)
            show_if(heading.property("holder"), count > 0)
            view.updateGeometry()
            found += count
        show_if(self._empty, found == 0 and self.model.loaded)

    def _row_opened(self, chosen: object, _key: str = "") -> None:
        if isinstance(chosen, Parameter):
            self.panel_.forget()
            self.model.open(chosen.key)

    def _open(self) -> None:
        one = self.model.current
        if one is None:
            return
        if self.panel is not self.panel_:
            self.panel_ = SettingPanel(self.model)
            self.set_panel(self.panel_)
            self.panel_.set_foot("Esc 收起", icon="close", action="收起")
            self.panel_.foot_acted.connect(self._close)
        self.panel_.show_parameter(one)
        place = self.panel_.findChild(QWidget, "settings.value")
        if place is not None:
            place.setFocus(Qt.FocusReason.OtherFocusReason)

    def _saved(self, _key: str) -> None:
        self._close()

    def _close(self) -> None:
        if self.panel is not None:
            self.set_panel(None)
            self.head.set_line(False)
            self.model.key = ""

    def _say(self, words: str, role: str) -> None:
        self._notice.show_words(words, role=role, action="知道了")
        self._gap.show()

    def _heard(self) -> None:
        self._notice.clear()
        self._gap.hide()

    # another day

    def _ask_day(self) -> None:
        self._day_bar.show()
        self._day_input.set_value(self.model.day.isoformat())
        self._day.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_day(self, text: str) -> None:
        day = read_date(text)
        if day is not None:
            self.model.set_day(day)

    def _today(self) -> None:
        self._day_bar.hide()
        self.model.set_day(self.model.today)


def make(context: Context, key: str) -> SettingsPage:
    page = SettingsPage(SettingsModel(context))
    if key:
        page.model.key = key
    return page
