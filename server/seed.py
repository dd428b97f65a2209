"""Sample data or the first stock of an association: a YAML (or JSON) file becomes entities, in one transaction."""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection
from stdnum.cn import ric
from uuid_utils import uuid7

from domain.packs import Pack
from server.blobs import sha256_of
from server.clock import shanghai_day
from server.decide.account import LOGIN
from server.decide.install import install
from server.decide.roster import PERSON_DOCUMENT, document_text
from server.login import give_password
from server.outlet import tell_first_password
from server.repositories import blobs, entities
from server.repositories.entities import key_hash
from server.uploads import HEAD_BYTES, type_by_content
from server.work import Work
from sync.files import sync_folder
from sync.protocol import instant_text

SHIFT = frozenset({"years", "months", "days"})
NESTED = ("membership", "certificates", "study_tasks", "bills", "applications", "profile", "materials")
Seed = Mapping[str, Any]


class SeedError(Exception):
    """The seed cannot be used: one sentence that says where and why."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a seed."""

    units: int
    people: int
    accounts: int


def read(path: Path, today: date) -> Seed:
    """The file's data, days relative to `today` ({months: 3, days: -1}, {month: 0}) put in their place."""
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SeedError(f"读不了 {path}：{error.strerror}") from error
    except yaml.YAMLError as error:
        raise SeedError(f"{path} 不是 YAML：{str(error).splitlines()[0]}") from error
    if not isinstance(tree, dict):
        raise SeedError(f"{path}：应为一组键和值")
    seed: Seed = _plain(tree, today)
    return seed


def load(parts: Work, connection: Connection, seed: Seed, pack: Pack, now: datetime, folder: Path) -> Loaded:
    """Write the seed's entities into the feed. Attachments beside the file (`folder`) come along."""
    moment = instant_text(now)
    loader = _Loader(parts, connection, pack, now, folder)
    try:
        loaded = loader.all(seed)
    except (KeyError, TypeError, AttributeError) as error:
        raise SeedError(f"种子文件里缺少或写错了一项：{error!r}") from error
    if there := entities.load(connection, loader.bodies):
        raise SeedError(f"{min(there)} 已经存在")
    if taken := entities.keys(connection, loader.keys):
        raise SeedError(f"证件号码或登录名已经属于 {min(taken.values())}")
    install(connection, loader.bodies.values(), moment)
    secrets = [body["id"] for body in loader.bodies.values() if body["id"].startswith("account/")]
    for account in secrets:
        if password := loader.passwords.get(account):
            give_password(connection, account, password, now, must_change=False)
        else:
            tell_first_password(connection, account, moment)
    return loaded


@dataclass(slots=True)
class _Loader:
    """One seed on its way to entities."""

    parts: Work
    connection: Connection
    pack: Pack
    now: datetime
    folder: Path
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)  # given in the seed: for tests and demos

    def all(self, seed: Seed) -> Loaded:
        """In the order of references."""
        for desk in seed.get("desks") or ():
            self._put("desk", {**desk, "id": f"desk/{desk['role']}"})
        for agency in seed.get("agencies") or ():
            self._put("agency", {"active": True, **agency})
        for one in seed.get("config") or ():
            self._config(one)
        units = seed.get("units") or ()
        for unit in units:
            entity = self._put("unit", {key: value for key, value in unit.items() if key not in NESTED})
            self._applications(unit, entity, [])
            for bill in unit.get("bills") or ():
                self._put("bill", {**bill, "unit": entity})
        people = seed.get("people") or ()
        for person in people:
            self._person(person)
        for entry in seed.get("roster") or ():
            self._put("roster", entry)
        accounts = seed.get("accounts") or ()
        for account in accounts:
            self._account(account)
        return Loaded(len(units), len(people), len(accounts))

    def _put(self, kind: str, body: Mapping[str, Any]) -> str:
        entity = str(body.get("id") or f"{kind}/{uuid7()}")
        if entity in self.bodies:
            raise SeedError(f"{entity} 出现了两次")
        self.bodies[entity] = {**body, "id": entity}
        return entity

    def _claim(self, space: str, text: str, entity: str, words: str) -> None:
        if self.keys.setdefault((space, key_hash(text)), entity) != entity:
            raise SeedError(f"{words}重复：{entity}")

    def _config(self, one: Mapping[str, Any]) -> None:
        entity = f"config/{one['key']}"
        value = {"value": one["value"], "since": one["since"], "why": one.get("why", ""), "by": "初始数据"}
        values = [*self.bodies.get(entity, {}).get("values", ()), {**value, "at": instant_text(self.now)}]
        ordered = sorted(values, key=lambda each: str(each["since"]))
        self.bodies[entity] = {"id": entity, "key": one["key"], "values": ordered}

    def _person(self, told: Mapping[str, Any]) -> None:
        body = {key: value for key, value in told.items() if key not in NESTED}
        body["id_number"] = _completed(str(body.get("id_number", "")), str(body.get("birth_date", "")))
        unit = body.get("unit")
        if materials := [self._material(one, unit) for one in told.get("materials") or () if one.get("file")]:
            body["materials"] = materials
        person = self._put("person", body)
        document = document_text(body.get("id_document_type"), body["id_number"])
        self._claim(PERSON_DOCUMENT, document, person, "证件号码")
        if membership := told.get("membership"):
            self._put("membership", {**membership, "id": f"membership/{person.partition('/')[2]}", "person": person})
        for certificate in told.get("certificates") or ():
            self._put("certificate", {"unit": unit, **certificate, "person": person})
        for task in told.get("study_tasks") or ():
            self._put("study-task", {**task, "person": person})
        for bill in told.get("bills") or ():
            lines = [{"person": person, **line} for line in bill.get("lines") or ()]
            self._put("bill", {"unit": unit, **bill, "lines": lines})
        self._applications(told, unit, [person])

    def _material(self, one: Mapping[str, Any], unit: str | None) -> dict[str, Any]:
        """An attachment of a profile or a form: its bytes go into the blob store as the unit's."""
        path = self.folder / str(one["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SeedError(f"读不了附件 {path}：{error.strerror}") from error
        sha256, kind = hashlib.sha256(content).hexdigest(), type_by_content(content[:HEAD_BYTES])
        target = self.parts.blobs.path(sha256)
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            sync_folder(target.parent)
            assert sha256_of(target) == sha256
        scope = f"unit:{str(unit).partition('/')[2]}" if unit else "office"
        now = instant_text(self.now)
        blobs.complete(self.connection, scope, sha256, len(content), kind, "account/system", now)
        name = str(one.get("name") or path.name)
        return {
            "material": one["material"],
            "row": one.get("row"),
            "blob": sha256,
            "name": name,
            "type": kind,
            "bytes": len(content),
        }

    def _applications(self, told: Mapping[str, Any], unit: str | None, people: Sequence[str]) -> None:
        """Applications on their way, which rules have to see; as sent, where the seed has their form."""
        for one in told.get("applications") or ():
            entity = str(one.get("id") or f"application/{uuid7()}")
            rows = [{"row": f"r{at}", "person": person, "values": {}} for at, person in enumerate(people, start=1)]
            form = {"values": {}, "cards": {"people": rows} if rows else {}, **(one.get("form") or {})}
            form["attachments"] = [self._material(paper, unit) for paper in form.get("attachments") or ()]
            body: dict[str, Any] = {
                "agency": self._agency(one, form),
                "edition": self.pack.edition,
                "round": 1,
                "history": self._history(one, unit),
                "bills": [],
            }
            body |= {"people": list(people), "summary": self._summary(one, people), **one, "id": entity, "unit": unit}
            body["form"] = form
            if holder := self._holder(body):
                body["holder"] = holder
            self._put("application", body)

    def _agency(self, one: Mapping[str, Any], form: Mapping[str, Any]) -> str | None:
        """The agency chosen in the form."""
        service = self.pack.services.get(str(one["service"]))
        chosen = (
            form["values"].get(field.key) for field in (service.fields if service else ()) if field.type == "agency"
        )
        return next((str(agency) for agency in chosen if agency), None)

    def _history(self, one: Mapping[str, Any], unit: str | None) -> list[dict[str, Any]]:
        """Handed in by the unit's own person, where the seed says on which day."""
        if not one.get("submitted_on"):
            return []
        name = str(self.bodies.get(str(unit), {}).get("handler") or "")
        hop = {"at": f"{one['submitted_on']}T01:00:00.000Z", "actor": "unit", "name": name, "action": "submit"}
        return [{**hop, "source": "none", "target": one["state"]}]

    def _summary(self, one: Mapping[str, Any], people: Sequence[str]) -> str:
        service = self.pack.services.get(str(one["service"]))
        return f"{service.label if service else one['service']}{f' {len(people)} 人' if people else ''}"

    def _holder(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        service = self.pack.services.get(str(body["service"]))
        state = service.states.get(str(body["state"])) if service else None
        if state is None or state.actor is None:
            return None
        desk = self.pack.spec.actors[state.actor].desk
        place = {"unit": body.get("unit"), "agency": body.get("agency")}.get(desk) or f"desk/{desk}"
        found = self.bodies.get(str(place), {})
        since = f"{body.get('submitted_on', shanghai_day(self.now))}T01:00:00.000Z"
        return {"actor": state.actor, "name": found.get("name", ""), "phone": found.get("phone", ""), "since": since}

    def _account(self, told: Mapping[str, Any]) -> None:
        body = {key: value for key, value in told.items() if key != "password"}
        if body["role"] not in self.pack.spec.roles:
            raise SeedError(f"账号 {body['login']}：规则包里没有 {body['role']} 这种账号")
        for place in ("unit", "agency"):
            if body.get(place) and body[place] not in self.bodies and not self._exists(body[place]):
                raise SeedError(f"账号 {body['login']}：没有 {body[place]}")
        entity = self._put("account", {"active": True, **body})
        self._claim(LOGIN, str(body["login"]), entity, "登录名")
        if password := told.get("password"):
            self.passwords[entity] = str(password)

    def _exists(self, entity: str) -> bool:
        return bool(entities.load(self.connection, [entity]))


def _plain(value: Any, today: date) -> Any:
    if isinstance(value, list):
        return [_plain(item, today) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= SHIFT:
        return _moved(today, **value).isoformat()
    if value.keys() == {"month"}:
        return _moved(today.replace(day=1), months=value["month"]).isoformat()[:7]
    return {key: _plain(item, today) for key, item in value.items()}


def _moved(today: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    """Months first, clamped to the end of the month, then days."""
    index = today.year * 12 + today.month - 1 + years * 12 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1])) + timedelta(days=days)


def _completed(pattern: str, birth_date: str) -> str:
    """{birth} and {check} of an identity number that depends on the day."""
    number = pattern.replace("{birth}", birth_date.replace("-", ""))
    if "{check}" not in number:
        return number
    return number.replace("{check}", str(ric.calc_check_digit(number.replace("{check}", "0"))))
