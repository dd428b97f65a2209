"""What a reviewer has decided and not sent: kept in the store, changeable until it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from domain.packs.pack import Pack
from sync import actions
from sync.store.local import LocalStore, Reader

SETTING = "decisions"
PHRASES = "return-phrases"
MOST_PHRASES = 8


@dataclass(frozen=True, slots=True)
class Note:
    """The reviewer's words on one place."""

    path: str
    text: str
    place: str = ""  # how people call the place


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall be done with one application; `version` is the one that was looked at."""

    application: str
    action: str
    verb: str
    label: str
    version: int
    reason: str = ""
    notes: tuple[Note, ...] = field(default_factory=tuple)
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def approves(self) -> bool:
        return self.verb in ("approve", "confirm")


@dataclass(frozen=True, slots=True)
class Sent:
    """How many decisions went out, and which could not because the application moved on meanwhile."""

    count: int
    stale: tuple[str, ...]


def kept(reader: Reader, account: str) -> dict[str, Decision]:
    """By application, in the order decided."""
    return {one.application: one for one in map(_decision, reader.settings.get(account, SETTING) or ())}


def phrases(reader: Reader, account: str) -> tuple[str, ...]:
    """What this reviewer wrote lately, newest first."""
    return tuple(reader.settings.get(account, PHRASES) or ())


def decide(store: LocalStore, account: str, decision: Decision) -> None:
    """In place of an earlier one on the same application; nothing goes out."""
    with store.transaction() as writer:
        old = writer.settings.get(account, SETTING) or ()
        listed = [one for one in old if one["application"] != decision.application]
        writer.settings.put(account, SETTING, [*listed, asdict(decision)])
        said = [*(note.text for note in decision.notes), decision.reason] if not decision.approves else []
        before = writer.settings.get(account, PHRASES) or ()
        recent = list(dict.fromkeys([*(one for one in said if 0 < len(one) <= 40), *before]))[:MOST_PHRASES]
        writer.settings.put(account, PHRASES, recent)
        writer.touch("decisions")


def undo(store: LocalStore, account: str, applications: Iterable[str]) -> None:
    """As if not decided."""
    gone = set(applications)
    with store.transaction() as writer:
        listed = [one for one in writer.settings.get(account, SETTING) or () if one["application"] not in gone]
        writer.settings.put(account, SETTING, listed)
        writer.touch("decisions")


def send(store: LocalStore, account: str, *, pack: Pack, now: datetime) -> Sent:
    """Every decision becomes an Operation, all or none; one on an application that has moved on is put aside."""
    with store.transaction() as writer:
        decisions = [_decision(one) for one in writer.settings.get(account, SETTING) or ()]
        stale = []
        for one in decisions:
            found = writer.mirror.get(account, one.application)
            if found is None or found.version != one.version:
                stale.append(one.application)
                continue
            actions.act(
                store,
                account,
                one.application,
                one.action,
                pack=pack,
                now=now,
                reason=one.reason,
                marks=[{"path": note.path, "text": note.text} for note in one.notes if note.path],
                fields=one.fields,
            )
        writer.settings.put(account, SETTING, [])
        writer.touch("decisions", "outbox")
        return Sent(len(decisions) - len(stale), tuple(stale))


def _decision(body: Mapping[str, Any]) -> Decision:
    return Decision(**{**body, "notes": tuple(Note(**note) for note in body.get("notes") or ())})
