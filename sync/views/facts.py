"""What the rules look at: a domain.View of some people, or of all, built from the mirror with the overlay."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from domain.entities import Account as AccountBody
from domain.entities import Application, Bill, Certificate, Config, Membership, Person, StudyTask, Unit
from domain.packs.pack import Pack
from domain.view import View
from sync.forecast import is_open
from sync.store.local import Reader
from sync.store.mirror import Entity, people_of
from sync.views.overlay import Overlay, Shown


def view_for(
    reader: Reader,
    account: str,
    people: Collection[str] | None = None,
    *,
    pack: Pack | None = None,
    unit: str | None = None,
    also: Collection[str] = (),
) -> View:
    """Of these people (None: of everybody mirrored). `unit`: another one than the account's own (a reviewer's case).
    Of what is about a unit itself only that unit's is there.

    With a pack, applications that its states call closed are left out; `also` names ones to be covered anyway.
    """
    overlay = Overlay(reader, account)
    me = reader.accounts.need(account)
    mirror = reader.mirror
    bodies = mirror.of_kind(account, "person") if people is None else mirror.many(account, people)
    own = unit or me.unit
    applications = overlay.of_kind("application") if people is None else overlay.concerning(people, "application")
    opened = {entity: one for entity, one in applications.items() if _open(pack, one)}
    bills = overlay.of_kind("bill") if people is None else overlay.concerning(people, "bill")
    by_person = _by_people(bills)
    covering = {str(bill.body["application"]) for bill in bills.values() if bill.body.get("application")} | set(also)
    covered = {**opened, **overlay.many(covering - opened.keys())}
    return View(
        unit=cast("Unit | None", _body(overlay, own)),
        people={entity: cast(Person, one.body) for entity, one in bodies.items()},
        memberships={
            str(one.body["person"]): cast(Membership, one.body) for one in _of(reader, account, "membership", people)
        },
        certificates=cast(
            "Mapping[str, tuple[Certificate, ...]]", _grouped(_of(reader, account, "certificate", people))
        ),
        study_tasks=cast("Mapping[str, tuple[StudyTask, ...]]", _grouped(_of(reader, account, "study-task", people))),
        bills=cast("Mapping[str, tuple[Bill, ...]]", by_person),
        unit_bills=tuple(cast(Bill, one.body) for one in _about_unit(overlay, bills, own, people, "bill")),
        applications=cast("Mapping[str, tuple[Application, ...]]", _by_people(opened)),
        unit_applications=tuple(
            cast(Application, one.body)
            for one in _about_unit(overlay, opened, own, people, "application")
            if _open(pack, one)
        ),
        covered={entity: cast(Application, one.body) for entity, one in covered.items()},
        config={entity: cast(Config, one.body) for entity, one in overlay.of_kind("config").items()},
        account=cast(AccountBody, me.body),
        as_of=as_of(reader, account),
    )


def as_of(reader: Reader, account: str) -> str | None:
    """When the mirror was last brought up to date."""
    return max((c.pulled_at for c in reader.mirror.cursors(account).values() if c.pulled_at), default=None)


def _open(pack: Pack | None, one: Shown) -> bool:
    return is_open(pack, one.body) if pack is not None else not one.body.get("completed_on")


def _about_unit(
    overlay: Overlay, found: Mapping[str, Shown], own: str | None, people: Collection[str] | None, kind: str
) -> list[Shown]:
    """What is about the unit itself and nobody else's; an account without a unit that asks of everybody sees all."""
    if people is not None:
        return list(overlay.of_unit(own, kind).values()) if own else []
    whose = [one for entity, one in found.items() if not people_of(entity, one.body)]
    return [one for one in whose if own is None or one.body.get("unit") == own]


def _body(overlay: Overlay, entity: str | None) -> Any:
    found = overlay.get(entity) if entity else None
    return found.body if found else None


def _of(reader: Reader, account: str, kind: str, people: Collection[str] | None) -> list[Entity]:
    mirror = reader.mirror
    found = mirror.of_kind(account, kind) if people is None else mirror.of_person(account, people, kind)
    return [one for one in found.values() if one.body.get("person")]


def _grouped(entities: list[Entity]) -> dict[str, tuple[Any, ...]]:
    groups: dict[str, list[Any]] = {}
    for one in sorted(entities, key=lambda entity: entity.id):
        groups.setdefault(str(one.body["person"]), []).append(one.body)
    return {person: tuple(bodies) for person, bodies in groups.items()}


def _by_people(shown: Mapping[str, Shown]) -> dict[str, tuple[Any, ...]]:
    groups: dict[str, list[Any]] = {}
    for entity in sorted(shown):
        for person in people_of(entity, shown[entity].body):
            groups.setdefault(person, []).append(shown[entity].body)
    return {person: tuple(bodies) for person, bodies in groups.items()}
