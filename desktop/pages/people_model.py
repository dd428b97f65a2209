"""Everybody of the unit: who they are, how their membership and certificates stand, what can be begun for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.alive import while_there
from desktop.context import Context
from desktop.pages.form_values import new_row
from desktop.watching import Watching
from documents.excel import CellProblem, read_roster
from documents.roster_cells import Reading
from documents.roster_columns import TITLES, FoundColumn, Matching
from documents.spreadsheets import RawTable
from documents.workbooks import ExportColumn, table_workbook
from domain.packs.pack import Pack
from domain.picking import row_values
from sync.actions import new_draft, save_roster
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.views import Chip, PersonRow, people, people_counts, view_for
from sync.views.persons import fits

SOON = timedelta(days=60)
CHIPS = (
    (Chip.ALL, "全部"),
    (Chip.SOON, "60 天内到期"),
    (Chip.EXPIRED, "会籍到期"),
    (Chip.NO_MEMBERSHIP, "无会籍"),
    (Chip.STUDYING, "学习中"),
    (Chip.NOT_KNOWN, "未入协会"),
    (Chip.DIFFERENT, "与协会不同"),
    (Chip.PENDING, "待发送"),
)
CHOICES = {  # key of a roster entry -> enumeration of the pack
    "document_type": "id_document_type",
    "gender": "gender",
    "education_level": "education_level",
    "title_level": "title_level",
}
FIELDS = tuple(TITLES)
ENTITY_ENUMS = {"certificate.type": "certificate_type", "membership.type": "membership_type"}


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """Something that can be begun for people: a service, and the card they go on."""

    service: str
    card: str
    label: str

    @property
    def key(self) -> str:
        return f"{self.service}:{self.card}"


@dataclass(frozen=True, slots=True)
class PeopleFound:
    """One look at the store."""

    rows: tuple[PersonRow, ...]
    counts: Mapping[Chip, int]
    texts: Mapping[str, str]  # what each is found by, by subject


def state_of(row: PersonRow, today: date) -> tuple[str, str]:
    """(word, role): the one thing that matters most now."""
    day, soon = today.isoformat(), (today + SOON).isoformat()
    until = row.membership_until
    if row.pending:
        return "待发送", "wait"
    if row.person is None:
        return "未入协会", "wait"
    if until is None:
        return "无会籍", "warn"
    if until < day:
        return "会籍已到期", "bad"
    ends = [until, *(str(one["valid_until"]) for one in held(row) if one.get("valid_until"))]
    if any(day <= end <= soon for end in ends):
        return "60 天内到期", "warn"
    if any(end < day for end in ends):
        return "证书已到期", "bad"
    return ("与协会不同", "warn") if row.differences else ("正常", "ok")


def held(row: PersonRow) -> tuple[Mapping[str, Any], ...]:
    """Certificates that have not been taken away."""
    return tuple(one for one in row.certificates if one.get("status") in (None, "active"))


def found_by(row: PersonRow) -> str:
    """Name, sound and numbers, for the search."""
    numbers = " ".join(str(one.get("number") or "") for one in row.certificates)
    sounds = row.sound.split()
    return f"{row.name} {''.join(one[:1] for one in sounds)} {''.join(sounds)} {row.document} {numbers} {row.mobile}"


def next_end(row: PersonRow) -> str:
    """Of the certificates: the day on which the first runs out."""
    return min((str(one["valid_until"]) for one in held(row) if one.get("valid_until")), default="")


def reading_of(pack: Pack, today: date) -> Reading:
    """How lists of people are read under these rules."""
    choices = {
        key: {label: value for value, label in pack.enums.get(enum, {}).items()} for key, enum in CHOICES.items()
    }
    written = {key: pack.spec.written.get(enum, {}) for key, enum in CHOICES.items()}
    kinds = list(pack.enums.get("id_document_type", {"mainland_id": ""}))
    return Reading(today, {key: words for key, words in choices.items() if words}, written, kinds[0])


def entry_problems(entry: Mapping[str, str], reading: Reading) -> tuple[CellProblem, ...]:
    """What is wrong with an entry as typed: the same rules as for lists from Excel."""
    keys = [key for key in FIELDS if entry.get(key)]
    keys += [key for key in ("name", "document_number") if key not in keys]
    table = RawTable("", "", [[TITLES[key] for key in keys], [entry.get(key) or None for key in keys]])
    matching = Matching(0, tuple(FoundColumn(at, TITLES[key], key) for at, key in enumerate(keys)))
    rows = read_roster(table, matching, reading).rows
    return rows[0].problems if rows else (CellProblem("", "name", "姓名", "", "empty", "没有填写姓名。"),)


def entry_values(entry: Mapping[str, str], reading: Reading) -> dict[str, str]:
    """The same entry, tidied: dates as dates, numbers in half width, what the number says filled in."""
    keys = [key for key in FIELDS if entry.get(key)]
    table = RawTable("", "", [[TITLES[key] for key in keys], [entry[key] for key in keys]])
    matching = Matching(0, tuple(FoundColumn(at, TITLES[key], key) for at, key in enumerate(keys)))
    rows = read_roster(table, matching, reading).rows
    return dict(rows[0].values) if rows else {}


class PeopleModel(Watching[PeopleFound]):
    """The list, and what is done from it."""

    began = Signal(str)  # key of a draft
    exported = Signal(object)  # bytes
    said = Signal(str, str)
    saved = Signal(str)  # entity

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.rows: tuple[PersonRow, ...] = ()
        self.counts: Mapping[Chip, int] = {}
        self._texts: Mapping[str, str] = {}

    def look(self, reader: Reader) -> PeopleFound:
        today = self.context.today()
        rows = people(reader, self.context.account, today=today)
        return PeopleFound(rows, people_counts(rows, today), {row.subject: found_by(row) for row in rows})

    def take(self, found: PeopleFound) -> None:
        self.rows, self.counts, self._texts = found.rows, found.counts, found.texts

    @property
    def today(self) -> date:
        return self.context.today()

    def fits(self, row: PersonRow, chip: str) -> bool:
        return fits(row, Chip(chip), self.today)

    def search_text(self, row: PersonRow) -> str:
        return self._texts[row.subject]

    def certificates_words(self, row: PersonRow) -> str:
        kinds = [self.context.pack.label("certificate_type", one.get("type") or "") for one in held(row)]
        return "、".join(kinds)

    def membership_words(self, row: PersonRow) -> str:
        kind = (row.membership or {}).get("type")
        return self.context.pack.label("membership_type", kind) if kind else ""

    def study_words(self, row: PersonRow) -> str:
        """The courses that are open: 初始教育 已考 2 次."""
        made = []
        for one in row.tasks:
            if one.get("status") == "studying":
                service, used = self.context.pack.services.get(str(one.get("service"))), one.get("attempts_used")
                made.append((service.label if service else "") + (f" 已考 {used} 次" if used else ""))
        return "、".join(made)

    @property
    def chips(self) -> tuple[tuple[Chip, str], ...]:
        """What the list can be narrowed to; the pack's own filters under the pack's labels."""
        view = next((one for one in self.context.pack.spec.views if one.id == "people"), None)
        label = view.filters.get(Chip.E_FILE.value) if view is not None else None
        return (*CHIPS, (Chip.E_FILE, label)) if label else CHIPS

    # beginning something

    def services(self) -> tuple[ServiceCard, ...]:
        """What the pack lets a unit do for people: every card that takes persons."""
        made = []
        for service in self.context.pack.services.values():
            if not service.spec.menu or "unit" not in service.spec.applicant:
                continue
            cards = [(key, card) for key, card in service.cards.items() if card.adds == "person"]
            for key, card in cards:
                made.append(ServiceCard(service.id, key, card.label if len(cards) > 1 else service.label))
        return tuple(made)

    def begin(self, chosen: ServiceCard, rows: Sequence[PersonRow]) -> None:
        """A draft with these people on its card, their fields filled in as far as they follow."""
        pack, account, today, now = self.context.pack, self.context.account, self.context.today(), self.context.now()
        people_ = [(row.person, row.roster) for row in rows]
        work = partial(_begin, pack=pack, account=account, chosen=chosen, people=people_, today=today, now=now)
        self.context.write(work, done=while_there(self, self.began.emit), failed=while_there(self, self._failed))

    # out

    def export(self, rows: Sequence[PersonRow]) -> None:
        """As Excel, in the columns of the pack's own list."""
        pack = self.context.pack
        self.context.read(lambda _reader: workbook(pack, rows), done=while_there(self, self.exported.emit))

    # an entry

    def problems(self, entry: Mapping[str, str]) -> dict[str, str]:
        """By field; only what blocks."""
        found = entry_problems(entry, reading_of(self.context.pack, self.today))
        said: dict[str, str] = {}
        for one in found:
            if one.blocks:
                said.setdefault(one.key, one.reason)
        return said

    def save(self, entry: Mapping[str, str], roster: str | None) -> None:
        """Into the outbox; the list shows it at once."""
        values = entry_values(entry, reading_of(self.context.pack, self.today))
        account, now = self.context.account, self.context.now()

        def work(store: LocalStore) -> str:
            return save_roster(store, account, values, now=now, roster=roster)

        self.context.write(work, done=while_there(self, self._saved), failed=while_there(self, self._failed))

    def _saved(self, entity: str) -> None:
        self.said.emit("已存下，联网后自动送达。", "ok")
        self.saved.emit(entity)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        self.said.emit(f"{error.sentence}{error.remedy}", "bad")


def _begin(
    store: LocalStore,
    *,
    pack: Pack,
    account: str,
    chosen: ServiceCard,
    people: Sequence[tuple[str | None, str | None]],
    today: date,
    now: datetime,
) -> str:
    known = [person for person, _ in people if person]
    with store.reading() as reader:
        view = view_for(reader, account, known, pack=pack)
    rows = [
        new_row(person, roster, row_values(pack, view, chosen.service, chosen.card, person, today))
        for person, roster in people
    ]
    label = pack.services[chosen.service].label
    draft = new_draft(store, account, chosen.service, now=now, form={"cards": {chosen.card: rows}}, title=label)
    return draft.id.partition("/")[2]


def workbook(pack: Pack, rows: Sequence[PersonRow]) -> bytes:
    """The list as .xlsx: a line for each certificate, one for who has none. Columns are the pack's."""
    view = next((one for one in pack.spec.views if one.id == "people"), None)
    columns = view.columns if view is not None and view.columns else PLAIN
    titles = [ExportColumn(one["title"], max(12, 2.4 * len(one["title"]))) for one in columns]
    return table_workbook(titles, list(_lines(pack, columns, rows)), sheet=view.label if view is not None else "人员")


PLAIN = (
    {"title": "姓名", "value": "person.name"},
    {"title": "证件号码", "value": "person.id_number"},
    {"title": "会籍有效期", "value": "membership.valid_until"},
)


def _lines(pack: Pack, columns: Iterable[Mapping[str, str]], rows: Sequence[PersonRow]) -> Iterator[list[str]]:
    keys = [one["value"] for one in columns]
    for row in rows:
        person = {**row.body, "name": row.name, "id_number": row.document}
        for certificate in row.certificates or ({},):
            about: dict[str, Mapping[str, Any]] = {
                "person": person,
                "membership": row.membership or {},
                "certificate": certificate,
            }
            yield [_cell(pack, key, about) for key in keys]


def _cell(pack: Pack, key: str, about: Mapping[str, Mapping[str, Any]]) -> str:
    entity, _, name = key.partition(".")
    value = about.get(entity, {}).get(name)
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "、".join(str(one) for one in value)
    return pack.label(ENTITY_ENUMS.get(key, name), value)
