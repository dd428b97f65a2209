"""The person under the cursor: may be chosen or not, every reason with what to do, from when, and a reminder for it."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.pages.next_steps import next_steps
from desktop.pages.picker_people import Candidate
from desktop.widgets.base import Icon, Label, column, row
from desktop.widgets.buttons import Button
from desktop.widgets.notes import Finding, FindingLine, Link
from desktop.widgets.panel import Card, Panel, Section
from domain.operations import Finding as Found
from domain.picking import OptionCheck, PersonCheck
from sync.store.reminders import Reminder

UNKNOWN = "协会没有这个人的资料：可能还没有入会，或者不在本单位的人员档案里。请先办理入会，或把归属转到本单位。"


class PersonPanel(Panel):
    """Shows one candidate; says what a person wants to do about it."""

    began = Signal(str, object)  # a next step, for this candidate
    forced = Signal(object)
    remind_asked = Signal(object, object)  # candidate, the day
    forget_asked = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__("…")
        self._context = context
        self.setObjectName("picker.panel")

    def show_nobody(self) -> None:
        """The cursor is on nobody."""
        self.set_title("没有选中人")
        self.set_sections([])

    def show_candidate(
        self, one: Candidate, check: PersonCheck | None, label: str, reminder: Reminder | None = None
    ) -> None:
        """What is known of this one so far; `label` is the card's."""
        self.set_title(one.name, one.about)
        if one.person is None:
            self.set_sections([FindingLine(Finding("wait", "现在不可选", words=UNKNOWN))])
        elif check is None:
            self.set_sections([Label("正在判断", "panel_body", "text2")])
        else:
            self.set_sections(self._parts(one, check, label, reminder))

    def _parts(self, one: Candidate, check: PersonCheck, label: str, reminder: Reminder | None) -> list[QWidget]:
        head = Finding("ok", f"现在可办{label}") if check.eligible else Finding("bad", f"现在不可办{label}")
        parts: list[QWidget] = [FindingLine(head)]
        if not check.eligible:
            lines: list[QWidget] = []
            if check.possible_from:
                day = date.fromisoformat(check.possible_from)
                lines += [self._earliest(day), self._remind(one, day, reminder)]
            lines += [self._reason(one, finding) for finding in check.findings]
            if not check.possible_from:
                lines.append(Label("光等日子不行，办好上面的事就可以选。", "secondary", "text2", wrap=True))
            lines.append(self._anyway(one))
            parts.append(_together(*lines))
        if check.warned:
            parts.append(_together(*(self._reason(one, each, "warn") for each in check.warned)))
        if len(check.options) > 1:
            parts.append(Section("逐项分开判断", *(_option(option) for option in check.options)))
        if check.satisfied:
            parts.append(Section("已满足", *(_satisfied(words) for words in dict.fromkeys(check.satisfied))))
        return parts

    def _earliest(self, day: date) -> Card:
        days = (day - self._context.today()).days
        head = row(Label("最早可办", "secondary", "text2"), None, Label(f"还有 {days} 天", "secondary", "text2"))
        inside, box = QWidget(), QWidget()
        inside.setLayout(column(head, Label(day.isoformat(), "amount"), spacing=2))
        box.setLayout(row(Icon("calendar", "accent", 18), inside, spacing=14))
        return Card(box)

    def _remind(self, one: Candidate, day: date, reminder: Reminder | None) -> QWidget:
        holder = QWidget()
        if reminder is None:
            ask = Button("到时提醒我", "link", icon="bell", name=f"{day} 提醒我：{one.name}", font="panel_body")
            ask.setObjectName("picker.remind")
            ask.clicked.connect(lambda: self.remind_asked.emit(one, day))
            holder.setLayout(row(ask, None))
            return holder
        stop = Button("不用提醒了", "link", name=f"不用提醒了：{one.name}", font="panel_body")
        stop.setObjectName("picker.forget")
        stop.clicked.connect(partial(self.forget_asked.emit, reminder.id))
        words = Label(f"{reminder.day} 起在首页提醒您", "secondary", "text2")
        holder.setLayout(row(Icon("ok", "ok", 16), words, stop, None, spacing=8))
        return holder

    def _reason(self, one: Candidate, finding: Found, role: str = "bad") -> FindingLine:
        links = tuple(Link(step.key, step.words) for step in next_steps(self._context.pack, finding))
        line = FindingLine(
            Finding(role, finding.short or "不符合", words=finding.message, clause=finding.clause, links=links)
        )
        line.followed.connect(lambda key: self.began.emit(key, one))
        return line

    def _anyway(self, one: Candidate) -> QWidget:
        again = Button("仍然放进草稿，提交前再查", "link", font="panel_body")
        again.setObjectName("picker.anyway")
        again.setFixedHeight(28)
        again.clicked.connect(lambda: self.forced.emit(one))
        holder = QWidget()
        holder.setLayout(row(again, None))
        return holder


def _together(*lines: QWidget) -> QWidget:
    holder = QWidget()
    holder.setLayout(column(*lines, spacing=8))
    return holder


def _option(option: OptionCheck) -> QWidget:
    role = "ok" if option.eligible else "bad"
    words = "可办" if option.eligible else f"{option.possible_from} 起" if option.possible_from else _short(option)
    line = QWidget()
    label = Label(option.label, "panel_body", elide="right")
    line.setLayout(row(Icon(role, role, 16), label, None, Label(words, "secondary", "text2"), spacing=8))
    line.setMinimumHeight(24)
    line.setToolTip("\n".join(finding.message for finding in option.findings))
    line.setAccessibleName(f"{option.label}：{words}")
    return line


def _short(option: OptionCheck) -> str:
    return next((finding.short for finding in option.findings if finding.short), "不可办")


def _satisfied(words: str) -> QWidget:
    line = QWidget()
    said = Label(words, "panel_body", "text2", wrap=True)
    line.setLayout(row(Icon("ok", "ok", 16), said, spacing=8, margins=(0, 2, 0, 2)))
    return line
