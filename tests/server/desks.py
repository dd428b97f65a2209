"""A server's deciding half without HTTP: a real database, real keys, and desks that sign what they ask."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind, Operation, Outcome
from domain.packs import load, parse
from server import feed
from server.access import Caller, caller_of
from server.decide.batch import batch
from server.decide.install import install
from server.repositories import accounts
from server.schema import upgrade
from server.settings import SERVER_KEY, Settings, new_key
from server.work import Work, build
from sync.protocol import SignedOperation, encode_content, instant_text, public_text, pull_reply, read_outcome, sign
from tests.server.watch import Watch

PACK = Path(__file__).parents[2] / "resources" / "packs" / "gdjlxh-2025"
START = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)  # ten in the morning of a Monday in Shanghai
PUBLISHER = Ed25519PrivateKey.generate()  # signs editions of the pack
UNIT, OTHER_UNIT, AGENCY = "unit/u1", "unit/u2", "agency/a1"


def new_key_id() -> str:
    """A UUIDv7."""
    return str(uuid_utils.uuid7())


@dataclass
class Desk:
    """One account at one device."""

    house: House
    account: str
    device: str = field(default_factory=new_key_id)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def caller(self) -> Caller:
        """The account as it stands now."""
        with self.house.work.database.read() as connection:
            body = accounts.account(connection, self.account)
            assert body is not None
            return caller_of(self.house.work, connection, body, self.device, False)

    def operation(self, kind: Kind, entity: str, payload: Mapping[str, Any], **more: Any) -> Operation:
        """One thing asked, not yet sent."""
        values = {
            "op_id": new_key_id(),
            "device": self.device,
            "account": self.account,
            "made_at": self.house.watch.now,
        }
        return Operation(kind=kind, entity=entity, payload=payload, **{**values, **more})

    def signed(self, operation: Operation) -> SignedOperation:
        """As it travels."""
        content = encode_content(operation)
        return SignedOperation(content=content, signature=sign(self.key, content))

    def push(self, *operations: Operation) -> list[Outcome]:
        """Send these together."""
        sent = [self.signed(operation) for operation in operations]
        return [read_outcome(json.loads(text)) for text in self.push_texts(sent)]

    def push_texts(self, sent: Sequence[SignedOperation]) -> list[str]:
        """The answers word for word."""
        return batch(self.house.work, self.caller, sent, self.house.watch.now)

    def ask(self, kind: Kind, entity: str, payload: Mapping[str, Any], **more: Any) -> Outcome:
        """Send one; base_version is the newest unless named."""
        if "base_version" not in more:
            more["base_version"] = self.house.version(entity)
        return self.push(self.operation(kind, entity, payload, **more))[0]

    def mirror(self, max_bytes: int = 1 << 20, mirror: Mirror | None = None) -> Mirror:
        """All scopes of this desk, pulled to the end."""
        mirror = mirror or Mirror()
        mirror.pull(self.house, self.caller.scopes, max_bytes)
        return mirror


@dataclass
class Mirror:
    """What a desk knows: filled by pulls alone, through the very bytes of the wire."""

    rows: dict[str, dict[str, tuple[int, Any]]] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)
    epoch: str = ""
    begun: set[str] = field(default_factory=set)
    snapshots: int = 0  # how often a scope was begun anew because the server said so

    def pull(self, house: House, scopes: Sequence[str], max_bytes: int = 1 << 20, answers: int = 1 << 30) -> int:
        """Until nothing more comes, or so many answers have; how many that took."""
        more, rounds = True, 0
        while more and rounds < answers:
            cursors = {scope: self.cursors.get(scope, 0) for scope in scopes}
            with house.work.database.read() as connection:
                found = feed.pull(connection, scopes, cursors, max_bytes, self.epoch or house.epoch, self.begun)
            answer = json.loads(pull_reply(found.epoch, found.head, found.pages, reset=found.reset))
            self.epoch = answer["epoch"]
            rounds += 1
            more = False
            for scope, page in answer["scopes"].items():
                rows = self.rows.setdefault(scope, {})
                if page.get("fresh"):
                    rows.clear()
                    self.snapshots += 1
                if page.get("more") and (page.get("fresh") or not cursors[scope] or scope in self.begun):
                    self.begun.add(scope)
                else:
                    self.begun.discard(scope)
                seqs = [change[1] for change in page["changes"]]
                assert seqs == sorted(set(seqs)), "positions come in order, each once"
                for entity, _, version, body in page["changes"]:
                    rows.pop(entity, None)
                    if body is not None:
                        rows[entity] = (version, body)
                self.cursors[scope] = page["cursor"]
                self.sums[scope] = (page["count"], page["sum"])
                more = more or page.get("more", False)
        return rounds

    def body(self, entity: str) -> dict[str, Any] | None:
        """An entity as any scope shows it."""
        return next((dict(rows[entity][1]) for rows in self.rows.values() if entity in rows), None)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind, in id order."""
        found = {entity: row[1] for rows in self.rows.values() for entity, row in rows.items()}
        return [found[entity] for entity in sorted(found) if entity.startswith(f"{kind}/")]


@dataclass
class House:
    """One association with its database."""

    work: Work
    watch: Watch

    @property
    def epoch(self) -> str:
        """Of the feed."""
        with self.work.database.read() as connection:
            return feed.position(connection)[0]

    def version(self, entity: str) -> int:
        """The newest version; 0: there is none."""
        from server.repositories.entities import load as load_entities

        with self.work.database.read() as connection:
            found = load_entities(connection, [entity])
        return found[entity].version if entity in found else 0

    def body(self, entity: str) -> dict[str, Any]:
        """What the database says."""
        from server.repositories.entities import load as load_entities

        with self.work.database.read() as connection:
            return load_entities(connection, [entity])[entity].body

    def put(self, *bodies: Mapping[str, Any]) -> None:
        """It is so."""
        with self.work.database.write() as connection:
            install(connection, bodies, instant_text(self.watch.now))

    def desk(self, account: str) -> Desk:
        """A desk whose key the server knows."""
        desk = Desk(self, account)
        with self.work.database.write() as connection:
            key = public_text(desk.key)
            accounts.register_device(connection, account, desk.device, key, "", instant_text(self.watch.now))
        return desk


TINY = {
    "pack.yaml": """
pack: tiny
name: 小协会
edition: "1"
actors:
  unit: {label: 单位, desk: unit}
  agency: {label: 机构, desk: agency}
  association: {label: 协会, desk: association}
  finance: {label: 财务, desk: finance}
  secretariat: {label: 秘书处, desk: secretariat}
  admin: {label: 管理员, desk: admin}
  system: {label: 系统, desk: system}
roles:
  unit_main: {label: 主账号, actor: unit, main: true}
  unit_sub: {label: 子账号, actor: unit}
  agency: {label: 机构, actor: agency}
  association_review: {label: 审核, actor: association}
  association_finance: {label: 财务, actor: finance}
  secretariat: {label: 秘书处, actor: secretariat}
  admin: {label: 管理员, actor: admin}
  system: {label: 系统, actor: system}
actions: {submit: {verb: submit, label: 提交}}
facts: {person: {of: {name: {is: text}}}}
parameters:
  fees.dues: {type: money, label: 会费}
  days.limit: {type: int, label: 天数, default: 30}
required: {id: R, finding: "请填写{字段}"}
files: {types: [jpg], max_mb: 5, finding_type: 格式不对, finding_size: 太大}
""",
    "services/letter.yaml": "service: letter\nname: 来信\n",
}


def pack_body(since: str = "2025-01-01", folder: Path | None = None) -> dict[str, Any]:
    """A pack as an entity: the one in `folder`, or a tiny one."""
    pack = load(folder) if folder else parse(TINY)
    return {"id": f"pack/{pack.edition}", "pack": pack.id, "edition": pack.edition, "files": pack.files, "since": since}


def account(key: str, role: str, **more: Any) -> dict[str, Any]:
    """An account whose login is its key."""
    return {"id": f"account/{key}", "login": key, "role": role, "name": key, "active": True, **more}


def first_stock(pack: Path | None = None) -> list[dict[str, Any]]:
    """Two units, an agency, one account of each kind."""
    return [
        pack_body(folder=pack),
        {"id": UNIT, "name": "广州示例监理有限公司", "kind": "member", "membership_valid_until": "2026-12-31"},
        {"id": OTHER_UNIT, "name": "深圳另一监理有限公司", "kind": "member", "membership_valid_until": "2026-12-31"},
        {"id": AGENCY, "name": "广州会员服务机构", "contact": "李", "phone": "020-11111111", "active": True},
        account("main", "unit_main", unit=UNIT),
        account("sub", "unit_sub", unit=UNIT),
        account("other", "unit_main", unit=OTHER_UNIT),
        account("agent", "agency", agency=AGENCY),
        account("reviewer", "association_review"),
        account("finance", "association_finance"),
        account("secretary", "secretariat"),
        account("admin", "admin"),
        account("system", "system"),
    ]


@contextmanager
def a_house(folder: Path, database: str | None = None, pack: Path | None = None) -> Iterator[House]:
    """A founded association in a fresh database."""
    new_key(folder / SERVER_KEY)
    url = database or f"sqlite:///{folder / 'server.db'}"
    watch = Watch(START)
    settings = Settings(folder, "gdjlxh", "广东省建设监理协会", "gdjlxh-2025", url, publisher=public_text(PUBLISHER))
    work = build(settings, watch)
    upgrade(work.database)
    house = House(work, watch)
    with work.database.write() as connection:
        feed.found(connection, new_key_id())
    house.put(*first_stock(pack))
    try:
        yield house
    finally:
        work.database.close()
