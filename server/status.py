"""What an operator has to know of a server: what it could not decide, could not send, and who has gone silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from server import feed
from server.models import DispatchRow
from server.repositories import ledger, stumbles
from server.repositories.stumbles import Stumble
from server.work import Work
from sync.protocol import instant_text

SILENT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Status:
    """As the database says; ids and times, no names."""

    epoch: str
    seq: int
    stumbles: list[Stumble]
    unsent: int
    unsent_since: str | None
    silent: list[tuple[str, str, str | None]]  # device, account, last heard of


def read(parts: Work) -> Status:
    """Now."""
    waiting = select(func.count(), func.min(DispatchRow.made_at)).where(DispatchRow.sent_at.is_(None))
    with parts.database.read() as connection:
        epoch, seq = feed.position(connection)
        unsent, since = connection.execute(waiting).one()
        silent = ledger.cut_off(connection, instant_text(parts.clock() - SILENT))
        return Status(epoch, seq, stumbles.every(connection), unsent, since, silent)


def lines(told: Status) -> Iterator[str]:
    """For people: first how it stands, then each thing that wants attention."""
    yield f"纪元 {told.epoch}，已下发到第 {told.seq} 号。"
    yield f"程序出错而暂时办不了的：{len(told.stumbles)} 件。"
    for one in told.stumbles:
        yield f"  {one.op_id} {one.kind}：{one.place}，{one.times} 次，{one.first_at} 起，最近 {one.last_at}"
    yield f"还没发出去的通知和请求：{told.unsent} 件" + (f"，最早的在 {told.unsent_since}。" if told.unsent else "。")
    yield f"{SILENT.days} 天没有联系的设备：{len(told.silent)} 台。"
    for device, account, last in told.silent:
        yield f"  {device} {account}：最近 {last or '从未'}"
