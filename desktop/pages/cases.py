"""Applications of one business, or all: narrowed by state, found by name, opened."""

from __future__ import annotations

from dataclasses import dataclass

from desktop import words
from desktop.context import Context
from desktop.page import Page
from desktop.pages.lists import ListPage
from desktop.pages.returned import about
from desktop.rows_model import Act, Column
from desktop.starting import begin
from desktop.watching import Watching
from desktop.widgets.base import show_if
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.notes import EmptyState
from domain.packs import Pack
from sync.store.local import Reader
from sync.store.text import key_of
from sync.views import CaseRow, applications

LOOKS = {  # category of a state -> icon, role
    "draft": ("pencil", "wait"), "review": ("clock", "wait"), "pay": ("money", "warn"), "confirm": ("clock", "wait"),
    "study": ("book", "wait"), "done": ("ok", "ok"), "returned": ("return", "warn"), "closed": ("close", "text2"),
}  # fmt: skip


def make(context: Context, key: str) -> Page:
    return CasesPage(context, key if key in context.pack.services else "")


@dataclass(frozen=True)
class Found:
    """Everything of the business, and those that the search found."""

    all: tuple[CaseRow, ...]
    found: tuple[CaseRow, ...]


class CasesModel(Watching[Found]):
    """Cases by state word, in the order of the workflow."""

    def __init__(self, context: Context, service: str) -> None:
        super().__init__(context)
        self.service, self.text, self.chip = service, "", "all"
        self.found = Found((), ())

    def look(self, reader: Reader) -> Found:
        account, pack, service = self.context.account, self.context.pack, self.service or None
        every = applications(reader, account, pack, service=service)
        text = self.text
        return Found(every, applications(reader, account, pack, service=service, text=text) if text else every)

    def take(self, found: Found) -> None:
        self.found = found

    def search(self, text: str) -> None:
        self.text = text
        self.refresh()

    def choose(self, chip: str) -> None:
        self.chip = chip
        self.changed.emit()

    @property
    def rows(self) -> tuple[CaseRow, ...]:
        return tuple(row for row in self.found.found if self.chip in ("all", row.status))

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The words of the states there are, as the workflow goes."""
        counts: dict[str, int] = {}
        for row in self.found.found:
            counts[row.status] = counts.get(row.status, 0) + 1
        ordered = [status for status in statuses(self.context.pack, self.service) if status in counts]
        ordered += [status for status in counts if status not in ordered]
        return (Chip("all", "全部", len(self.found.found)), *(Chip(one, one, counts[one]) for one in ordered))


def statuses(pack: Pack, service: str) -> tuple[str, ...]:
    """The words of a business's states, first to last."""
    return tuple(dict.fromkeys(state.label for state in pack.services[service].states.values())) if service else ()


class CasesPage(ListPage):
    """Layout and wiring."""

    def __init__(self, context: Context, service: str) -> None:
        self.cases = CasesModel(context, service)
        self._title = context.pack.services[service].label if service else "全部办件"
        new = Button("新办一份", "primary", icon="plus")
        new.setObjectName("cases.new")
        new.clicked.connect(self._begin)
        may = bool(service) and bool(context.pack.services[service].states)
        now = context.now
        super().__init__(
            context,
            self._title,
            [
                Column("状态", lambda r: r.pending or r.status, icon=lambda r: LOOKS[r.category][0],
                       role=lambda r: LOOKS[r.category][1], width=148),
                Column("事项", lambda r: about(r.label, r.summary) if not service else r.summary or r.label,
                       sub=lambda r: r.reason if r.category == "returned" else sent(r), weight=500),
                Column("单号", lambda r: r.number or r.code, sub=lambda r: r.unit_name, width=220),
                Column("在谁手上", lambda r: r.holder if r.open else "", sub=lambda r: r.phone if r.open else "",
                       width=200),
                Column("时间", lambda r: words.since(r.since, now()) if r.open else r.completed_on,
                       sub=lambda r: "已等" if r.open else "办结" if r.completed_on else "", weight=500, align="right",
                       width=112),
                Column("下一步", acts=lambda r: (Act("open", "查看"),), align="right", width=88),
            ],
            name="cases",
            empty=EmptyState("还没有办过", "办过的和正在办的申请会列在这里。", icon="inbox"),
            model=self.cases,
            actions=[new] if may else [],
            chips=True,
        )  # fmt: skip
        self.cases.setParent(self)
        self.chips.chosen.connect(self.cases.choose)
        help_topics = context.pack.services[service].spec.help_topics if service else ()
        self.help_topic = help_topics[0] if help_topics else ""

    def refresh(self) -> None:
        self.chips.set_chips(self.cases.chips)
        show_if(self.chips, bool(self.cases.found.all))
        self.rows.show(self.cases.rows)
        intro = self.context.pack.services[self.cases.service].spec.intro if self.cases.service else ""
        self.set_head(self._title, intro)

    def look_for(self, text: str) -> None:
        self.cases.search(text)

    def open_row(self, one: object) -> None:
        if isinstance(one, CaseRow):
            self.context.go(f"case/{key_of(one.id)}")

    def _begin(self) -> None:
        begin(self.context, self.cases.service)


def sent(row: CaseRow) -> str:
    """When it arrived."""
    return f"{row.submitted_on} 送达" if row.submitted_on else "还在本机"
