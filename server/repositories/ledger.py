"""The ledger: every Operation decided, its Outcome word for word, and when the bytes of a waiting one first came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, delete, func, select, update

from server.models import ArrivalRow, DeviceSyncRow, LedgerRow, LedgerTextRow
from server.repositories.bulk import among, insert_missing, insert_rows, rows_among, run, table_of

LEDGER, TEXT, ARRIVAL, SYNC = map(table_of, (LedgerRow, LedgerTextRow, ArrivalRow, DeviceSyncRow))
_BOTH = "ledger JOIN ledger_text ON ledger_text.receipt_number = ledger.receipt_number"


@dataclass(frozen=True, slots=True)
class Known:
    """An Operation that was decided before."""

    content_sha256: str
    status: str
    outcome: str  # JSON, as it was sent


def known(connection: Connection, op_ids: Iterable[str]) -> dict[str, Known]:
    """Those that were decided, with their Outcomes."""
    sql = (
        "SELECT ledger.op_id, ledger.content_sha256, ledger.status, ledger_text.outcome"
        f" FROM {_BOTH} WHERE ledger.op_id {{among}}"
    )
    return {op_id: Known(*rest) for op_id, *rest in rows_among(connection, sql, op_ids)}


def told(connection: Connection, account: str, op_ids: Iterable[str]) -> dict[str, str]:
    """The Outcomes, as they were sent, of those that this account asked for and that were decided."""
    sql = f"SELECT ledger.op_id, ledger_text.outcome FROM {_BOTH} WHERE ledger.op_id {{among}} AND ledger.account = ?"
    return {str(row[0]): str(row[1]) for row in rows_among(connection, sql, op_ids, account)}


def arrivals(connection: Connection, op_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(SHA-256 of the content, received_at) of those that came before and had to wait."""
    sql = "SELECT op_id, content_sha256, received_at FROM arrival WHERE op_id {among}"
    return {op_id: (sha256, at) for op_id, sha256, at in rows_among(connection, sql, op_ids)}


def note_arrivals(connection: Connection, rows: Sequence[tuple[str, str, str]]) -> None:
    """(op_id, SHA-256, received_at): the first counts."""
    insert_missing(connection, ArrivalRow, rows)


def forget_arrivals(connection: Connection, op_ids: Sequence[str]) -> None:
    """They are decided."""
    if op_ids:
        connection.execute(delete(ARRIVAL).where(among(connection, ARRIVAL.c.op_id, op_ids)))


def add(connection: Connection, rows: Sequence[tuple[Any, ...]], texts: Sequence[tuple[Any, ...]]) -> None:
    """Decided Operations, in the order of the tables' columns. One that is there already is an IntegrityError."""
    insert_rows(connection, LedgerRow, rows)
    insert_rows(connection, LedgerTextRow, texts)


def erase(connection: Connection, outcomes: Mapping[int, str]) -> None:
    """By receipt number: take the content away, put this Outcome without names there; the ledger itself stays whole."""
    for number, outcome in outcomes.items():
        connection.execute(update(TEXT).where(TEXT.c.receipt_number == number).values(content=None, outcome=outcome))


def heard_of(connection: Connection, device: str, account: str, at: str, *, pushed: int | None = None) -> None:
    """A device synced: `pushed` Operations were decided for it, or None: it pulled."""
    which = "pulled_at" if pushed is None else "pushed_at"
    sql = (
        f"INSERT INTO device_sync (device, account, {which}, operations) VALUES (?, ?, ?, ?) ON CONFLICT (device)"
        f" DO UPDATE SET account = excluded.account, {which} = excluded.{which},"
        " operations = device_sync.operations + excluded.operations"
    )
    run(connection, sql, device, account, at, pushed or 0)


def cut_off(connection: Connection, since: str) -> list[tuple[str, str, str | None]]:
    """(device, account, last heard of) of every device silent since then, longest first."""
    pushed, pulled = func.coalesce(SYNC.c.pushed_at, ""), func.coalesce(SYNC.c.pulled_at, "")
    last = case((pushed > pulled, pushed), else_=pulled)
    query = select(SYNC.c.device, SYNC.c.account, last).where(last < since).order_by(last)
    return [(device, account, at or None) for device, account, at in connection.execute(query)]
