"""What has to leave the server because of a decision leaves it here, after the commit: at least once, under one id."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update
from uuid_utils import uuid7

from server.login import first_password, give_password
from server.models import DispatchRow
from server.ports import PortFailed
from server.ports.fiscal import FiscalDocuments, fiscal_documents
from server.ports.notifications import Notifications, notifications
from server.repositories import accounts
from server.work import Work
from sync.protocol import instant_text

log = logging.getLogger("huiban.server")
FIRST_SECRET = "first-secret"  # as server.decide.account names it
PAGE = 200


@dataclass(frozen=True, slots=True)
class Ports:
    """The ways out of one server."""

    notifications: Notifications
    fiscal: FiscalDocuments


def ports_of(parts: Work) -> Ports:
    """As the settings say."""
    return Ports(notifications(parts.settings), fiscal_documents(parts.settings))


def deliver(parts: Work, ports: Ports) -> int:
    """Send what waits, oldest first; how many left. What a port did not take is tried again the next time."""
    left = 0
    query = select(DispatchRow.id, DispatchRow.port, DispatchRow.body).where(DispatchRow.sent_at.is_(None))
    with parts.database.read() as connection:
        rows = connection.execute(query.order_by(DispatchRow.id).limit(PAGE)).all()
    for id, port, text in rows:
        body = json.loads(text)
        try:
            if port == FIRST_SECRET:
                _first_secret(parts, ports, id, body["account"])
            else:
                (ports.fiscal if port == "fiscal" else ports.notifications).send(id, body)
                with parts.database.write() as connection:
                    _sent(parts, connection, id)
        except PortFailed as error:
            log.warning("dispatch %s waits: %s", id, error)
            continue
        left += 1
    return left


def tell_first_password(connection: Connection, account: str, now: str) -> None:
    """Ask for a random first password of this account: made and told when the transaction has been committed."""
    body = json.dumps({"account": account})
    row = {"id": str(uuid7()), "port": FIRST_SECRET, "body": body, "made_at": now, "sent_at": None}
    connection.execute(insert(DispatchRow).values(**row))


def _first_secret(parts: Work, ports: Ports, id: str, account: str) -> None:
    """A random password, told once and kept only as a hash. Should we die between, the next try makes another one."""
    with parts.database.write() as connection:
        body = accounts.account(connection, account)
        if body is not None:
            password = first_password()
            give_password(connection, account, password, parts.clock())
            ports.notifications.send(id, _letter(parts, body, password))
        _sent(parts, connection, id)


def _letter(parts: Work, account: Mapping[str, Any], password: str) -> dict[str, Any]:
    name, login = account.get("name") or account["login"], account["login"]
    return {
        "title": f"{parts.settings.name}：会办账号",
        "text": f"{name}您好：您的会办账号是“{login}”，初始密码是“{password}”，首次登录须修改。",
        "account": account["id"],
        "login": login,
        "password": password,
        "name": name,
        "mobile": account.get("mobile"),
        "address": parts.settings.address,
    }


def _sent(parts: Work, connection: Connection, id: str) -> None:
    """It has left: what it said is kept no longer."""
    gone = update(DispatchRow).where(DispatchRow.id == id).values(sent_at=instant_text(parts.clock()), body="{}")
    connection.execute(gone)
