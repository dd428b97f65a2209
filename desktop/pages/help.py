"""帮助: the association's answers from its pack, the keys, and whom to call. F1 opens it at the topic of the page."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.starting import startable
from desktop.watching import Watching
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Label, clear_layout, column
from desktop.widgets.fields import SearchBox
from desktop.widgets.notes import EmptyState, KeyValues
from desktop.widgets.panel import Fold, Panel, Section, SectionTitle
from domain.packs import Pack
from domain.packs.rules import Material
from domain.packs.schema import HelpSpec
from sync.store.local import Reader
from sync.views import entities

KEYS = (
    ("Ctrl+K", "去哪里：页面、人、单号"), ("Ctrl+S", "暂存"), ("Ctrl+Enter", "检查并提交"), ("Ctrl+P", "打印"),
    ("Ctrl+F", "在本页里找"), ("空格", "勾选"), ("回车", "打开"), ("Alt+←", "返回"), ("Esc", "关闭"),
    ("F1", "本页的帮助"),
)  # fmt: skip


def make(context: Context, key: str) -> Page:
    return HelpPage(context, key)


class DesksModel(Watching[tuple[tuple[str, str], ...]]):
    """Whom to call: the association's desks and the agencies."""

    topics = frozenset({"public"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.desks: tuple[tuple[str, str], ...] = ()

    def look(self, reader: Reader) -> tuple[tuple[str, str], ...]:
        found = [*entities(reader, self.context.account, "desk"), *entities(reader, self.context.account, "agency")]
        return tuple(
            (
                str(one.body.get("name") or ""),
                "　".join(str(one.body.get(k) or "") for k in ("contact", "phone")).strip(),
            )
            for one in found
            if one.body.get("phone") and one.body.get("active", True)
        )

    def take(self, found: tuple[tuple[str, str], ...]) -> None:
        self.desks = found


class HelpPage(WatchingPage):
    """Layout and wiring."""

    model: DesksModel

    def __init__(self, context: Context, topic: str) -> None:
        super().__init__("平台帮助手册", back=True)
        self.setObjectName("help")
        self.context, self._topic, self._text = context, topic, ""
        self.model = DesksModel(context)
        self.model.setParent(self)
        self.search = SearchBox("问题里的字", width=240)
        self.search.editor.setObjectName("help.search")
        self.set_actions([self.search])
        self._answers = QVBoxLayout()
        self._answers.setSpacing(8)
        self._empty = EmptyState("没有找到", "换个词试试，或给协会打电话。", icon="search")
        self._empty.hide()
        self.add(self._answers)
        self.add(self._empty)
        self.add_stretch()
        self.set_panel(Panel("找谁问"))
        self.search.searched.connect(self._look_for)
        context.pack_changed.connect(self._fill)
        self.model.changed.connect(self._fill_panel)
        self._fill()

    def _look_for(self, text: str) -> None:
        self._text = text.strip()
        self._fill()

    def _fill(self) -> None:
        clear_layout(self._answers)
        found = [one for one in self.context.pack.spec.help if fits(one, self._text)]
        found.sort(key=lambda one: one.id != self._topic)
        for one in found:
            clause = f"（{one.clause}）" if one.clause else ""
            answer = Label(one.answer + clause, "body", wrap=True, selectable=True)
            body = _place(column(answer, margins=(36, 0, 12, 12)))
            fold = Fold(one.question, "", body, opened=one.id == self._topic or len(found) == 1)
            fold.setObjectName(f"help.{one.id}")
            self._answers.addWidget(fold)
        guides = [one for one in guides_of(self.context.pack) if fits(one, self._text)]
        if guides:
            self._answers.addSpacing(8)
            self._answers.addWidget(SectionTitle("各项业务怎么办", len(guides)))
        for one in guides:
            body = _place(column(Label(one.answer, "body", wrap=True, selectable=True), margins=(36, 0, 12, 12)))
            fold = Fold(one.question, "", body, opened=len(guides) + len(found) == 1)
            fold.setObjectName(f"help.guide.{one.id}")
            self._answers.addWidget(fold)
        self._empty.setVisible(not found and not guides)

    def _fill_panel(self) -> None:
        if self.panel is None:
            return
        desks = [_place(column(Label(name, "secondary", "text2", wrap=True), Label(call, "body", selectable=True)))
                 for name, call in self.model.desks]  # fmt: skip
        sections = [Section("", *desks)] if desks else []
        self.panel.set_sections([*sections, Section("键盘", KeyValues(KEYS, label_width=88))])


def _place(layout: QVBoxLayout) -> QWidget:
    place = QWidget()
    place.setLayout(layout)
    return place


def guides_of(pack: Pack) -> tuple[HelpSpec, ...]:
    """A page of the manual for each business of the menu: what for, which papers, which steps."""
    made = []
    for key, label in startable(pack):
        service = pack.services[key]
        parts_of = (service, *(service.card_service(card) for card in service.cards))
        names = dict.fromkeys(name for part in parts_of for name in paper_names(part.materials))
        cards = [card.label for card in service.cards.values()] if len(service.cards) > 1 else []
        steps = dict.fromkeys(state.label for state in service.states.values() if state.category != "closed")
        parts = [service.spec.intro, f"包括：{'、'.join(cards)}" if cards else ""]
        parts += [f"要准备：{'、'.join(names)}" if names else "", f"步骤：{'　→　'.join(steps)}"]
        parts.append(service.spec.result)
        words = "\n".join(part.rstrip("。") + "。" for part in parts if part)
        made.append(HelpSpec(id=key, question=label, answer=words, clause=service.spec.clause))
    return tuple(made)


def paper_names(materials: Iterable[Material]) -> list[str]:
    """The papers by name; those that not everybody needs say so."""
    return [one.spec.label + ("" if one.required is True else "（视情况）") for one in materials]


def fits(one: HelpSpec, text: str) -> bool:
    """Whether every word is in the question or the answer."""
    words = f"{one.question} {one.answer} {one.clause}".lower()
    return all(word in words for word in text.lower().split())
