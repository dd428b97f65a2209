"""Two lists that are only read: who is studying, and what has been invoiced. View-models, no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.alive import while_there
from desktop.context import Context
from desktop.pages.words import money
from desktop.watching import Watching
from documents.workbooks import ExportColumn, table_workbook
from domain.expressions.env import Env
from domain.facts import config_on, unit_facts
from sync.store.local import Reader
from sync.store.pinyin import full, initials
from sync.views import bills, entities, view_for


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One course of one person."""

    id: str
    person: str
    name: str
    service: str
    kind: str
    status: str
    word: str
    used: int
    most: int | None
    opened_on: str
    finished_on: str

    @property
    def role(self) -> str:
        return {"passed": "ok", "failed": "bad", "closed": "text2"}.get(self.status, "wait")

    @property
    def attempts(self) -> str:
        return f"{self.used} / {self.most}" if self.most else str(self.used)

    @property
    def search(self) -> str:
        return f"{self.name} {initials(self.name)} {full(self.name)} {self.service} {self.kind}"


@dataclass(frozen=True, slots=True)
class StudyFound:
    """One look at the store; `closed_to_us`: the association does not show this to units like ours."""

    rows: tuple[StudyRow, ...]
    closed_to_us: bool


class StudyModel(Watching[StudyFound]):
    """学习中."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.rows: tuple[StudyRow, ...] = ()
        self.closed_to_us = False

    def look(self, reader: Reader) -> StudyFound:
        pack, account, today = self.context.pack, self.context.account, self.context.today()
        view = view_for(reader, account, [], pack=pack)
        config = config_on(pack, view.config, today)
        entry = next((one for one in pack.menu_entries() if one.view == "study-tasks"), None)
        shown = _shown(self.context, view, config, entry)
        names = {key: str(one.body.get("name") or "") for key, one in reader.mirror.of_kind(account, "person").items()}
        most = config.get("study.max_attempts")
        rows = [
            _study(pack, one.id, one.body, names, int(most) if most else None)
            for one in entities(reader, account, "study-task")
        ]
        rows.sort(key=lambda one: (one.status != "studying", one.opened_on, one.name))
        return StudyFound(tuple(rows) if shown else (), not shown)

    def take(self, found: StudyFound) -> None:
        self.rows, self.closed_to_us = found.rows, found.closed_to_us


def _shown(context: Context, view: Any, config: Mapping[str, Any], entry: Any) -> bool:
    """By the rule on the pack's own menu: on the entry, or on the group it stands in."""
    pack = context.pack
    groups = [one for one in pack.menu_entries() if entry is not None and (one is entry or entry in one.items)]
    facts = pack.fact_reader.read(unit_facts(view, None) | {"today": context.today().isoformat()})
    env = Env(facts, config)
    for one in groups:
        if one.shown is not None and pack.builder.compile(one.shown, ("menu",))(env) is not True:
            return False
    return True


def _study(pack: Any, key: str, body: Mapping[str, Any], names: Mapping[str, str], most: int | None) -> StudyRow:
    service, status = pack.services.get(str(body.get("service"))), str(body.get("status") or "")
    kind = body.get("certificate_type")
    return StudyRow(
        key,
        str(body.get("person") or ""),
        names.get(str(body.get("person")), ""),
        service.label if service else str(body.get("service") or ""),
        pack.label("certificate_type", kind) if kind else "",
        status,
        pack.label("task_status", status),
        int(body.get("attempts_used") or 0),
        most,
        str(body.get("opened_on") or ""),
        str(body.get("finished_on") or ""),
    )


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One bill that is paid, or a paper that finance has to issue for it."""

    id: str
    number: str
    kind: str
    unit: str
    total: str
    amount: str | None
    document: str  # 电子发票, 电子财政收据
    state: str
    role: str
    day: str
    application: str

    @property
    def search(self) -> str:
        return f"{self.number} {self.unit} {initials(self.unit)} {self.kind} {self.document}"


class ReceiptsModel(Watching[tuple[ReceiptRow, ...]]):
    """开票记录: every paid bill with the paper that belongs to it."""

    exported = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.rows: tuple[ReceiptRow, ...] = ()
        self.since, self.until = "", ""

    def look(self, reader: Reader) -> tuple[ReceiptRow, ...]:
        pack, account = self.context.pack, self.context.account
        units = {one.id: str(one.body.get("name") or "") for one in entities(reader, account, "unit")}
        queued = {str(one.body.get("application")): one.body for one in entities(reader, account, "queue-entry")}
        rows = []
        for bill in bills(reader, account):
            if bill.status != "paid":
                continue
            entry = queued.get(bill.payment or "") or queued.get(bill.application)
            papers = dict.fromkeys(
                str(line.get("receipt")) for line in bill.body.get("lines") or () if line.get("receipt")
            )
            issued = entry is not None and bool(entry.get("done_on"))
            state, role = ("已开", "ok") if issued else ("待开", "wait") if entry is not None else ("已缴费", "ok")
            rows.append(
                ReceiptRow(
                    bill.id,
                    bill.number,
                    pack.spec.bill_kinds.get(bill.kind, bill.kind),
                    units.get(bill.unit, ""),
                    money(bill.total) if bill.total else "",
                    bill.total,
                    "、".join(pack.spec.receipts.get(one, one) for one in papers),
                    state,
                    role,
                    bill.paid_on or bill.made_on,
                    bill.application,
                )
            )
        return tuple(rows)

    def take(self, found: tuple[ReceiptRow, ...]) -> None:
        self.rows = found

    def set_period(self, since: str, until: str) -> None:
        """ISO days; empty: open."""
        self.since, self.until = since, until
        self.changed.emit()

    @property
    def listed(self) -> tuple[ReceiptRow, ...]:
        return tuple(
            row
            for row in self.rows
            if (not self.since or row.day >= self.since) and (not self.until or row.day <= self.until)
        )

    def set_quick(self, key: str) -> None:
        """this-month, last-month, this-year, all."""
        today = self.context.today()
        first = today.replace(day=1)
        if key == "this-month":
            self.set_period(first.isoformat(), "")
        elif key == "last-month":
            last = date(first.year - (first.month == 1), 12 if first.month == 1 else first.month - 1, 1)
            self.set_period(last.isoformat(), date.fromordinal(first.toordinal() - 1).isoformat())
        elif key == "this-year":
            self.set_period(date(today.year, 1, 1).isoformat(), "")
        else:
            self.set_period("", "")

    def export(self, rows: tuple[ReceiptRow, ...]) -> None:
        """As Excel."""
        columns = [
            ExportColumn(t, w)
            for t, w in (
                ("账单号", 16),
                ("类别", 22),
                ("单位", 32),
                ("金额（元）", 12),
                ("票据", 16),
                ("状态", 10),
                ("缴费日期", 12),
            )
        ]
        lines = [[r.number, r.kind, r.unit, r.amount or "", r.document, r.state, r.day] for r in rows]
        self.context.read(
            lambda _r: table_workbook(columns, lines, sheet="开票记录"), done=while_there(self, self.exported.emit)
        )
