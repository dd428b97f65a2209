"""Accounts on this desk, their device keys, and small settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from sync.store.errors import NotAllowed
from sync.store.tables import accounts, settings
from sync.store.text import dumps, loads, new_id

SESSION = "session"  # setting of an account: its standing with the server, as `sync.login` keeps it
RESTORED = "restored"  # setting of an account that came out of a backup: when that was made, and whether it was told


def account_id(association: str, login: str) -> str:
    """How rows name an account: association × login."""
    return f"{association}/{login}"


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """One login of one association on this desk."""

    id: str
    association: str
    association_name: str
    login: str
    body: Mapping[str, Any]  # domain.entities.Account
    server_key: str
    epoch: str
    last_contact: str | None
    revoked: bool

    @property
    def entity(self) -> str:
        """What Operations name."""
        return str(self.body.get("id") or "")

    @property
    def unit(self) -> str | None:
        """The unit it works for, if it does."""
        return self.body.get("unit")

    @property
    def agency(self) -> str | None:
        """The agency it works for, if it does."""
        return self.body.get("agency")

    @property
    def role(self) -> str:
        """Account role of the pack."""
        return str(self.body.get("role") or "")

    @property
    def name(self) -> str:
        """As people read it."""
        return str(self.body.get("name") or self.login)


@dataclass(frozen=True, slots=True)
class Device:
    """This desk, as one account's server knows it."""

    id: str
    key: Ed25519PrivateKey


class Accounts:
    """Never begins a transaction, never commits one. Remembers what it was asked: it lives as long as one of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, LocalAccount] = {}
        self._devices: dict[str, Device] = {}

    def all(self) -> tuple[LocalAccount, ...]:
        """Those that have logged in here."""
        asked = select(accounts).where(accounts.c.body != "{}").order_by(accounts.c.id)
        return tuple(map(_account, self._connection.execute(asked)))

    def get(self, account: str) -> LocalAccount | None:
        """One, logged in or about to."""
        if account not in self._known:
            row = self._connection.execute(select(accounts).where(accounts.c.id == account)).one_or_none()
            if row is None:
                return None
            self._known[account] = _account(row)
        return self._known[account]

    def need(self, account: str) -> LocalAccount:
        """One that must be there."""
        found = self.get(account)
        if found is None:
            raise NotAllowed("这台电脑上没有这个账号。", "请先登录。")
        return found

    def put(
        self, association: str, login: str, *, name: str = "", body: Mapping[str, Any] | None = None, key: str = ""
    ) -> str:
        """Known from now on, or known better; its id."""
        identity = account_id(association, login)
        told: dict[str, Any] = {"association_name": name, "server_key": key}
        if body is not None:
            told["body"] = dumps(body)
        told = {column: value for column, value in told.items() if value}
        row = insert(accounts).values(id=identity, association=association, login=login, **told)
        putting = row.on_conflict_do_update(index_elements=["id"], set_=told) if told else row.on_conflict_do_nothing()
        self._connection.execute(putting)
        self._known.pop(identity, None)
        return identity

    def set(self, account: str, **values: Any) -> None:
        """Plain columns of one row."""
        self._connection.execute(update(accounts).where(accounts.c.id == account).values(**values))
        self._known.pop(account, None)
        self._devices.pop(account, None)

    def device(self, account: str) -> Device | None:
        """The key that signs what this account asks from here."""
        if account in self._devices:
            return self._devices[account]
        asked = select(accounts.c.device, accounts.c.device_key).where(accounts.c.id == account)
        row = self._connection.execute(asked).one_or_none()
        if row is None or row.device is None:
            return None
        self._devices[account] = Device(row.device, Ed25519PrivateKey.from_private_bytes(row.device_key))
        return self._devices[account]

    def forget_device(self, account: str) -> None:
        """Another computer may go on signing with this key: here a new one is made."""
        self.set(account, device=None, device_key=None)

    def make_device(self, account: str) -> Device:
        """The device of this account, made at its first log-in."""
        found = self.device(account)
        if found is None:
            found = Device(new_id(), Ed25519PrivateKey.generate())
            self.set(account, device=found.id, device_key=found.key.private_bytes_raw())
        return found


class Settings:
    """Small texts; account "" is the store's own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account: str, key: str) -> Any:
        """None where nothing was set."""
        asked = select(settings.c.value).where(settings.c.account == account, settings.c.key == key)
        return loads(self._connection.scalar(asked))

    def put(self, account: str, key: str, value: Any) -> None:
        """None: forgotten."""
        if value is None:
            self._connection.execute(delete(settings).where(settings.c.account == account, settings.c.key == key))
            return
        row = insert(settings).values(account=account, key=key, value=dumps(value))
        self._connection.execute(
            row.on_conflict_do_update(index_elements=["account", "key"], set_={"value": dumps(value)})
        )


def _account(row: Any) -> LocalAccount:
    return LocalAccount(
        row.id,
        row.association,
        row.association_name,
        row.login,
        loads(row.body),
        row.server_key,
        row.epoch,
        row.last_contact,
        bool(row.revoked),
    )
