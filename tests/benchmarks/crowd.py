"""Many people of all kinds, eligible and not: the forty of the sample association, again and again as other persons."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from desktop.theme import RESOURCES
from domain.packs import Pack, load
from sync.protocol import ScopePage, add_to_sum
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.benchmarks.people import GIVEN, SURNAMES, WEIGHTS
from tests.desktop.sample_desk import UNIT, entities

PACK = "gdjlxh-2025"
PAGE = 2_000  # rows a page of the feed, as they come over the wire


def the_pack() -> Pack:
    """The first association's rules."""
    return load(RESOURCES / "packs" / PACK)


def crowd(people: int, now: datetime) -> Iterator[dict[str, Any]]:
    """What a desk mirrors of a unit with so many people: theirs, and what does not belong to anybody."""
    chance = random.Random(11)
    of_person: dict[str, list[Mapping[str, Any]]] = {}
    for body in entities(now):
        person = str(body.get("person") or next(iter(body.get("people") or ()), "") or body["id"])
        if not person.startswith("person/"):
            lines = body.get("lines") or ()
            person = next((str(line["person"]) for line in lines if line.get("person")), "")
        if person:
            of_person.setdefault(person, []).append(body)
        else:
            yield body
    groups = list(of_person.items())
    for number in range(people):
        person, bodies = groups[number % len(groups)]
        yield from _again(person, bodies, number, chance)


def _again(
    person: str, bodies: Sequence[Mapping[str, Any]], number: int, chance: random.Random
) -> list[dict[str, Any]]:
    """The same facts of somebody else: another id, name and identity number, born on the same day."""
    other = f"person/{uuid5(NAMESPACE_OID, str(number))}"
    made = []
    for at, body in enumerate(json.loads(json.dumps(bodies).replace(json.dumps(person)[1:-1], other))):
        kind, _, key = str(body["id"]).partition("/")
        if kind == "person":
            body["name"] = chance.choice(SURNAMES) + "".join(
                chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2)))
            )
            if len(str(body.get("id_number") or "")) == 18:
                body["id_number"] = _number(str(body["id_number"]), number)
        elif kind == "membership":
            body["id"] = f"membership/{other.partition('/')[2]}"
        else:
            body["id"] = f"{kind}/{uuid5(NAMESPACE_OID, f'{key}-{number}-{at}')}"
        made.append(body)
    return made


def _number(pattern: str, number: int) -> str:
    """Of the same day and sex, with the right last digit."""
    order = (number // 40 % 450) * 2 + int(pattern[16]) % 2
    head = f"{pattern[:14]}{order:03}"
    return head + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=True)) % 11]


def fill(store: LocalStore, bodies: Sequence[Mapping[str, Any]]) -> str:
    """Through the same door as a first pull; the account that sees them."""
    scope, told = (
        f"unit:{UNIT}",
        {"id": "account/wen", "login": "wen", "role": "unit_main", "name": "温晓岚", "unit": UNIT},
    )
    with store.transaction() as writer:
        account = writer.accounts.put("gdjlxh", "wen", name="广东省示例建设监理协会", body=told, key="K")
        writer.mirror.open_scope(account, scope)
        writer.accounts.set(account, epoch="e1")
    total, port = 0, SyncStore(store)
    for start in range(0, len(bodies), PAGE):
        some = bodies[start : start + PAGE]
        changes = [(str(body["id"]), start + at, 1, body) for at, body in enumerate(some, 1)]
        total = add_to_sum(total, come=((change[0], 1) for change in changes))
        page = ScopePage.model_construct(
            changes=changes,
            cursor=start + len(some),
            more=start + len(some) < len(bodies),
            fresh=False,
            count=start + len(some),
            sum=total,
        )
        assert port.apply_page(account, scope, page, now=datetime.now(UTC))
    return account


@contextmanager
def a_full_desk(folder: Path, people: int, now: datetime) -> Iterator[tuple[LocalStore, str, bytes]]:
    """Store, account and key."""
    key = secrets.token_bytes(32)
    with LocalStore.create(folder, key) as store:
        yield store, fill(store, list(crowd(people, now))), key
