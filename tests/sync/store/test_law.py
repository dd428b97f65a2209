"""The law of the outbox, tried on many histories: every op_id is for ever in exactly one place."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from domain.operations import Kind, Outcome, Status
from sync import actions
from sync.failures import FailureKind
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore
from sync.store.operations import ANSWERED, OUTBOX, TAKEN_BACK, Kept
from sync.store.port import SyncStore
from tests.sync.store.building import NOW, an_account, an_operation, applied, later, refused

KEY = b"k" * 32
ENTITIES = ["application/1", "application/2", "roster/1"]


class Outbox(RuleBasedStateMachine):
    """Makes, sends, answers, cancels, crashes and restores, in any order."""

    op_ids = Bundle("op_ids")

    def __init__(self) -> None:
        super().__init__()
        self._home = tempfile.TemporaryDirectory()
        self._folder = Path(self._home.name)
        self._store = LocalStore.create(self._folder, KEY)
        self._port = SyncStore(self._store)
        self._account = an_account(self._store)
        self._made: dict[str, bytes] = {}
        self._final: dict[str, str] = {}  # what the server said
        self._wire: set[str] = set()  # what may have left this machine
        self._back: set[str] = set()
        self._epoch = 1

    def teardown(self) -> None:
        self._store.close()
        self._home.cleanup()

    def _kept(self, op_id: str) -> Kept:
        with self._store.reading() as reader:
            found = reader.operations.get(op_id)
        assert found is not None, "lost"
        return found

    @rule(target=op_ids, entity=st.sampled_from(ENTITIES), form=st.booleans(), upon=st.none() | op_ids)
    def ask(self, entity: str, form: bool, upon: str | None) -> Any:
        kind = Kind.SAVE_ROSTER if entity.startswith("roster") else Kind.ACT
        payload: dict[str, Any] = {"name": "张三"} if kind is Kind.SAVE_ROSTER else {"service": "s", "action": "x"}
        if form and kind is Kind.ACT:
            payload |= {"form": {"values": {"n": str(len(self._made))}}}
        after = [upon] if upon else []
        op_id = an_operation(self._store, self._account, entity, kind, payload=payload, after=after)
        self._made[op_id] = self._kept(op_id).content
        return op_id

    @rule(limit=st.integers(1, 2_000))
    def send(self, limit: int) -> None:
        batch = self._port.next_batch(self._account, limit, NOW)
        assert len({item.entity for item in batch}) == len(batch)
        for item in batch:
            assert item.content == self._made.get(item.op_id, item.content), "the very bytes that were signed"
            assert self._kept(item.op_id).place == OUTBOX
        self._port.mark_sending(self._account, [item.op_id for item in batch], NOW)
        self._wire |= {item.op_id for item in batch}

    @rule(op_id=op_ids, word=st.sampled_from(["applied", "refused", "conflict", "waiting"]))
    def hear(self, op_id: str, word: str) -> None:
        if op_id not in self._wire:
            return
        answers = {
            "applied": applied(op_id, 1, unit_u1=10**6),
            "refused": refused(op_id),
            "conflict": Outcome(op_id, Status.CONFLICT, current={"version": 3}, receipt=refused(op_id).receipt),
            "waiting": Outcome(op_id, Status.WAITING, waits_for=("x",)),
        }
        before = self._kept(op_id)
        self._port.record_outcomes(self._account, [answers[word]], NOW, later(seconds=5))
        if before.place == OUTBOX and word != "waiting":
            self._final[op_id] = word

    @rule(op_id=op_ids, kind=st.sampled_from([FailureKind.CUT, FailureKind.STALLED, FailureKind.BUSY]))
    def lose_the_line(self, op_id: str, kind: FailureKind) -> None:
        if self._kept(op_id).state == "sending":
            self._port.record_failure(self._account, [op_id], kind, None)

    @rule(op_id=op_ids)
    def cancel(self, op_id: str) -> None:
        try:
            actions.cancel(self._store, self._account, op_id, now=NOW)
        except NotAllowed:
            assert op_id in self._wire or self._kept(op_id).place != OUTBOX
        else:
            assert op_id not in self._wire, "an attempted one cannot be cancelled"

    @rule()
    def crash(self) -> None:
        self._store.close()
        self._store = LocalStore.open(self._folder, KEY)
        self._port = SyncStore(self._store)
        self._port.mark_unknown_on_start(self._account)

    @rule()
    def the_server_is_restored(self) -> None:
        self._epoch += 1
        self._port.meet_epoch(self._account, f"e{self._epoch}", NOW)
        self._final = {op_id: word for op_id, word in self._final.items() if word != "applied"}

    @invariant()
    def every_op_id_is_in_exactly_one_place(self) -> None:
        with self._store.reading() as reader:
            everything = {op_id: reader.operations.get(op_id) for op_id in self._made}
            drafts = {draft.id for draft in reader.drafts.all(self._account)}
        for op_id, kept in everything.items():
            assert kept is not None, "lost"
            assert kept.place in (OUTBOX, ANSWERED, TAKEN_BACK)
            assert (kept.place == ANSWERED) == (op_id in self._final)
            if kept.place == ANSWERED:
                assert kept.outcome is not None
                assert kept.outcome.status.value == self._final[op_id], "the first answer stands"
            if kept.place == TAKEN_BACK:
                assert op_id not in self._wire, "what may have left is never taken back"
                assert kept.draft in drafts, "its content is in a draft"
            assert kept.content == self._made[op_id]


Outbox.TestCase.settings = settings(max_examples=25, stateful_step_count=25, suppress_health_check=list(HealthCheck))
TestTheLaw = Outbox.TestCase
