"""Papers of an application made here from what was sent: the form itself, and the letter that was sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from desktop.pages.case_words import FORM, LETTER, material_labels
from desktop.pages.form_look import Around, Look
from desktop.pages.letter_model import make_letter
from desktop.pages.words import value_words
from documents.fonts import MissingGlyphs
from documents.paper import Column
from documents.summary import SentFile, SummaryTable, summary_sheet
from domain.checking import check_form
from domain.facts import config_on
from domain.packs.pack import Pack
from domain.packs.service import Service
from sync.store.local import Reader
from sync.views import Case, PersonRow, case, entities, entity, rows_for, view_for


@dataclass(frozen=True, slots=True)
class MadePaper:
    """Its bytes, what to call its file, and what has to be written in by hand."""

    title: str
    pdf: bytes
    gaps: str = ""


def make_paper(
    reader: Reader, account: str, pack: Pack, application: str, key: str, *, now: datetime, day: date
) -> MadePaper | None:
    """None when it is not on this desk any more. Takes a moment for many people: on the reading lane."""
    found = case(reader, account, pack, application, now=now)
    service = pack.services.get(found.row.service) if found is not None else None
    if found is None or service is None:
        return None
    maker = _Maker(reader, account, pack, service, found, day)
    return maker.form() if key == FORM else maker.letter(key.removeprefix(LETTER))


class _Maker:
    """One application with the names of everything its form refers to."""

    def __init__(self, reader: Reader, account: str, pack: Pack, service: Service, found: Case, day: date) -> None:
        self._reader, self._account, self._pack, self._day = reader, account, pack, day
        self._service, self._case = service, found
        self._association = reader.accounts.need(account).association_name
        rows = [row for listed in (found.form.get("cards") or {}).values() for row in listed]
        subjects = {str(row[key]) for row in rows for key in ("person", "roster") if row.get(key)}
        self._people: Mapping[str, PersonRow] = rows_for(reader, account, subjects)
        self._agencies = {one.id: str(one.body.get("name") or "") for one in entities(reader, account, "agency")}
        unit = entity(reader, account, found.row.unit) if found.row.unit else None
        self._unit: Mapping[str, Any] = unit.body if unit is not None else {}
        self._names = self._agencies | {found.row.unit: str(self._unit.get("name") or "")}
        for person in self._people.values():
            self._names |= {str(one["id"]): str(one.get("number") or "") for one in person.certificates}
        self._names |= {one.id: f"{one.label} {one.number or one.code}" for one in found.covered}
        self._names |= {str(bill["id"]): str(bill.get("number") or "") for bill in found.bills}

    @property
    def _code(self) -> str:
        return self._case.row.number or self._case.row.code

    def form(self) -> MadePaper:
        """Everything that was filled in, and what went with it."""
        row, values = self._case.row, self._case.form.get("values") or {}
        facts = [("单位：", str(self._unit.get("name") or "")), ("编号：", self._code)]
        facts += [("提交日期：", row.submitted_on), ("第几轮：", str(row.round)), ("状态：", row.pending or row.status)]
        for field in self._service.fields:
            words = value_words(self._service, field, values.get(field.key), self._names)
            if words or field.required is True:
                facts.append((f"{field.label}：", words))
        title = f"{self._service.label}表"
        paper = summary_sheet(
            title,
            association=self._association,
            facts=facts,
            tables=list(self._tables()),
            files=list(self._files()),
            number=self._code,
            made=date.fromisoformat(row.submitted_on) if row.submitted_on else None,
            landscape=any(len(self._service.row_fields(card)) > 4 for card in self._service.cards),
        )
        try:
            return MadePaper(f"{title} {self._code}", paper.pdf())
        except MissingGlyphs as missing:
            return MadePaper(f"{title} {self._code}", paper.pdf(leave_gaps=True), str(missing))

    def _tables(self) -> Iterator[SummaryTable]:
        for card, spec in self._service.cards.items():
            rows = (self._case.form.get("cards") or {}).get(card) or ()
            fields = self._service.row_fields(card)
            part = self._service.card_service(card)
            adds_people = any(row.get("person") or row.get("roster") for row in rows)
            columns = [Column("姓名", 1), Column("证件号码", 2.1)] if adds_people else [Column("对应", 2)]
            columns += [Column(field.label, 1.2) for field in fields]
            cells = []
            for row in rows:
                first = self._who(row) if adds_people else [self._names.get(_covered(row), "")]
                values = row.get("values") or {}
                told = [value_words(part, field, values.get(field.key), self._names) for field in fields]
                cells.append([*first, *told])
            yield SummaryTable(spec.label, columns, cells)

    def _who(self, row: Mapping[str, Any]) -> list[str]:
        found = self._people.get(str(row.get("person") or row.get("roster") or ""))
        return [found.name, found.masked] if found is not None else ["", ""]

    def _files(self) -> Iterator[SentFile]:
        labels = material_labels(self._pack, self._service)
        owners = {
            str(row["row"]): self._who(row)[0] for rows in (self._case.form.get("cards") or {}).values() for row in rows
        }
        for one in self._case.papers:
            label = labels.get(one.material, one.material)
            yield SentFile(label, owners.get(one.row or "", ""), one.name, one.bytes, one.blob, one.pages)

    def letter(self, document: str) -> MadePaper:
        """The letter as it was printed, with the short code it had then: nothing but people and fields go into it."""
        body, form, day = self._case.body, self._case.form, self._sent_on()
        people = {row.person for row in self._people.values() if row.person}
        view = view_for(self._reader, self._account, people, pack=self._pack, unit=self._case.row.unit or None)
        initiator = entity(self._reader, self._account, str(body["initiator"])) if body.get("initiator") else None
        around = Around(
            subjects=frozenset(self._people),
            people=self._people,
            agencies=tuple(self._agencies.items()),
            application=body,
            covered={},
            unit=self._unit,
            me=initiator.body if initiator is not None else {},
            as_of=None,
            desks={},
            view=view,
            delivered=frozenset(),
            params=config_on(self._pack, view.config, day),
        )
        look = Look(around, check_form(self._pack, view, self._service.id, form, day, application=body), 0, day, form)
        code, name = self._case.row.code, self._association
        made = make_letter(self._pack, self._service, document, form, look, code=code, association=name, day=day)
        return MadePaper(f"{self._pack.spec.documents[document].label} {code}", made.pdf, made.gaps)

    def _sent_on(self) -> date:
        return date.fromisoformat(self._case.row.submitted_on) if self._case.row.submitted_on else self._day


def _covered(row: Mapping[str, Any]) -> str:
    return str(row.get("application") or row.get("bill") or "")
