"""The store as the sync core sees it (`sync.ports.StorePort`): each writing call is one durable transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.operations import Kind, Outcome
from domain.proofs import MANY
from sync.failures import FailureKind
from sync.ports import BlobToSend, OutboxItem
from sync.protocol import ScopePage, made_on, sign_all
from sync.store import answers
from sync.store.accounts import RESTORED
from sync.store.blobs import BlobReader, BlobWriter
from sync.store.drafts import Draft
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader, Writer
from sync.store.mirror import Cursor
from sync.store.operations import CONFLICT, EXPORTED, OUTBOX, UNKNOWN, Head, Sketch
from sync.store.signing import ask
from sync.store.text import instant, key_of, kind_of

PUBLIC = "public"  # the scope of rules, parameters, agencies and telephones
PAGE_ROWS = 500  # Changes in one transaction
KEEP_SENT = timedelta(days=90)  # an answered Operation may have to be told to a restored server again


class SyncStore:
    """Wraps a LocalStore; keeps nothing of its own, so any thread may ask."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    # ---- the outbox ----

    def mark_unknown_on_start(self, account: str) -> int:
        """After a crash: what was being sent is now unknown, and will be asked again; how many."""
        with self._store.transaction() as writer:
            crashed = writer.operations.crashed(account)
            if crashed:
                writer.touch("outbox")
            return crashed

    def next_batch(self, account: str, limit_bytes: int, now: datetime) -> tuple[OutboxItem, ...]:
        """Of each entity the oldest, in the order made, at least one, contents together at most `limit_bytes`.

        Each was signed when it was made, and could be carried so by hand. What travels together is signed together.
        """
        self._take_shared(account, now)
        with self._store.reading() as reader:
            batch: list[Head] = []
            room = limit_bytes
            for kept in reader.operations.heads(account, instant(now)):
                if _held_back(reader, account, kept):
                    continue
                room -= len(kept.content)
                if batch and room < 0:
                    break
                batch.append(kept)
            device = reader.accounts.device(account)
        own = [kept for kept in batch if device is not None and made_on(kept.content, device.id)]
        proofs: dict[str, str] = {}
        if device is not None and len(own) > 1:
            made = sign_all(device.key, [kept.content for kept in own], MANY)
            proofs = {kept.op_id: proof for kept, proof in zip(own, made, strict=True)}
        return tuple(
            OutboxItem(kept.op_id, kept.entity, kept.content, proofs.get(kept.op_id, kept.signature), kept.attempts)
            for kept in batch
        )

    def doubtful(self, account: str) -> tuple[OutboxItem, ...]:
        """What was carried away, or came out of a backup of another computer, and has no answer yet."""
        with self._store.reading() as reader:
            gone = reader.operations.outbox(account, EXPORTED)
            if reader.settings.get(account, RESTORED) is not None:
                device = reader.accounts.device(account)
                came = reader.operations.outbox(account, UNKNOWN)
                gone += tuple(kept for kept in came if device is None or not made_on(kept.content, device.id))
        return tuple(OutboxItem(kept.op_id, kept.entity, kept.content, kept.signature, kept.attempts) for kept in gone)

    def next_due(self, account: str, now: datetime) -> datetime | None:
        """When the earliest item that only waits for its next try may be sent."""
        with self._store.reading() as reader:
            due = reader.operations.next_due(account, instant(now))
        return None if due is None else datetime.fromisoformat(due)

    def queued(self, account: str) -> int:
        """How many Operations have no final answer yet, those exported apart; drafts to be shared count too."""
        with self._store.reading() as reader:
            waiting = reader.operations.count(account, OUTBOX) - reader.operations.count(account, OUTBOX, EXPORTED)
            return waiting + len(reader.drafts.to_share(account))

    def mark_sending(self, account: str, op_ids: Sequence[str], now: datetime) -> set[str]:
        """Durably, before the wire; those it holds for, since others may have been cancelled or exported meanwhile."""
        with self._store.transaction() as writer:
            sent = writer.operations.sending(account, op_ids, instant(now))
            writer.touch("outbox")
            return sent

    def record_outcomes(
        self, account: str, outcomes: Sequence[Outcome], now: datetime, retry_at: datetime | None = None
    ) -> bool:
        """Final ones leave the outbox for `answered`; a waiting one stays, with what it waits for.

        True: a log-in is needed, since the server does not know the key of this desk.
        """
        with self._store.transaction() as writer:
            return answers.record(writer, account, outcomes, now, retry_at)

    def record_failure(
        self,
        account: str,
        op_ids: Sequence[str],
        kind: FailureKind,
        next_try: datetime | None,
        *,
        unsent: bool = False,
    ) -> None:
        """Nothing is known of these; `unsent`: no connection came about, surely not a byte of them has left."""
        due = None if next_try is None else instant(next_try)
        with self._store.transaction() as writer:
            if unsent:
                writer.operations.never_left(account, op_ids, last_error=kind.value, next_try=due)
            else:
                writer.operations.set_state(account, op_ids, UNKNOWN, last_error=kind.value, next_try=due)
            writer.touch("outbox")

    def _take_shared(self, account: str, now: datetime) -> None:
        """Drafts to be shared become Operations only now, so that ten savings on a dead line are one."""
        with self._store.reading() as reader:
            if not reader.drafts.to_share(account):
                return
        with self._store.transaction() as writer:
            for draft in writer.drafts.to_share(account):
                share_now(writer, account, draft, now)

    # ---- the mirror ----

    def apply_page(self, account: str, scope: str, page: ScopePage, *, now: datetime) -> bool:
        """Changes, tombstones and cursor, PAGE_ROWS a transaction; False: count or sum do not agree at the end."""
        if page.fresh:
            self.reset_scope(account, scope)
        starts = range(0, max(1, len(page.changes)), PAGE_ROWS)
        for start in starts:
            part = page.changes[start : start + PAGE_ROWS]
            last = start == starts[-1]
            with self._store.transaction() as writer:
                cursor = writer.mirror.cursors(account).get(scope)
                if cursor is None:  # this scope was left while the page was on its way
                    return True
                if not page.changes and _agree(cursor, page):
                    return True
                seq = page.cursor if last else part[-1][1]
                count, total = self._apply(writer, account, cursor, part, now)
                done = last and not page.more
                good = not done or (count == page.count and total == page.sum)
                ended = replace(
                    cursor,
                    seq=seq,
                    count=count,
                    sum=total,
                    whole=cursor.generation if done and good else cursor.whole,
                    pulled_at=instant(now) if done else cursor.pulled_at,
                )
                writer.mirror.advance(account, ended)
                if done and good and not cursor.steady:
                    gone = writer.mirror.sweep(account, scope, cursor.generation)
                    _touch_people(writer, account, dict.fromkeys(gone))
                if last:
                    answers.lift(writer, account)
                if part or done:
                    writer.touch(scope)
                if not good:
                    return False
        return True

    def _apply(
        self, writer: Writer, account: str, cursor: Cursor, changes: Sequence[Any], now: datetime
    ) -> tuple[int, int]:
        if not changes:
            return cursor.count, cursor.sum
        gone = [entity for entity, _, _, body in changes if body is None]
        before = {entity: found.body for entity, found in writer.mirror.many(account, gone).items()}
        totals = writer.mirror.apply(account, cursor, changes)
        touched = {entity: body or before.get(entity) for entity, _, _, body in changes}
        _touch_people(writer, account, touched)
        named = {f"draft/{key_of(one)}" for one, *_ in changes if kind_of(one) in ("draft", "application")}
        here = writer.drafts.among(account, list(named))
        for entity, _, version, body in changes if here else ():
            if body is None or f"draft/{key_of(entity)}" not in here:
                continue
            if kind_of(entity) == "draft":
                answers.merge_shared(writer, account, entity, body, version, now)
            elif kind_of(entity) == "application":
                answers.sent_elsewhere(writer, account, entity)
        return totals

    def together(self) -> AbstractContextManager[object]:
        """What is written inside becomes durable at its end, all of it or nothing."""
        return self._store.transaction()

    def counts(self, account: str, scopes: Collection[str]) -> dict[str, int]:
        """Living rows mirrored in each of these."""
        with self._store.reading() as reader:
            return {
                scope: cursor.count if cursor.steady else reader.mirror.count(account, scope)
                for scope, cursor in reader.mirror.cursors(account).items()
                if scope in scopes
            }

    def cursors(self, account: str) -> dict[str, int]:
        """Scope -> position; 0 where nothing was pulled yet."""
        with self._store.reading() as reader:
            return {scope: cursor.seq for scope, cursor in reader.mirror.cursors(account).items()}

    def unfinished(self, account: str) -> set[str]:
        """Scopes whose snapshot, the first or a newer one, has not come whole yet."""
        with self._store.reading() as reader:
            return {scope for scope, cursor in reader.mirror.cursors(account).items() if not cursor.steady}

    def set_scopes(self, account: str, scopes: Sequence[str]) -> None:
        """What this account may see, from its login; rows of other scopes go."""
        with self._store.transaction() as writer:
            for scope in writer.mirror.cursors(account).keys() - set(scopes):
                gone = writer.mirror.close_scope(account, scope)
                _touch_people(writer, account, dict.fromkeys(gone))
                writer.touch(scope)
            for scope in scopes:
                writer.mirror.open_scope(account, scope)

    def reset_scope(self, account: str, scope: str) -> None:
        """Pull this scope again from 0; outbox and drafts untouched."""
        with self._store.transaction() as writer:
            writer.mirror.begin_again(account, scope)

    def epoch(self, account: str) -> str:
        """The server's epoch as last met; empty: never."""
        with self._store.reading() as reader:
            found = reader.accounts.get(account)
            return found.epoch if found else ""

    def meet_epoch(self, account: str, epoch: str, now: datetime) -> None:
        """Another epoch: everything is pulled again, and what was applied within 90 days is asked again."""
        with self._store.transaction() as writer:
            before = writer.accounts.need(account).epoch
            if before == epoch:
                return
            writer.accounts.set(account, epoch=epoch)
            if before:
                for scope in writer.mirror.cursors(account):
                    writer.mirror.begin_again(account, scope)
                sent = writer.operations.applied_since(account, instant(now - KEEP_SENT))
                writer.operations.ask_again(account, sent)
                writer.touch("outbox")

    # ---- attachments ----

    def missing_blobs(self, account: str) -> tuple[BlobToSend, ...]:
        """What queued Operations name and the server lacks, smallest first; then what shared drafts name."""
        with self._store.reading() as reader:
            urgent = reader.operations.blobs_waited_for(account)
            later = {
                address
                for draft in reader.drafts.all(account)
                if draft.shared_version
                for address in addresses_in(draft.form)
            }
            rows = [*reader.blobs.many(account, list(urgent)), *reader.blobs.many(account, list(later - urgent))]
            return tuple(
                BlobToSend(row.sha256, row.bytes, row.name, row.sent, attempted=row.sent > 0)
                for row in rows
                if row.here and not row.delivered and not row.trouble
            )

    def blobs_sent(self, account: str, offsets: Mapping[str, int]) -> None:
        """The server keeps this much of each; the whole size means it is there, proved by its SHA-256."""
        with self._store.transaction() as writer:
            writer.blobs.sent(account, offsets)
            writer.touch("blobs")

    def blob_failed(self, account: str, sha256: str, kind: FailureKind) -> None:
        """This attachment cannot go as it is."""
        with self._store.transaction() as writer:
            writer.blobs.set(account, sha256, trouble=kind.value)
            writer.touch("blobs", "outbox")

    def open_blob(self, account: str, sha256: str) -> BlobReader:
        """Raises OSError when it cannot be read."""
        try:
            return self._store.files.open(account, sha256)
        except StoreFailure as error:
            raise OSError(str(error)) from error

    def receive_blob(self, account: str) -> BlobWriter:
        """Where a fetched attachment is written; then `blob_received`."""
        return self._store.files.write(account)

    def blob_received(
        self, account: str, file: BlobWriter, sha256: str, *, type: str, name: str, now: datetime
    ) -> None:
        """Raises BlobDamaged when the bytes are not the ones named."""
        file.finish(sha256)
        with self._store.transaction() as writer:
            writer.blobs.keep(account, sha256, file.size, type=type, name=name, now=instant(now), here=True)
            writer.blobs.sent(account, {sha256: file.size})
            writer.touch("blobs")

    # ---- the account ----

    def set_contact(self, account: str, now: datetime) -> None:
        """The server answered."""
        with self._store.transaction() as writer:
            writer.accounts.set(account, last_contact=instant(now))
            writer.touch("contact")

    def setting(self, account: str, key: str) -> str | None:
        """A small text of this account, encrypted with the rest."""
        with self._store.reading() as reader:
            value: str | None = reader.settings.get(account, key)
            return value

    def set_setting(self, account: str, key: str, value: str | None) -> None:
        """None: forgotten."""
        with self._store.transaction() as writer:
            writer.settings.put(account, key, value)

    def revoke(self, account: str) -> None:
        """Shut out by the association: its mirror and attachments go, drafts and what was not sent stay.

        What is told to everybody stays too: the desk needs the rules to be drawn at all.
        """
        with self._store.transaction() as writer:
            for scope in writer.mirror.cursors(account).keys() - {PUBLIC}:
                writer.mirror.close_scope(account, scope)
                writer.touch(scope)
            writer.people.forget(account)
            writer.reminders.forget(account)
            needed = {address for kept in writer.operations.outbox(account) for address in kept.blobs}
            needed |= {address for draft in writer.drafts.all(account) for address in addresses_in(draft.form)}
            gone = writer.blobs.drop_others(account, needed)
            writer.accounts.set(account, revoked=1)
            writer.touch("accounts", "people", "blobs")
        for address in gone:
            self._store.files.remove(account, address)


def share_now(writer: Writer, account: str, draft: Draft, now: datetime) -> None:
    """One save-draft of what stands there now, unless the one before is still on its way: then it stays marked."""
    before = writer.operations.of_entity(account, draft.id)
    if any(kept.place == OUTBOX for kept in before):
        return
    solves = before[-1].op_id if before and before[-1].state == CONFLICT else None
    payload = {
        "application": draft.entity,
        "service": draft.service,
        "title": draft.title,
        "form": draft.form or {},
        "returned": draft.returned,
        "base": draft.shared_version,
    }
    ask(
        writer,
        account,
        Kind.SAVE_DRAFT,
        draft.id,
        payload,
        now=now,
        sketch=Sketch(draft.title),
        base_version=draft.shared_version,
        supersedes=solves,
    )
    writer.drafts.set(account, draft.id, share=0)


def addresses_in(form: Any) -> list[str]:
    """The attachments a form names."""
    return list(dict.fromkeys(paper["blob"] for paper in (form or {}).get("attachments") or () if paper.get("blob")))


def _agree(here: Cursor, page: ScopePage) -> bool:
    """Nothing is new, and there is nothing to write down."""
    told = (page.cursor, page.count, page.sum)
    return here.steady and not page.more and (here.seq, here.count, here.sum) == told


def _held_back(reader: Reader, account: str, kept: Head) -> bool:
    if (kept.after or kept.waits_for) and reader.operations.in_outbox([*kept.after, *kept.waits_for]):
        return True
    if not kept.missing:
        return False
    there = {blob.sha256 for blob in reader.blobs.many(account, kept.missing) if blob.delivered}
    return not there.issuperset(kept.missing)


def _touch_people(writer: Writer, account: str, changed: dict[str, Any]) -> None:
    people = {name: body for name, body in changed.items() if kind_of(name) in ("person", "roster", "certificate")}
    if people:
        writer.people.touch(account, people)
        writer.touch("people")
