"""A desk for tests: a real encrypted store with one account, the sync core on it, and a line the test holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind, Outcome, Status
from sync.core import SyncCore
from sync.core_parts import Identity
from sync.failures import Failure, FailureKind
from sync.notices import Notice
from sync.ports import Answered, Call, Failed, Request, Upload, Uploaded
from sync.protocol import (
    PROBLEM_PREFIX,
    PullRequest,
    PushRequest,
    RawPage,
    add_to_sum,
    content_hash,
    json_bytes,
    outcome_text,
    public_text,
    pull_reply,
    push_reply,
    push_request,
    sign_receipt,
)
from sync.store.local import LocalStore
from sync.store.operations import Kept, Sketch
from sync.store.port import SyncStore
from sync.store.signing import ask

START = datetime(2026, 3, 18, 1, 0, 0, tzinfo=UTC)
KEY = bytes(range(32))
SCOPE = "unit:u1"


class Hand:
    """The transport port in the test's hand: what was started lies here until the test says how it ended."""

    def __init__(self) -> None:
        self.open: dict[str, Request] = {}
        self.started: list[Request] = []
        self.cancelled: list[str] = []

    def start(self, request: Request) -> None:
        assert request.lane not in self.open, "one request a lane at a time"
        self.open[request.lane] = request
        self.started.append(request)

    def cancel(self, lane: str) -> None:
        if self.open.pop(lane, None) is not None:
            self.cancelled.append(lane)


@dataclass
class Desk:
    """Everything a test of the core needs, and the association it talks to."""

    local: LocalStore
    association: Association
    now: datetime = START
    told: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.local.transaction() as writer:
            body = {"id": "account/a1", "login": "li", "role": "unit", "unit": "unit/u1"}
            self.account = writer.accounts.put("assoc", "li", body=body, key=self.association.public)
            writer.accounts.make_device(self.account)
        self.store = SyncStore(self.local)
        self.store.set_scopes(self.account, [SCOPE, "public"])
        self.begin()

    def begin(self, *, wakes: bool = True) -> None:
        """A program that starts: a new core on the store as it lies there."""
        self.hand = Hand()
        self.core = SyncCore(
            Identity(self.account, "assoc", self.association.public, SCOPE),
            self.store,
            self.hand,
            clock=lambda: self.now,
            chance=lambda: 0.5,
            notify=self.told.append,
            wakes=wakes,
        )
        self.core.start()

    # ---- what the person does ----

    def asks(self, name: str = "张伟", *, entity: str | None = None, **more: Any) -> str:
        """A roster entry put into the outbox; its op_id."""
        entity = entity or f"roster/{uuid_utils.uuid7()}"
        payload = {"name": name, **more.pop("payload", {})}
        with self.local.transaction() as writer:
            op_id = ask(
                writer, self.account, Kind.SAVE_ROSTER, entity, payload, now=self.now, sketch=Sketch(name), **more
            )
        self.core.wake()
        return op_id

    def kept(self, op_id: str) -> Kept:
        with self.local.reading() as reader:
            found = reader.operations.get(op_id)
        assert found is not None
        return found

    def state(self, op_id: str) -> tuple[str, str]:
        kept = self.kept(op_id)
        return kept.place, kept.state

    # ---- what the line does ----

    def path(self) -> str | None:
        """What the talking lane is asking now."""
        request = self.hand.open.get("talk")
        return request.path if isinstance(request, Call) else None

    def answer(self, lane: str = "talk", **more: Any) -> None:
        """The association's honest answer to what is on this lane."""
        request = self.hand.open.pop(lane)
        if isinstance(request, Upload):
            self.core.handle(Uploaded(request))
        else:
            status, body = self.association.answers(request.path, request.body)
            self.deliver(request, status, body, **more)

    def says(self, status: int, body: bytes = b"", lane: str = "talk", **more: Any) -> None:
        """Another answer than the honest one; the association never saw the request."""
        request = self.hand.open.pop(lane)
        assert isinstance(request, Call)
        self.deliver(request, status, body, **more)

    def problem(self, status: int, slug: str, lane: str = "talk", **more: Any) -> None:
        self.says(status, json_bytes({"type": PROBLEM_PREFIX + slug, "title": "…", "status": status}), lane, **more)

    def deliver(self, request: Call, status: int, body: bytes, seconds: float = 0.1, **more: Any) -> None:
        sent = len(request.body) // 3
        self.core.handle(Answered(request, status, body, seconds, sent, len(body) // 3, **more))

    def breaks(
        self,
        kind: FailureKind = FailureKind.CUT,
        lane: str = "talk",
        *,
        seen: bool = False,
        whole: int | None = None,
        **more: Any,
    ) -> None:
        """No answer. `seen`: the association had received the request; `whole`: so many Operations of it."""
        request = self.hand.open.pop(lane)
        if seen and isinstance(request, Call):
            self.association.answers(request.path, self._cut(request.body, whole))
        self.core.handle(Failed(request, Failure(kind), **more))

    def _cut(self, body: bytes, whole: int | None) -> bytes:
        """As much of a push as holds so many whole Operations."""
        if whole is None:
            return body
        signed = PushRequest.model_validate_json(body).operations[:whole]
        return push_request((one.content, one.signature) for one in signed)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.core.step()

    def settle(self, limit: int = 200) -> None:
        """Answer honestly until nobody asks anything but the wake-up; time passes where the core wants it to."""
        for _ in range(limit):
            due = self.core.step()
            lanes = [lane for lane in self.hand.open if lane != "wait"]
            if lanes:
                self.answer(lanes[0])
            elif self.core.idle or due is None:
                return
            else:
                self.now = max(self.now, due)
        raise AssertionError("it never settles")


class Association:
    """The least server that keeps the contract, in memory: a ledger, one scope of the feed, receipts."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(KEY)
        self.public = public_text(self.key)
        self.epoch = "epoch-1"
        self.ledger: dict[str, str] = {}
        self.applied: list[str] = []
        self.rows: dict[str, tuple[int, int, Mapping[str, Any] | None]] = {}
        self.seq = 0
        self.blobs: set[str] = set()
        self.refuse: set[str] = set()  # names
        self.pushes: list[list[str]] = []
        self.lie_about_sum = False

    def answers(self, path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/push":
            return 200, self._push(PushRequest.model_validate_json(body))
        if path == "/pull":
            return 200, self._pull(PullRequest.model_validate_json(body))
        return 204, b""

    def _push(self, asked: PushRequest) -> bytes:
        known = [self.ledger[op_id] for op_id in asked.ask if op_id in self.ledger]
        if asked.operations:
            self.pushes.append([json.loads(signed.content)["op_id"] for signed in asked.operations])
        return push_reply(self.epoch, known + [self._decide(signed.content) for signed in asked.operations])

    def _decide(self, content: bytes) -> str:
        operation = json.loads(content)
        op_id, entity = operation["op_id"], operation["entity"]
        if op_id in self.ledger:
            return self.ledger[op_id]
        missing = tuple(blob for blob in operation["blobs"] if blob not in self.blobs)
        unknown = tuple(other for other in operation["after"] if other not in self.ledger)
        if missing or unknown:
            return outcome_text(Outcome(op_id, Status.WAITING, missing=missing, waits_for=unknown))
        status = Status.REFUSED if operation["payload"]["name"] in self.refuse else Status.APPLIED
        receipt = sign_receipt(
            self.key,
            "assoc",
            op_id,
            content_hash(content),
            status,
            len(self.ledger) + 1,
            "2026-03-18T01:00:00.000Z",
        )
        if status is Status.APPLIED:
            self.applied.append(op_id)
            version = self.change(entity, {"id": entity, **operation["payload"]})
            outcome = Outcome(op_id, status, version, {SCOPE: self.seq}, receipt=receipt)
        else:
            outcome = Outcome(op_id, status, receipt=receipt)
        self.ledger[op_id] = outcome_text(outcome)
        return self.ledger[op_id]

    def change(self, entity: str, body: Mapping[str, Any] | None) -> int:
        """Something becomes so."""
        self.seq += 1
        version = self.rows.get(entity, (0, 0, None))[1] + 1
        self.rows[entity] = (self.seq, version, body)
        return version

    def _pull(self, asked: PullRequest) -> bytes:
        reset = asked.epoch != self.epoch
        pages = {}
        for scope, cursor in asked.cursors.items():
            rows = self.rows if scope == SCOPE else {}
            since = 0 if reset else cursor
            new = sorted((seq, entity, version, body) for entity, (seq, version, body) in rows.items() if seq > since)
            room = asked.max_bytes
            some: list[tuple[str, int, int, str | None]] = []
            for seq, entity, version, body in new:
                text = None if body is None else json_bytes(body).decode()
                room -= len(text or "")
                if some and room < 0:
                    break
                some.append((entity, seq, version, text))
            more = len(some) < len(new)
            living = [(entity, version) for entity, (_, version, body) in rows.items() if body is not None]
            total = add_to_sum(0, come=living) + self.lie_about_sum
            at = some[-1][1] if more else self.seq if rows else 0
            pages[scope] = RawPage(some, at, more, len(living), total)
        return pull_reply(self.epoch, self.seq, pages, reset=reset)


def a_desk(folder: Path, association: Association | None = None) -> Iterator[Desk]:
    """For a fixture."""
    local = LocalStore.create(folder / "store", KEY)
    try:
        yield Desk(local, association or Association())
    finally:
        local.close()


def op_ids_of(pushes: Sequence[Sequence[str]]) -> list[str]:
    return [op_id for push in pushes for op_id in push]
