"""Keeping a server: backups, a new epoch after a restore, shutting devices out, erasing a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import uuid_utils
from sqlalchemy import make_url

from server import explaining, feed, schema
from server.database import Database
from server.outlet import deliver, ports_of, tell_first_password
from server.repositories import accounts, record
from server.settings import Settings
from server.work import Work
from sync.files import sqlite_address
from sync.protocol import instant_text


class KeepingError(Exception):
    """Why it was not done: one sentence."""


@contextmanager
def opened(parts: Work) -> Iterator[Work]:
    """A server's parts for one command, on the newest schema; given back at the end."""
    try:
        schema.upgrade(parts.database)
        yield parts
    finally:
        parts.database.close()


def backup(settings: Settings, target: Path) -> None:
    """A consistent copy of the SQLite database while the server goes on."""
    source = _sqlite_file(settings)
    if target.exists():
        raise KeepingError(f"{target} 已经存在，请换一个文件名。")
    with (
        closing(_reading(Path(source))) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)


def restore(settings: Settings, source: Path | None) -> str:
    """Put a backup in place, if one is named, and renew the epoch: desks re-pull, and send what this database lacks."""
    if source is not None:
        target = _sqlite_file(settings)
        if not source.is_file():
            raise KeepingError(f"没有备份文件 {source}。")
        with closing(_reading(source)) as here:
            try:
                sound = here.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                here.execute("SELECT epoch FROM feed_head").fetchone()
            except sqlite3.DatabaseError:
                sound = False
            if not sound:
                raise KeepingError(f"{source} 不是完好的会办数据库备份。")
            with closing(sqlite3.connect(target)) as there:
                here.backup(there)
    database = Database(settings.database)
    try:
        schema.upgrade(database)
        epoch = str(uuid_utils.uuid4())
        with database.write() as connection:
            feed.renew(connection, epoch)
        return epoch
    finally:
        database.close()


def revoke(parts: Work, login: str, device: str) -> None:
    """Shut a device of an account out."""
    with parts.database.write() as connection:
        known = accounts.by_login(connection, login)
        if known is None:
            raise KeepingError("没有这个账号。")
        if not accounts.revoke_device(connection, known.account["id"], device, instant_text(parts.clock())):
            raise KeepingError("这个账号没有登记过这台设备。")


def reset_password(parts: Work, login: str) -> None:
    """Another first password, by notification; sessions of the account end."""
    now = instant_text(parts.clock())
    with parts.database.write() as connection:
        known = accounts.by_login(connection, login)
        if known is None:
            raise KeepingError("没有这个账号。")
        tell_first_password(connection, known.account["id"], now)
    deliver(parts, ports_of(parts))


def explain(parts: Work, number: str, today: date) -> dict[str, Any]:
    """Facts of a real case as they stand, and what the rules of its edition answer to them."""
    with parts.database.read() as connection:
        try:
            application = explaining.find(connection, number)
        except explaining.NoSuchCase:
            raise KeepingError(f"没有编号为 {number} 的申请。") from None
        pack = parts.editions.get(connection, application["edition"])
        facts = explaining.facts_of(connection, pack, application, today, application.get("initiator"))
    service = str(application["service"])
    told = {"application": application["id"], "service": service, "edition": pack.edition}
    return told | {"given": facts, "answer": explaining.answers(pack, service, facts)}


def verify(parts: Work) -> int:
    """Prove the record's chain; how many rows it has."""
    with parts.database.read() as connection:
        try:
            return record.verify(connection)
        except record.RecordBroken as error:
            raise KeepingError(f"决定记录被改动过：{error}") from error


def _reading(file: Path) -> sqlite3.Connection:
    """Nothing in it is changed, whatever its folder is called."""
    return sqlite3.connect(sqlite_address(file.absolute(), "ro"), uri=True)


def _sqlite_file(settings: Settings) -> str:
    url = make_url(settings.database)
    if not url.drivername.startswith("sqlite") or not url.database:
        raise KeepingError("PostgreSQL 请用它自己的工具备份和恢复，之后再运行 restore。")
    return url.database
