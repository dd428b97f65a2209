"""Deciding a batch: one transaction, each Operation on its own within it; Outcomes leave after the commit.

Every Operation is decided once. If the commit of a batch fails, each of it is decided by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from domain.bugs import place_of, report_of
from domain.operations import Finding, Kind, Operation, Outcome, Status
from domain.packs import Pack
from server.clock import shanghai_day
from server.decide import commit
from server.decide.caller import Asked, Caller
from server.decide.calm import CALM
from server.decide.commit import Decided
from server.decide.judges import judge
from server.decide.mentions import load_all
from server.decide.verdict import Refusal, Verdict, refused, stumbled
from server.decide.workspace import Step, Workspace
from server.repositories import ledger, stumbles
from server.repositories.accounts import device_keys
from server.repositories.blobs import present
from server.repositories.entities import blobs_in
from server.work import Work
from sync.protocol import (
    Problem,
    SignedOperation,
    Unreadable,
    content_hash,
    decode_content,
    instant_text,
    outcome_text,
    verify,
)

log = logging.getLogger(__name__)
ATTEMPTS = 5  # of one Operation alone, when other processes get in the way


class Received(NamedTuple):
    """One Operation as it arrived, read but not yet judged."""

    operation: Operation
    content: bytes
    signature: str
    sha256: str


PROBLEM_WORDS = {
    Problem.OPERATION_UNREADABLE: "这一项的内容无法读取，没有处理。",
    Problem.DEVICE_UNKNOWN: "协会不认识这台电脑的密钥，请重新登录后再发送。",
    Problem.SIGNATURE_WRONG: "这一项的签名不对，没有处理。",
    Problem.OP_ID_REUSED: "同一编号下已经处理过另一份内容，这一份没有处理。",
    Problem.ACCOUNT_WRONG: "这一项是另一个账号提交的，请用该账号登录后发送。",
}


def batch(work: Work, caller: Caller, sent: Sequence[SignedOperation], received_at: datetime) -> list[str]:
    """Decide each Operation once, in the order given; the WireOutcome text of each, in the same order."""
    if not sent:
        return []
    with work.database.read() as connection:
        keys = device_keys(connection, caller.account)
    answers: dict[int, str] = {}
    queue: list[tuple[int, Received]] = []
    with CALM:
        for place, signed in enumerate(sent):
            read = _read(signed, caller, keys)
            if isinstance(read, Received):
                queue.append((place, read))
            else:
                answers[place] = outcome_text(read)
        decided = _decide(work, caller, [one for _, one in queue], received_at) if queue else []
    answers |= zip((place for place, _ in queue), decided, strict=True)
    work.notifier.poke()
    return [answers[place] for place in range(len(sent))]


def _read(signed: SignedOperation, caller: Caller, keys: Mapping[str, Sequence[str]]) -> Received | Outcome:
    content = signed.content
    try:
        operation = decode_content(content)
    except Unreadable as error:
        return not_decided(op_id_in(signed.content), Problem.OPERATION_UNREADABLE, str(error))
    if operation.account != caller.account:
        return not_decided(operation.op_id, Problem.ACCOUNT_WRONG)
    known = keys.get(operation.device, ())
    if not known:
        return not_decided(operation.op_id, Problem.DEVICE_UNKNOWN)
    if not any(verify(key, signed.signature, content) for key in known):
        return not_decided(operation.op_id, Problem.SIGNATURE_WRONG)
    return Received(operation, content, signed.signature, content_hash(content))


def not_decided(op_id: str, problem: Problem, detail: str = "") -> Outcome:
    """An answer that decides nothing and is not kept: what kept us from deciding."""
    message = PROBLEM_WORDS[problem] + (f"（{detail}）" if detail else "")
    return Outcome(op_id, Status.REFUSED, findings=(Finding(problem.value, message),))


def op_id_in(content: bytes) -> str:
    """The op_id of an Operation that cannot be read, as far as it can be seen."""
    start = content.find(b'"op_id":"')
    return content[start + 9 : start + 45].decode(errors="replace") if start >= 0 else ""


def _decide(work: Work, caller: Caller, received: Sequence[Received], at: datetime) -> list[str]:
    try:
        return _sit(work, caller, received, at)
    except DBAPIError as error:
        if len(received) == 1:
            return [_alone(work, caller, received[0], at, error)]
        log.warning("a batch of %d could not be committed (%s): deciding each by itself", len(received), _kind(error))
    except Exception as error:  # a bug outside any one judge: it must hold up nobody else's work
        log.error("a bug in a batch of %d: %s", len(received), report_of(error))
        if len(received) == 1:
            return [_put_off(work, received[0], at, error)]
    return [text for one in received for text in _decide(work, caller, [one], at)]


def _sit(work: Work, caller: Caller, received: Sequence[Received], at: datetime) -> list[str]:
    """One transaction; what has to leave the server because of it leaves after its commit."""
    with work.database.write() as connection:
        bench = _Bench(work, connection, caller, at)
        texts = bench.sit(received)
    if bench.workspace.dispatches:
        work.outlet.set()
    return texts


def _put_off(work: Work, one: Received, at: datetime, error: Exception) -> str:
    """It waits, with the day on which it came, until we are mended."""
    op_id, since = one.operation.op_id, instant_text(at)
    with work.database.write() as connection:
        ledger.note_arrivals(connection, [(op_id, one.sha256, since)])
        stumbles.note(connection, op_id, one.operation.kind, place_of(error), since)
    return outcome_text(Outcome(op_id, Status.WAITING, findings=stumbled().findings))


def _alone(work: Work, caller: Caller, one: Received, at: datetime, error: DBAPIError) -> str:
    for _ in range(ATTEMPTS - 1):
        try:
            return _sit(work, caller, [one], at)[0]
        except DBAPIError as again:
            error = again
    raise error


def _kind(error: DBAPIError) -> str:
    return type(error.orig).__name__


def _attached(operation: Operation) -> set[str]:
    """Attachments that a form sent for good refers to: a half-sent one is none, whatever the Operation lists."""
    return blobs_in(operation.payload) if operation.kind is Kind.ACT else set()


class _Bench:
    """One transaction's worth of deciding."""

    def __init__(self, work: Work, connection: Connection, caller: Caller, at: datetime) -> None:
        self._work, self._connection, self._caller = work, connection, caller
        self._at = instant_text(at)
        self._now = instant_text(work.clock())
        self.workspace = Workspace(connection)
        self._days: dict[str, date] = {}  # of the instants of receipt
        self._packs: dict[date, Pack] = {}
        self._stumbled: dict[str, str] = {}  # entity -> the op_id in this batch that a bug keeps from being decided

    def sit(self, received: Sequence[Received]) -> list[str]:
        """Decide all of these and write what was decided."""
        load_all(self.workspace, self._caller, [one.operation for one in received])
        asked = {one.operation.op_id for one in received}
        waited_for = {op_id for one in received for op_id in one.operation.after}
        known = ledger.known(self._connection, asked | waited_for)
        arrivals = ledger.arrivals(self._connection, asked)
        needed = [set(one.operation.blobs) | _attached(one.operation) for one in received]
        blobs = {blob for some in needed for blob in some}
        absent = blobs - present(self._connection, self._caller.scopes, blobs) if blobs else set()
        statuses = {op_id: Status(one.status) for op_id, one in known.items()}
        answers: dict[int, str] = {}
        decided: list[tuple[int, Decided]] = []
        waiting: list[tuple[str, str, str]] = []
        hashes: dict[str, tuple[str, int]] = {}
        for place, one in enumerate(received):
            op_id = one.operation.op_id
            if (before := known.get(op_id)) is not None:
                same = before.content_sha256 == one.sha256
                answers[place] = before.outcome if same else outcome_text(not_decided(op_id, Problem.OP_ID_REUSED))
                continue
            if op_id in hashes:  # twice in one batch
                answers[place] = "" if hashes[op_id][0] == one.sha256 else "reused"
                continue
            first = arrivals.get(op_id)
            if first is not None and first[0] != one.sha256:
                answers[place] = outcome_text(not_decided(op_id, Problem.OP_ID_REUSED))
                continue
            since = first[1] if first else self._at
            verdict, step = self._judge(one, since, statuses, needed[place] & absent)
            hashes[op_id] = (one.sha256, place)
            if verdict.status is Status.WAITING:
                waiting.append((op_id, one.sha256, since))
                told = Outcome(op_id, Status.WAITING, findings=verdict.findings, missing=verdict.missing)
                answers[place] = outcome_text(replace(told, waits_for=verdict.waits_for))
                continue
            statuses[op_id] = verdict.status
            decided.append(
                (place, Decided(one.operation, one.content, one.signature, one.sha256, since, verdict, step))
            )
        ledger.note_arrivals(self._connection, waiting)
        came_before = [case.operation.op_id for _, case in decided if case.operation.op_id in arrivals]
        ledger.forget_arrivals(self._connection, came_before)
        stumbles.forget(self._connection, came_before)
        answers |= zip((place for place, _ in decided), self._write([case for _, case in decided]), strict=True)
        ledger.heard_of(self._connection, self._caller.device, self._caller.account, self._now, pushed=len(decided))
        return [self._answer(place, one, answers, hashes) for place, one in enumerate(received)]

    def _answer(
        self, place: int, one: Received, answers: Mapping[int, str], hashes: Mapping[str, tuple[str, int]]
    ) -> str:
        if answers[place] == "":
            return answers[hashes[one.operation.op_id][1]]
        if answers[place] == "reused":
            return outcome_text(not_decided(one.operation.op_id, Problem.OP_ID_REUSED))
        return answers[place]

    def _write(self, decided: Sequence[Decided]) -> Iterator[str]:
        if decided:
            yield from commit.write(
                self._connection,
                self.workspace,
                decided,
                association=self._work.association,
                key=self._work.key,
                scopes=frozenset(self._caller.scopes),
                now=self._now,
            )

    def _judge(
        self, one: Received, since: str, statuses: Mapping[str, Status], absent: set[str]
    ) -> tuple[Verdict, Step | None]:
        """The verdict and what it changes, which is part of the batch from now on."""
        operation = one.operation
        unknown = tuple(op_id for op_id in operation.after if op_id not in statuses)
        if (before := self._stumbled.get(operation.entity)) is not None:
            unknown = (*unknown, before)
        if unknown or absent:
            return Verdict(Status.WAITING, missing=tuple(sorted(absent)), waits_for=unknown), None
        if any(statuses[op_id] is not Status.APPLIED for op_id in operation.after):
            return refused(Refusal.AFTER_REFUSED), None
        step = Step(self.workspace)
        try:
            verdict = judge(step, self._asked(operation, since))
        except DBAPIError:
            raise
        except Exception as error:  # a bug in one judge stops no other, and finally refuses nobody's work
            log.error("a bug while deciding %s (%s): %s", operation.op_id, operation.kind, report_of(error))
            stumbles.note(self._connection, operation.op_id, operation.kind, place_of(error), self._at)
            self._stumbled[operation.entity] = operation.op_id
            return stumbled(), None
        if verdict.status is not Status.APPLIED:
            return verdict, None
        self.workspace.take(step)
        return verdict, step

    def _asked(self, operation: Operation, since: str) -> Asked:
        if (day := self._days.get(since)) is None:
            day = self._days[since] = shanghai_day(datetime.fromisoformat(since))
        if (pack := self._packs.get(day)) is None:
            pack = self._packs[day] = self._work.editions.current(self._connection, day)
        publisher = self._work.settings.publisher
        return Asked(operation, self._caller, pack, self._edition, day, since, self._now, publisher)

    def _edition(self, name: str) -> Pack:
        return self._work.editions.get(self._connection, name)
