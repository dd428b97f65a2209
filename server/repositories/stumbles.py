"""Operations that a bug of ours keeps from being decided: noted for the operator, forgotten once they are decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from server.models import StumbleRow
from server.repositories.bulk import among, run, table_of

STUMBLE = table_of(StumbleRow)


@dataclass(frozen=True, slots=True)
class Stumble:
    """One of them."""

    op_id: str
    kind: str
    place: str
    first_at: str
    last_at: str
    times: int


def note(connection: Connection, op_id: str, kind: str, place: str, at: str) -> None:
    """It happened, once more."""
    sql = (
        "INSERT INTO stumble (op_id, kind, place, first_at, last_at, times) VALUES (?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (op_id) DO UPDATE SET place = excluded.place, last_at = excluded.last_at,"
        " times = stumble.times + 1"
    )
    run(connection, sql, op_id, str(kind), place, at, at)


def forget(connection: Connection, op_ids: Sequence[str]) -> None:
    """They are decided."""
    if op_ids:
        connection.execute(delete(STUMBLE).where(among(connection, STUMBLE.c.op_id, op_ids)))


def every(connection: Connection) -> list[Stumble]:
    """All that wait for us to be mended, longest first."""
    return [Stumble(*row) for row in connection.execute(select(STUMBLE).order_by(STUMBLE.c.first_at))]
