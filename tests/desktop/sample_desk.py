"""A desk of the sample association without a server: its data mirrored into a real store, its context, its pages."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from desktop.background import Lane
from desktop.context import SHANGHAI, Context
from desktop.demo.sample import resolved
from desktop.theme import RESOURCES
from domain.packs import Pack
from domain.packs import load as load_pack
from sync.login import Session
from sync.store.local import LocalStore
from tests.sync.store.building import pull

NOW = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
UNIT = "unit/01970000-0000-7000-8000-000000000001"
NESTED = ("membership", "certificates", "study_tasks", "bills", "applications", "profile")
FEES = ("fees.", "specialty.", "membership.", "initial.")


@cache
def the_pack() -> Pack:
    """The first association's rules."""
    return load_pack(RESOURCES / "packs" / "gdjlxh-2025")


@cache
def the_sample(day: date, configured: bool) -> dict[str, Any]:
    """The demo's data for one day; read once, changed by nobody."""
    return resolved(RESOURCES / "demo" / "gdjlxh-2025.yaml", day, configured=configured)


def entities(now: datetime, *, configured: bool = True) -> list[dict[str, Any]]:
    """Everything a desk of the first unit mirrors."""
    sample = the_sample(now.astimezone(SHANGHAI).date(), configured)
    made: list[dict[str, Any]] = []
    for one in sample["agencies"]:
        made.append(dict(one))
    for one in sample["desks"]:
        made.append({**one, "id": f"desk/{one['role']}"})
    for one in sample["config"]:
        made.append({"id": f"config/{one['key']}", "key": one["key"], "values": [one]})
    for one in sample["units"]:
        if one["id"] == UNIT:
            made.append({key: value for key, value in one.items() if key not in NESTED})
    for at, one in enumerate(sample["people"]):
        if one.get("unit") == UNIT:
            made.extend(_person(one, at))
    return made


def _person(one: Mapping[str, Any], at: int) -> Iterator[dict[str, Any]]:
    person = str(one["id"])
    key = person.partition("/")[2]
    papers = [
        {
            "material": each,
            "blob": f"{at:02d}{number:02d}" * 16,
            "name": f"{one['name']}-{each}.jpg",
            "type": "jpg",
            "bytes": 90_000,
        }
        for number, each in enumerate(one.get("profile") or ())
    ]
    yield {**{name: value for name, value in one.items() if name not in NESTED}, "materials": papers}
    if one.get("membership"):
        yield {**one["membership"], "id": f"membership/{key}", "person": person}
    for number, each in enumerate(one.get("certificates") or ()):
        yield {"unit": UNIT, "id": f"certificate/{at}-{number}", **each, "person": person}
    for number, each in enumerate(one.get("study_tasks") or ()):
        yield {"id": f"study-task/{at}-{number}", **each, "person": person}
    for number, each in enumerate(one.get("bills") or ()):
        lines = [{"person": person, **line} for line in each.get("lines") or ()]
        yield {"unit": UNIT, "id": f"bill/{at}-{number}", **each, "lines": lines}
    for number, each in enumerate(one.get("applications") or ()):
        rows = [{"row": "r1", "person": person, "values": {}}]
        form: dict[str, Any] = {"values": {}, "cards": {"people": rows}}
        told = {name: value for name, value in each.items() if name != "papers"}
        attached = [{"material": one, "row": "r1", "blob": f"{at:02d}ab" * 16, "name": f"{one}.jpg", "type": "jpg",
                     "bytes": 90_000} for one in each.get("papers") or ()]  # fmt: skip
        form = {**(each.get("form") or form), "attachments": attached}
        yield {"id": f"application/{at}-{number}", "unit": UNIT, "people": [person], **told, "form": form}


@dataclass
class SampleDesk:
    """A store, an account and the context of its pages; `wait` lets the lanes finish."""

    store: LocalStore
    account: str
    context: Context
    went: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    moved: timedelta = field(default_factory=timedelta)

    def draft(self, service: str, form: Mapping[str, Any] | None = None, title: str = "") -> str:
        """The key of a new draft."""
        from sync import actions

        made = actions.new_draft(self.store, self.account, service, form=form, title=title, now=self.context.now())
        return made.id.partition("/")[2]

    def form_of(self, key: str) -> Mapping[str, Any]:
        """What is durable of it."""
        with self.store.reading() as reader:
            found = reader.drafts.get(self.account, f"draft/{key}")
        assert found is not None
        return found.form or {}


@contextmanager
def sample_desk(folder: Path, *, now: datetime = NOW, configured: bool = True) -> Iterator[SampleDesk]:
    """Logged in as the unit's main account, with everything mirrored."""
    more = {"unit": UNIT, "mobile": "19900001003"}
    told = {"id": "account/wen", "login": "wen", "role": "unit_main", "name": "温晓岚", **more}
    with a_desk(folder, told, entities(now, configured=configured), scope=f"unit:{UNIT}", now=now) as desk:
        yield desk


@contextmanager
def a_desk(
    folder: Path, told: Mapping[str, Any], bodies: Iterable[Mapping[str, Any]], *, scope: str, now: datetime
) -> Iterator[SampleDesk]:
    """Logged in with the account `told`, these bodies mirrored; a failure on a lane fails the test."""
    with LocalStore.create(folder / "store", secrets.token_bytes(32)) as store:
        with store.transaction() as writer:
            login = str(told["login"])
            account = writer.accounts.put("gdjlxh", login, name="广东省示例建设监理协会", body=dict(told), key="K")
            writer.accounts.set(account, epoch="e1")
        pull(store, account, *bodies, scope=scope)
        errors: list[BaseException] = []
        reading, writing = Lane("reading", failed=errors.append), Lane("writing", failed=errors.append)
        context = Context(store, account, the_pack(), reading=reading, writing=writing, clock=lambda: now)
        desk = SampleDesk(store, account, context)
        context.went.connect(desk.went.append)
        try:
            yield desk
        finally:
            context.close()
            reading.close()
            writing.close()
        if errors:
            raise errors[0]


def no_session(account: str) -> Session:
    """The sample's main account, with a server that is not there."""
    return Session(
        address="https://example.invalid",
        account=account,
        entity="account/wen",
        login="wen",
        body={},
        token="",
        expires_at="",
        scopes=(),
        association="gdjlxh",
        association_name="广东省示例建设监理协会",
        key="K",
    )


def person_named(name: str, now: datetime = NOW) -> str:
    """The id of somebody of the sample."""
    return next(
        str(one["id"]) for one in entities(now) if one.get("name") == name and str(one["id"]).startswith("person/")
    )


Make = Callable[[Context, str], Any]
