"""The unit's own list of its people: an entry written, a whole list imported, and an import undone again."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.operations import Kind
from sync.actions_settings import ask_about
from sync.merge import same
from sync.store.local import LocalStore, Reader, Writer
from sync.store.operations import CANCELLED, OUTBOX, TAKEN_BACK, Kept, Sketch, shows
from sync.store.people import is_listed
from sync.store.shown import next_version, shown
from sync.store.signing import ask
from sync.store.text import instant, new_id

NOT_OURS = ("id", "unit", "person", "same_as")  # of a roster entry: the server's to say
IMPORTS = "imports"  # the setting that remembers what was imported, latest first
REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `id` names it when it is to be undone, "" where nothing changed."""

    added: int
    changed: int
    same: int
    op_ids: tuple[str, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a file that can still be undone."""

    id: str
    file: str
    at: str
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import did: entries taken away, put back as they were, and left with the reason."""

    removed: int
    restored: int
    left: tuple[tuple[str, str], ...]  # name and why


def save_roster(
    store: LocalStore, account: str, entry: Mapping[str, Any], *, now: datetime, roster: str | None = None
) -> str:
    """One entry, made or updated: its keys over those it has. The entity id."""
    with store.transaction() as writer:
        entity = roster or f"roster/{new_id()}"
        _ask_roster(writer, account, entity, entry, now)
        return entity


def import_roster(
    store: LocalStore, account: str, rows: Iterable[Mapping[str, Any]], *, now: datetime, file: str = ""
) -> Imported:
    """Entries by document number, an Operation for each that is new or differs; the same file again changes nothing."""
    listed = [_plain_row(row) for row in rows]
    with store.transaction() as writer:
        known = _rosters(writer, account)
        by_document = {number: entity for entity, body in known.items() if (number := document(body))}
        by_name = {str(body.get("name")): entity for entity, body in known.items() if not document(body)}
        steps: list[dict[str, Any]] = []
        added = changed = unchanged = 0
        for row in listed:
            number = document(row)
            entity = by_document.get(number) if number else by_name.get(str(row.get("name")))
            if entity is None:
                entity = f"roster/{new_id()}"
                added += 1
            elif all(same(value, known[entity].get(key)) for key, value in row.items()):
                unchanged += 1
                continue
            else:
                changed += 1
            before = known.get(entity)
            op_id = _ask_roster(writer, account, entity, row, now, before=before, fresh=before is None, touch=False)
            old = None if before is None else {key: before.get(key) for key in row if before.get(key) != row[key]}
            steps.append({"op_id": op_id, "entity": entity, "before": old})
            known[entity] = {**known.get(entity, {}), **row}
            (by_document if number else by_name)[number or str(row.get("name"))] = entity
        if not steps:
            return Imported(added, changed, unchanged, ())
        writer.people.touch(account, dict.fromkeys(step["entity"] for step in steps))
        writer.touch("people")
        batch = new_id()
        made = {"id": batch, "file": file, "at": instant(now), "added": added, "changed": changed, "steps": steps}
        kept = writer.settings.get(account, IMPORTS) or []
        writer.settings.put(account, IMPORTS, [made, *kept][:REMEMBERED])
        return Imported(added, changed, unchanged, tuple(step["op_id"] for step in steps), batch)


def imports(reader: Reader, account: str) -> tuple[Import, ...]:
    """Those that can still be undone, latest first."""
    return tuple(
        Import(one["id"], one["file"], one["at"], one["added"], one["changed"])
        for one in reader.settings.get(account, IMPORTS) or ()
    )


def undo_import(store: LocalStore, account: str, imported: str, *, now: datetime) -> Undone:
    """撤销这次导入: what it made goes, what it changed is as before; what was used or changed since stays as it is."""
    with store.transaction() as writer:
        kept = writer.settings.get(account, IMPORTS) or []
        steps: list[dict[str, Any]] = next((one["steps"] for one in kept if one["id"] == imported), [])
        used = set(_used(writer, account)) if steps else set()
        asked = writer.operations.many([step["op_id"] for step in steps])
        queue = _Queue(writer, account)
        removed = restored = 0
        left: list[tuple[str, str]] = []
        for step in reversed(steps):
            mine, fresh = asked[step["op_id"]], step["before"] is None
            if mine.place == TAKEN_BACK or mine.state in ("refused", "conflict"):
                continue  # it never came to be
            why = _why_left(writer, account, step, mine, used)
            if why:
                left.append((mine.title, why))
                continue
            _undo(writer, account, step, mine, queue, now)
            removed, restored = removed + fresh, restored + (not fresh)
        writer.people.touch(account, dict.fromkeys(step["entity"] for step in steps))
        writer.settings.put(account, IMPORTS, [one for one in kept if one["id"] != imported])
        writer.touch("people", "outbox")
        return Undone(removed, restored, tuple(reversed(left)))


def _why_left(writer: Writer, account: str, step: Mapping[str, Any], mine: Kept, used: set[str]) -> str:
    """Why this step may not be undone; empty: it may."""
    if step["before"] is None and step["entity"] in used:
        return "已经写进表单"
    now = shown(writer, account, step["entity"])
    if now is None or not is_listed(now):
        return "已经不在名单里"
    asked = mine.payload
    if any(not same(value, now.get(key)) for key, value in asked.items()):
        return "导入以后又改过"
    return ""


class _Queue:
    """What waits to be sent, looked at once: nothing may be taken back from under what was built upon it."""

    def __init__(self, writer: Writer, account: str) -> None:
        self._by_entity: dict[str, list[str]] = {}
        self._built_upon: Counter[str] = Counter()
        for kept in writer.operations.outbox(account):
            self._by_entity.setdefault(kept.entity, []).append(kept.op_id)
            self._built_upon.update(kept.after)

    def is_last(self, kept: Kept) -> bool:
        """Nothing waits that came after it."""
        waiting = self._by_entity.get(kept.entity) or [""]
        return waiting[-1] == kept.op_id and not self._built_upon[kept.op_id]

    def drop(self, kept: Kept) -> None:
        """It was taken back."""
        self._by_entity[kept.entity].pop()
        self._built_upon.subtract(kept.after)


def _undo(writer: Writer, account: str, step: Mapping[str, Any], mine: Kept, queue: _Queue, now: datetime) -> None:
    entity, before = step["entity"], step["before"]
    if mine.can_cancel and queue.is_last(mine):
        writer.operations.take_back(mine.op_id, CANCELLED, None, instant(now))
        queue.drop(mine)
    elif before is not None:
        _ask_roster(writer, account, entity, {key: "" if old is None else old for key, old in before.items()}, now)
    else:
        waiting = [one.op_id for one in writer.operations.pending(account, [entity]) if one.place == OUTBOX]
        ask(
            writer,
            account,
            Kind.REMOVE_ROSTER,
            entity,
            {},
            now=now,
            sketch=Sketch(mine.title, Kind.REMOVE_ROSTER.value, None, {"id": entity, "removed": True}),
            base_version=next_version(writer, account, entity),
            after=waiting,
            touch=False,
        )


def _used(reader: Reader, account: str) -> Iterator[str]:
    """Roster entries that a form names: drafts, what waits to be sent, and every application that is known here."""
    forms: list[Any] = [draft.form for draft in reader.drafts.all(account)]
    forms += [kept.payload.get("form") for kept in reader.operations.pending(account) if kept.kind == Kind.ACT]
    forms += [found.body.get("form") for found in reader.mirror.of_kind(account, "application").values()]
    for form in forms:
        for rows in ((form or {}).get("cards") or {}).values():
            yield from (str(row["roster"]) for row in rows if row.get("roster"))


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in row.items() if key not in NOT_OURS and value}
    if number := document(plain):
        plain["document_number"] = number.partition("|")[2]
    return plain


def document(body: Mapping[str, Any]) -> str:
    """One spelling for one document: half width, no blanks, capitals, with its type."""
    number = "".join(unicodedata.normalize("NFKC", str(body.get("document_number") or "")).split()).upper()
    return f"{body.get('document_type') or 'mainland_id'}|{number}" if number else ""


def _ask_roster(
    writer: Writer,
    account: str,
    entity: str,
    entry: Mapping[str, Any],
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    fresh: bool = False,
    touch: bool = True,
) -> str:
    if before is None:
        before = {} if fresh else shown(writer, account, entity) or {}
    merged = {**before, **entry}
    payload = {key: value for key, value in merged.items() if key not in NOT_OURS and value is not None}
    overlay = {**merged, "id": entity, "unit": writer.accounts.need(account).unit}
    title = str(merged.get("name"))
    return ask_about(
        writer, account, Kind.SAVE_ROSTER, entity, payload, overlay, now, title=title, fresh=fresh, touch=touch
    )


def _rosters(writer: Writer, account: str) -> dict[str, Mapping[str, Any]]:
    bodies = {entity: found.body for entity, found in writer.mirror.of_kind(account, "roster").items()}
    for kept in writer.operations.pending(account):
        if kept.entity.startswith("roster/") and shows(kept) and kept.overlay is not None:
            bodies[kept.entity] = kept.overlay
    return {entity: body for entity, body in bodies.items() if is_listed(body)}
