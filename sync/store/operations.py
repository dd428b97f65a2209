"""Every Operation made here, for ever, in exactly one place: the outbox, answered, or taken back.

One row an op_id whose place changes, so that it cannot be in two or in none; the table itself forbids deleting a row,
rewriting what was signed, and taking back what was attempted (see the migrations).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, func, or_, select, text, update

from domain.operations import Operation, Outcome
from sync.protocol import outcome_text, read_outcome
from sync.protocol.pushing import positions_in
from sync.store.tables import contents, listed, operations
from sync.store.text import dumps, loads

OUTBOX, ANSWERED, TAKEN_BACK = "outbox", "answered", "taken-back"
QUEUED, SENDING, UNKNOWN, WAITING, EXPORTED = "queued", "sending", "unknown", "waiting", "exported"
APPLIED, REFUSED, CONFLICT = "applied", "refused", "conflict"
CANCELLED, SUSPENDED = "cancelled", "suspended"
HEADS_AT_ONCE = 16  # rows read together: one by one costs more than what is read too much


@dataclass(frozen=True, slots=True)
class Kept:
    """One Operation as it lies in the store."""

    seq: int
    op_id: str
    account: str
    entity: str
    kind: str
    action: str
    place: str
    state: str
    content: bytes
    signature: str
    after: tuple[str, ...]
    blobs: tuple[str, ...]
    supersedes: str | None
    draft: str | None
    title: str
    overlay: Mapping[str, Any] | None
    base: Mapping[str, Any] | None
    attempts: int  # for people; one that found no line at all counts too
    exposed: int  # attempts in which bytes may have left this machine
    next_try: str | None
    last_error: str | None
    missing: tuple[str, ...]
    waits_for: tuple[str, ...]
    first_sent_at: str | None
    answered_at: str | None
    outcome: Outcome | None
    lifted: bool
    seen: bool
    made_at: str

    @property
    def payload(self) -> dict[str, Any]:
        """What was asked."""
        payload: dict[str, Any] = loads(self.content.decode())["payload"]
        return payload

    @property
    def can_cancel(self) -> bool:
        """Only while it has surely never left this machine."""
        return self.place == OUTBOX and self.state == QUEUED and self.exposed == 0


@dataclass(frozen=True, slots=True)
class Head:
    """What goes to the transport of one Operation, and what may still hold it back."""

    op_id: str
    entity: str
    content: bytes
    signature: str
    attempts: int
    after: tuple[str, ...]
    waits_for: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """As much of an Operation as an answer to it needs to be sorted by."""

    op_id: str
    account: str
    place: str
    kind: str
    entity: str
    draft: str | None


@dataclass(frozen=True, slots=True)
class Sketch:
    """What an Operation is expected to lead to, in words and as a body."""

    title: str = ""
    action: str = ""
    draft: str | None = None
    overlay: Mapping[str, Any] | None = None
    base: Mapping[str, Any] | None = None


class Operations:
    """Never begins a transaction, never commits one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # ---- in ----

    def add(self, account: str, operation: Operation, content: bytes, signature: str, sketch: Sketch, at: str) -> None:
        """Into the outbox, behind all others."""
        told = {"account": account, "content": content, "signature": signature}
        made = self._connection.execute(
            contents.insert(), told | {"overlay": dumps(sketch.overlay), "base": dumps(sketch.base)}
        )
        self._connection.execute(
            operations.insert().values(
                seq=made.lastrowid,
                op_id=operation.op_id,
                account=account,
                entity=operation.entity,
                kind=operation.kind.value,
                action=sketch.action,
                place=OUTBOX,
                state=QUEUED,
                after=dumps(operation.after),
                blobs=dumps(operation.blobs),
                supersedes=operation.supersedes,
                draft=sketch.draft,
                title=sketch.title,
                made_at=at,
            )
        )

    # ---- reading ----

    def get(self, op_id: str) -> Kept | None:
        """Wherever it is."""
        row = self._connection.execute(_WHOLE.where(operations.c.op_id == op_id)).one_or_none()
        return None if row is None else _kept(row)

    def many(self, op_ids: Sequence[str]) -> dict[str, Kept]:
        """Those of them that were made here."""
        if not op_ids:
            return {}
        asked = _WHOLE.where(_among(operations.c.op_id, op_ids))
        return {row.op_id: _kept(row) for row in self._connection.execute(asked)}

    def outbox(self, account: str, *states: str) -> tuple[Kept, ...]:
        """All that has no final answer, or those of it in one of these states, in the order made."""
        conditions = [operations.c.account == account, operations.c.place == OUTBOX]
        return self._all(*conditions, *([operations.c.state.in_(states)] if states else []))

    def blobs_waited_for(self, account: str) -> set[str]:
        """Addresses that Operations without a final answer name."""
        asked = select(operations.c.blobs).where(
            operations.c.account == account, operations.c.place == OUTBOX, operations.c.blobs != "[]"
        )
        return {address for text in self._connection.scalars(asked) for address in _names(text)}

    def of_entity(self, account: str, entity: str) -> tuple[Kept, ...]:
        """All ever asked about one entity, in the order made."""
        return self._all(operations.c.account == account, operations.c.entity == entity)

    def pending(self, account: str, entities: Collection[str] | None = None) -> tuple[Kept, ...]:
        """What is to be laid over the mirror: not answered yet, or applied and not mirrored yet."""
        conditions = [operations.c.account == account, _PENDING]
        if entities is None:
            return self._all(*conditions)
        found: list[Kept] = []
        listed = list(entities)
        for start in range(0, len(listed), 500):
            found += self._all(*conditions, operations.c.entity.in_(listed[start : start + 500]))
        return tuple(sorted(found, key=lambda kept: kept.seq))

    def pending_of(self, account: str, kind: str) -> tuple[Kept, ...]:
        """What is to be laid over entities of one kind."""
        return self._all(operations.c.account == account, _PENDING, operations.c.entity.startswith(f"{kind}/"))

    def entities_asked(self, account: str, kind: str) -> set[str]:
        """Entities that pending Operations of this kind are about."""
        asked = select(operations.c.entity).where(operations.c.account == account, _PENDING, operations.c.kind == kind)
        return set(self._connection.scalars(asked))

    def waiting_bytes(self, account: str) -> tuple[int, int]:
        """(how many, bytes of contents) in the outbox."""
        size = func.coalesce(func.sum(func.length(contents.c.content)), 0)
        asked = (
            select(func.count(), size)
            .select_from(_BOTH)
            .where(operations.c.account == account, operations.c.place == OUTBOX)
        )
        number, total = self._connection.execute(asked).one()
        return number, total

    def attention(self, account: str) -> int:
        """How many refusals and conflicts nobody has dealt with."""
        asked = select(func.count()).where(
            operations.c.account == account,
            operations.c.place == ANSWERED,
            operations.c.state != APPLIED,
            operations.c.seen == 0,
        )
        return self._connection.scalar(asked) or 0

    def unlifted(self, account: str) -> tuple[tuple[Brief, Mapping[str, int]], ...]:
        """Applied, but the mirror may not have reached their positions, which stand beside them."""
        asked = select(*(operations.c[name] for name in Brief.__slots__), operations.c.outcome).where(
            operations.c.account == account,
            operations.c.place == ANSWERED,
            operations.c.state == APPLIED,
            operations.c.lifted == 0,
        )
        rows = self._connection.execute(asked.order_by(operations.c.seq))
        return tuple((Brief(*row[:-1]), positions_in(loads(row[-1]))) for row in rows)

    def answered(self, account: str, *, limit: int, unseen: bool = False) -> tuple[Kept, ...]:
        """The latest answers, newest first; `unseen`: refusals and conflicts nobody has dealt with."""
        asked = _WHOLE.where(operations.c.account == account, operations.c.place == ANSWERED)
        if unseen:
            asked = asked.where(operations.c.state != APPLIED, operations.c.seen == 0)
        ordered = asked.order_by(operations.c.answered_at.desc(), operations.c.seq.desc()).limit(limit)
        return tuple(map(_kept, self._connection.execute(ordered)))

    def applied_since(self, account: str, since: str) -> tuple[str, ...]:
        """op_ids answered `applied` from then on."""
        asked = select(operations.c.op_id).where(
            operations.c.account == account,
            operations.c.place == ANSWERED,
            operations.c.state == APPLIED,
            operations.c.answered_at >= since,
        )
        return tuple(self._connection.scalars(asked))

    def count(self, account: str, place: str, *states: str, but: Collection[str] = ()) -> int:
        """How many lie there, in one of these states; `but`: kinds that are not counted."""
        asked = select(func.count()).where(
            operations.c.account == account, operations.c.place == place, operations.c.kind.not_in(sorted(but))
        )
        return self._connection.scalar(asked.where(operations.c.state.in_(states)) if states else asked) or 0

    def briefs(self, op_ids: Sequence[str]) -> dict[str, Brief]:
        """Those of them that were made here."""
        rows = self._connection.execute(_BRIEFS, {"names": dumps(op_ids)})
        return {row[0]: Brief(*row) for row in rows}

    def heads(self, account: str, now: str) -> Iterator[Head]:
        """Of each entity the oldest without an answer, if its time has come; in the order made. Read as far as asked.

        Later ones on the same entity stay back until it is answered: were it refused, they could not be suspended.
        """
        rows = self._connection.execute(_HEADS, {"account": account, "now": now})
        while some := rows.fetchmany(HEADS_AT_ONCE):
            for op_id, entity, content, signature, attempts, *names in some:
                after, waits_for, missing = map(_names, names)
                yield Head(op_id, entity, content, signature, attempts, after, waits_for, missing)

    def in_outbox(self, op_ids: Collection[str]) -> set[str]:
        """Those of them that have no final answer here yet."""
        if not op_ids:
            return set()
        asked = select(operations.c.op_id).where(operations.c.op_id.in_(op_ids), operations.c.place == OUTBOX)
        return set(self._connection.scalars(asked))

    def next_due(self, account: str, after: str) -> str | None:
        """The earliest next try that lies ahead."""
        asked = select(func.min(operations.c.next_try)).where(
            operations.c.account == account, operations.c.place == OUTBOX, operations.c.next_try > after
        )
        due: str | None = self._connection.scalar(asked)
        return due

    # ---- moving ----

    def sending(self, account: str, op_ids: Collection[str], at: str) -> set[str]:
        """One more attempt begins for those that may still be sent, which are returned."""
        begun = self._connection.execute(_SENDING, {"whose": account, "names": dumps(list(op_ids)), "at": at})
        return set(begun.scalars())

    def set_state(self, account: str, op_ids: Collection[str], state: str, **values: Any) -> None:
        """Another state within the outbox."""
        self._set(account, op_ids, state=state, **values)

    def never_left(self, account: str, op_ids: Collection[str], **values: Any) -> None:
        """No connection came about in this attempt: what had not left before still has not, and may be cancelled."""
        state = case((operations.c.exposed > 1, UNKNOWN), else_=QUEUED)
        exposed = func.max(operations.c.exposed - 1, 0)
        self._set(account, op_ids, state=state, exposed=exposed, **values)

    def crashed(self, account: str) -> int:
        """What was being sent when the process ended is unknown now; how many."""
        done = self._connection.execute(
            update(operations)
            .where(operations.c.account == account, operations.c.place == OUTBOX, operations.c.state == SENDING)
            .values(state=UNKNOWN, next_try=None)
        )
        return done.rowcount

    def may_have_left(self, account: str) -> None:
        """Another computer had them too, and may have sent them: they are asked again, and not cancelled any more."""
        self._connection.execute(
            update(operations)
            .where(
                operations.c.account == account,
                operations.c.place == OUTBOX,
                operations.c.state.in_((QUEUED, SENDING, UNKNOWN)),
            )
            .values(state=UNKNOWN, exposed=func.max(operations.c.exposed, 1), next_try=None)
        )

    def answer(self, outcomes: Sequence[Outcome], at: str) -> None:
        """Final: out of the outbox."""
        told = [(one.status.value, outcome_text(one), at, one.op_id) for one in outcomes]
        if told:
            self._connection.exec_driver_sql(_ANSWER, told)

    def take_back(self, op_id: str, state: str, draft: str | None, at: str) -> None:
        """Never sent, and now it never will be; the draft that has its content is named."""
        self._one(op_id, place=TAKEN_BACK, state=state, draft=draft, answered_at=at, next_try=None)

    def ask_again(self, account: str, op_ids: Collection[str]) -> None:
        """Answered by a server that has forgotten it: back into the outbox, under the same op_id."""
        self._connection.execute(
            update(operations)
            .where(
                operations.c.account == account,
                operations.c.place == ANSWERED,
                operations.c.state == APPLIED,
                _among(operations.c.op_id, op_ids),
            )
            .values(place=OUTBOX, state=UNKNOWN, lifted=0, next_try=None)
        )

    def lift(self, op_ids: Collection[str]) -> None:
        """The mirror has what these led to."""
        if op_ids:
            self._connection.execute(update(operations).where(_among(operations.c.op_id, op_ids)).values(lifted=1))

    def see(self, op_id: str) -> None:
        """Somebody has dealt with this refusal or conflict."""
        self._one(op_id, seen=1)

    # ---- inside ----

    def _all(self, *conditions: Any) -> tuple[Kept, ...]:
        asked = _WHOLE.where(*conditions).order_by(operations.c.seq)
        return tuple(map(_kept, self._connection.execute(asked)))

    def _set(self, account: str, op_ids: Collection[str], **values: Any) -> None:
        self._connection.execute(
            update(operations)
            .where(operations.c.account == account, operations.c.place == OUTBOX, _among(operations.c.op_id, op_ids))
            .values(**values)
        )

    def _one(self, op_id: str, **values: Any) -> None:
        self._connection.execute(update(operations).where(operations.c.op_id == op_id).values(**values))


_SIGNED = ("content", "signature", "overlay", "base")
_BOTH = operations.join(contents, contents.c.seq == operations.c.seq)
_WHOLE = select(operations, *(contents.c[name] for name in _SIGNED)).select_from(_BOTH)
_PENDING = or_(operations.c.place == OUTBOX, and_(operations.c.place == ANSWERED, operations.c.lifted == 0))
_ANSWER = """UPDATE operations SET place = 'answered', state = ?, outcome = ?, answered_at = ?, next_try = NULL,
    last_error = NULL, lifted = 0, missing = '[]', waits_for = '[]' WHERE op_id = ?"""  # as text: of each of a thousand
_HEADS = text(  # as text: it is asked for each batch, and read no further than the batch goes
    f"""SELECT {", ".join(("c." if name in _SIGNED else "o.") + name for name in Head.__slots__)}
    FROM operations AS o JOIN contents AS c ON c.seq = o.seq
    WHERE o.account = :account AND o.place = 'outbox' AND o.state IN ('queued', 'unknown', 'waiting')
    AND (o.next_try IS NULL OR o.next_try <= :now) AND NOT EXISTS (
        SELECT 1 FROM operations AS e
        WHERE e.account = o.account AND e.place = 'outbox' AND e.entity = o.entity AND e.seq < o.seq
    ) ORDER BY o.seq"""
)
_PENDING_STATES = frozenset({QUEUED, SENDING, UNKNOWN, WAITING, EXPORTED, APPLIED})


def shows(kept: Kept) -> bool:
    """Whether it is laid over the mirror: a refused one is not."""
    return kept.overlay is not None and kept.state in _PENDING_STATES


def _among(column: ColumnElement[str], names: Collection[str]) -> ColumnElement[bool]:
    """Any number of names as one parameter, so that the statement is compiled once."""
    return listed(column, dumps(list(names)))


def _names(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(loads(text))


def _kept(row: Row[Any]) -> Kept:
    values = dict(row._mapping)
    for name in ("after", "blobs", "missing", "waits_for"):
        values[name] = _names(values[name])
    for name in ("overlay", "base"):
        values[name] = loads(values[name])
    outcome = loads(values["outcome"])
    values["outcome"] = None if outcome is None else read_outcome(outcome)
    values["lifted"], values["seen"] = bool(values["lifted"]), bool(values["seen"])
    return Kept(**values)


# Put together once, since they are asked for each batch.
_NAMED = listed(operations.c.op_id, bindparam("names"))
_BRIEFS = select(*(operations.c[name] for name in Brief.__slots__)).where(_NAMED)
_SENDING = (
    update(operations)
    .where(
        operations.c.account == bindparam("whose"),
        operations.c.place == OUTBOX,
        operations.c.state.in_((QUEUED, UNKNOWN, WAITING)),
        _NAMED,
    )
    .values(
        state=SENDING,
        attempts=operations.c.attempts + 1,
        exposed=operations.c.exposed + 1,
        first_sent_at=func.coalesce(operations.c.first_sent_at, bindparam("at")),
        next_try=None,
    )
    .returning(operations.c.op_id)
)
