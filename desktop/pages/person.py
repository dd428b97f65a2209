"""One person of the unit: facts, differences to what the association knows, certificates, study, cases, bills."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop.context import Context
from desktop.pages.paper_look import Sought
from desktop.pages.people_model import ServiceCard, state_of
from desktop.pages.person_model import Line, PersonModel
from desktop.pages.person_panel import PersonPanel
from desktop.pages.preview import show_paper
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.menu import dressed
from desktop.widgets.notes import EmptyState, KeyValues, Notice
from desktop.widgets.panel import SectionTitle
from desktop.widgets.popup import below


class _Listed(QWidget):
    """A heading and its list; hidden while there is nothing."""

    def __init__(self, title: str, name: str, page: PersonPage) -> None:
        super().__init__()
        self.title = SectionTitle(title, 0, line=False)
        self.rows: RowsModel[Line] = RowsModel(
            [
                Column("", lambda one: one.words, sub=lambda one: one.below, font="row_title"),
                Column("", lambda one: one.day, align="right", width=120),
                Column(
                    "",
                    lambda one: one.state,
                    icon=lambda one: one.role if one.role != "text2" else "",
                    role=lambda one: one.role,
                    width=150,
                ),
                Column(
                    "", acts=lambda one: (Act("open", "看"),) if one.route or one.blob else (), align="right", width=48
                ),
            ],
            key=lambda one: one.id,
        )
        self.list = RowsView(self.rows, name=title, row_height=52, header=False, fit=True, hang=True)
        self.list.setObjectName(name)
        self.list.opened.connect(page.open_line)
        self.list.followed.connect(page.open_line)
        lined = row(self.list, margins=(16, 0, 16, 0))
        self.setLayout(column(row(self.title, margins=(24, 0, 24, 0)), lined, 12))

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        self.rows.show(lines)
        self.title.set_count(len(lines))
        show_if(self, bool(lines))


class PersonPage(WatchingPage):
    """Facts on top, lists below, the unit's own entry in the panel."""

    model: PersonModel

    def __init__(self, model: PersonModel) -> None:
        self.edit_button = Button("改名单", icon="pencil")
        self.edit_button.setObjectName("person.edit")
        self.begin_button = Button("办业务", icon="plus")
        self.begin_button.setObjectName("person.begin")
        super().__init__("", back=True, actions=[self.edit_button, self.begin_button], help_topic="people")
        self.place = "people"
        self.model = model
        model.setParent(self)
        self.edit_button.clicked.connect(self._edit)
        self.begin_button.clicked.connect(self._services)
        self.notice = Notice()
        self.notice.acted.connect(self.notice.clear)
        self.add(self.notice)
        self.facts = KeyValues(label_width=72)
        self.add(self.facts)
        self.add(12)
        self._different = QWidget()
        self._different_lines = KeyValues(label_width=72)
        words = Label("协会以自己的资料为准；要改协会里的，请办变更申请。", "secondary", "text2", wrap=True)
        heading = SectionTitle("与协会不同", role="warn")
        self._different.setLayout(column(heading, 8, self._different_lines, 4, words, 12))
        self.add(self._different)
        self.parts = {
            "certificates": _Listed("证书", "person.certificates", self),
            "study": _Listed("学习", "person.study", self),
            "cases": _Listed("办件", "person.cases", self),
            "bills": _Listed("账单", "person.bills", self),
            "papers": _Listed("个人资料", "person.papers", self),
        }
        for part in self.parts.values():
            self.add(part, side=0)
        self._gone = EmptyState("这个人不在名单里了", "可能已离开本单位。", action="回到名单", icon="users")
        self._gone.acted.connect(self._to_people)
        self._gone.hide()
        self.add(self._gone)
        self.add_stretch()
        for hidden in (self._different, *self.parts.values()):  # until something is known
            show_if(hidden, False)
        model.changed.connect(self._refresh)
        model.began.connect(self._began)
        model.said.connect(self._say)
        self.shortcut("Esc", self._close_panel)

    def _refresh(self) -> None:
        found = self.model.found
        person = found.person if found is not None else None
        show_if(self._gone, person is None)
        show_if(self.facts, person is not None)
        for button in (self.edit_button, self.begin_button):
            button.set_reason("" if person is not None else "名单里没有这个人")
        if found is None or person is None:
            self.set_head("人员")
            show_if(self._different, False)
            return
        word, role = state_of(person, self.model.today)
        self.set_head(person.name, self.model.membership_words(person), tag=word, tag_role=role)
        self.facts.set_pairs(found.facts)
        pairs = [(what, f"名单写 {ours}，协会是 {theirs}", "warn") for what, ours, theirs in found.differences]
        self._different_lines.set_pairs(pairs)
        show_if(self._different, bool(pairs))
        for key, lines in (
            ("certificates", found.certificates),
            ("study", found.study),
            ("cases", found.cases),
            ("bills", found.bills),
            ("papers", found.papers),
        ):
            self.parts[key].show_lines(lines)

    def open_line(self, chosen: object, _key: str = "") -> None:
        if isinstance(chosen, Line) and chosen.route:
            self.go.emit(chosen.route)
        elif isinstance(chosen, Line) and chosen.blob:
            show_paper(self.model.context, self, chosen.words, Sought(chosen.blob, chosen.words))

    def _edit(self) -> None:
        if self.model.found is not None:
            panel = PersonPanel(self.model, self.model.found.person)
            panel.finished.connect(self._close_panel)
            self.set_panel(panel)
            panel.first_focus()

    def _close_panel(self) -> None:
        if self.panel is not None:
            self.set_panel(None)

    def _services(self) -> None:
        menu = dressed(QMenu(self))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setObjectName("person.services")
        for one in self.model.services():
            menu.addAction(one.label).triggered.connect(lambda _on=False, chosen=one: self.begin(chosen))
        menu.popup(below(self.begin_button))

    def begin(self, chosen: ServiceCard) -> None:
        """A draft for this person."""
        self.model.begin(chosen, self.model.rows)

    def _began(self, draft: str) -> None:
        self.go.emit(f"form/{draft}")

    def _to_people(self) -> None:
        self.go.emit("people")

    def _say(self, words: str, role: str) -> None:
        self.notice.show_words(words, role=role, action="知道了")


def make(context: Context, key: str) -> PersonPage:
    return PersonPage(PersonModel(context, key))
