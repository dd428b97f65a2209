"""The outbox: order, what goes next, what an answer does to what follows."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from domain.operations import Kind, Outcome, Status
from sync import actions
from sync.failures import FailureKind
from sync.protocol import Problem, decode_content, verify
from sync.protocol import public_text as public
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore
from sync.store.operations import Sketch
from sync.store.port import SyncStore
from sync.store.tables import contents, operations
from tests.sync.store.building import (
    NOW,
    SCOPE,
    a_page,
    a_roster,
    an_account,
    an_operation,
    applied,
    kept,
    later,
    pull,
    refused,
)


def next_ids(port: SyncStore, account: str, limit: int = 1 << 20) -> list[str]:
    return [item.op_id for item in port.next_batch(account, limit, NOW)]


def send(port: SyncStore, account: str, *op_ids: str) -> None:
    port.mark_sending(account, op_ids, NOW)


def test_a_later_operation_on_one_application_waits_for_the_first(store: LocalStore, port: SyncStore) -> None:
    account = an_account(store)
    submit, withdraw = an_operation(store, account, "application/1"), an_operation(store, account, "application/1")
    other = an_operation(store, account, "application/2")
    assert next_ids(port, account) == [submit, other]
    send(port, account, submit)
    assert next_ids(port, account) == [other], "the second may not overtake the first, which is on its way"
    port.record_outcomes(account, [applied(submit)], NOW)
    assert next_ids(port, account) == [withdraw, other]


def test_what_builds_on_another_waits_for_its_answer(store: LocalStore, port: SyncStore, account: str) -> None:
    first = an_operation(store, account, "roster/1", Kind.SAVE_ROSTER, payload={"name": "张三"})
    second = an_operation(store, account, "application/1", after=[first])
    assert next_ids(port, account) == [first]
    port.record_outcomes(account, [applied(first)], NOW)
    assert next_ids(port, account) == [second]


def test_a_batch_keeps_to_its_bytes_but_never_to_nothing(store: LocalStore, port: SyncStore, account: str) -> None:
    made = [an_operation(store, account, f"application/{number}") for number in range(5)]
    size = len(kept(store, made[0]).content)
    assert next_ids(port, account, limit=1) == made[:1]
    assert next_ids(port, account, limit=3 * size) == made[:3]


def test_the_bytes_that_travel_are_the_ones_that_were_signed(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(
        store, account, payload={"service": "s", "action": "submit", "form": {"values": {"姓名": "喆𬱖"}}}
    )
    (item,) = port.next_batch(account, 1, NOW)
    with store.reading() as reader:
        device = reader.accounts.device(account)
    assert device is not None
    assert verify(public(device.key), item.signature, item.content)
    read = decode_content(item.content)
    assert (read.op_id, read.device, read.account) == (op_id, device.id, "account/wangfang")


def test_one_account_sends_nothing_of_another(store: LocalStore, port: SyncStore, account: str) -> None:
    other = an_account(store, "lihua")
    mine = an_operation(store, account)
    theirs = an_operation(store, other)
    assert next_ids(port, account) == [mine]
    assert next_ids(port, other) == [theirs]


def test_what_was_being_sent_in_a_crash_is_unknown_and_asked_again(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    op_id = an_operation(store, account)
    send(port, account, op_id)
    assert port.mark_unknown_on_start(account) == 1
    assert kept(store, op_id).state == "unknown"
    (item,) = port.next_batch(account, 1, NOW)
    assert (item.op_id, item.attempts) == (op_id, 1)


def test_an_attempted_one_cannot_be_cancelled(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(store, account)
    send(port, account, op_id)
    port.record_failure(account, [op_id], FailureKind.CUT, None)
    with pytest.raises(NotAllowed):
        actions.cancel(store, account, op_id, now=NOW)
    assert kept(store, op_id).place == "outbox"


def test_one_that_found_no_line_at_all_may_still_be_cancelled(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(store, account)
    send(port, account, op_id)
    port.record_failure(account, [op_id], FailureKind.OFFLINE, None, unsent=True)
    assert kept(store, op_id).attempts == 1
    actions.cancel(store, account, op_id, now=NOW)
    assert kept(store, op_id).state == "cancelled"


def test_once_it_may_have_left_a_dead_line_changes_nothing(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(store, account)
    send(port, account, op_id)
    port.record_failure(account, [op_id], FailureKind.STALLED, None)
    send(port, account, op_id)
    port.record_failure(account, [op_id], FailureKind.OFFLINE, None, unsent=True)
    assert not kept(store, op_id).can_cancel


def test_the_next_try_is_kept(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(store, account)
    send(port, account, op_id)
    port.record_failure(account, [op_id], FailureKind.BUSY, later(seconds=30))
    assert next_ids(port, account) == []
    assert port.next_due(account, NOW) == later(seconds=30)
    assert [item.op_id for item in port.next_batch(account, 1, later(seconds=30))] == [op_id]


def test_waiting_for_attachments_it_stays_until_they_are_there(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW)
    paper = actions.attach(store, account, draft.id, "m", b"x" * 10, now=NOW, type="pdf")
    op_id = an_operation(store, account, blobs=[paper["blob"]])
    send(port, account, op_id)
    port.record_outcomes(account, [Outcome(op_id, Status.WAITING, missing=(paper["blob"],))], NOW, later(seconds=5))
    assert kept(store, op_id).state == "waiting"
    assert next_ids(port, account) == []
    port.blobs_sent(account, {paper["blob"]: 4})
    assert next_ids(port, account) == []
    assert [(blob.sha256, blob.offset) for blob in port.missing_blobs(account)] == [(paper["blob"], 4)]
    port.blobs_sent(account, {paper["blob"]: 10})
    assert port.missing_blobs(account) == ()
    assert next_ids(port, account) == [op_id]


def test_blobs_go_smallest_first_and_only_those_somebody_waits_for(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    draft = actions.new_draft(store, account, "s", now=NOW)
    big, small, unsent = (
        actions.attach(store, account, draft.id, name, name.encode() * size, now=NOW, type="pdf")["blob"]
        for name, size in (("big", 500), ("small", 5), ("unsent", 50))
    )
    an_operation(store, account, blobs=[big, small])
    assert [blob.sha256 for blob in port.missing_blobs(account)] == [small, big]
    port.blob_failed(account, big, FailureKind.BLOB_REFUSED)
    assert [blob.sha256 for blob in port.missing_blobs(account)] == [small]
    assert unsent not in {blob.sha256 for blob in port.missing_blobs(account)}


def test_a_refusal_brings_it_and_what_was_to_follow_back_as_one_draft(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    first = an_operation(store, account, payload={"service": "s", "action": "submit", "form": {"values": {"x": "1"}}})
    second = an_operation(store, account, payload={"service": "s", "action": "submit", "form": {"values": {"x": "2"}}})
    third = an_operation(store, account, payload={"service": "s", "action": "withdraw", "reason": "等一等"})
    other = an_operation(store, account, "application/a2")
    send(port, account, first)
    port.record_outcomes(account, [refused(first, "会籍已到期", "缺社保证明")], NOW)
    assert [kept(store, op_id).state for op_id in (first, second, third)] == ["refused", "suspended", "suspended"]
    assert kept(store, other).place == "outbox"
    draft = actions.edit_refused(store, account, first)
    assert [finding.message for finding in draft.findings] == ["会籍已到期", "缺社保证明"]
    assert draft.form == {"values": {"x": "2"}}, "the latest form is the one to go on with"
    assert draft.payload is not None
    assert draft.payload["reason"] == "等一等"
    assert {kept(store, op_id).draft for op_id in (second, third)} == {draft.id}
    assert next_ids(port, account) == [other]


def test_what_was_built_upon_a_refused_one_comes_back_too(store: LocalStore, port: SyncStore, account: str) -> None:
    roster = an_operation(store, account, "roster/1", Kind.SAVE_ROSTER, payload={"name": "张三"})
    submit = an_operation(store, account, "application/1", after=[roster])
    send(port, account, roster)
    port.record_outcomes(account, [refused(roster)], NOW)
    assert kept(store, submit).state == "suspended"
    draft = actions.edit_refused(store, account, submit)
    assert (draft.entity, draft.form) == ("application/1", {"values": {"x": "1"}})


def test_an_answer_is_recorded_once(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(store, account)
    send(port, account, op_id)
    port.record_outcomes(account, [applied(op_id, 3)], NOW)
    port.record_outcomes(account, [refused(op_id)], NOW)
    assert (kept(store, op_id).state, port.queued(account)) == ("applied", 0)


def test_a_server_that_cannot_read_it_has_not_answered_it(store: LocalStore, port: SyncStore, account: str) -> None:
    op_id = an_operation(store, account)
    send(port, account, op_id)
    finding = refused(op_id).findings[0]
    problem = Outcome(op_id, Status.REFUSED, findings=(type(finding)(Problem.SIGNATURE_WRONG, "…"),))
    port.record_outcomes(account, [problem], NOW)
    assert (kept(store, op_id).place, kept(store, op_id).last_error) == ("outbox", "signature-wrong")


def test_the_overlay_is_lifted_when_the_mirror_has_reached_the_outcome(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    op_id = an_operation(store, account, "application/1")
    send(port, account, op_id)
    port.record_outcomes(account, [applied(op_id, 1, unit_u1=7, agency_other=9)], NOW)
    assert not kept(store, op_id).lifted, "answered, but the mirror does not show it yet"
    port.apply_page(account, SCOPE, a_page(("unit/u1", 6, 1, {"id": "unit/u1", "name": "甲"})), now=NOW)
    assert not kept(store, op_id).lifted
    body = {"id": "application/1", "service": "s", "state": "review"}
    living = [("unit/u1", 1), ("application/1", 1)]
    port.apply_page(account, SCOPE, a_page(("application/1", 7, 1, body), living=living), now=NOW)
    assert kept(store, op_id).lifted


def test_an_outcome_that_comes_after_the_change_is_lifted_at_once(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    op_id = an_operation(store, account, "application/1")
    send(port, account, op_id)
    port.apply_page(account, SCOPE, a_page(cursor=7, living=[]), now=NOW)
    port.record_outcomes(account, [applied(op_id, 1, unit_u1=7)], NOW)
    assert kept(store, op_id).lifted


def test_a_new_epoch_pulls_anew_and_asks_again_what_was_applied(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    old, new, bad = (an_operation(store, account, f"application/{number}") for number in range(3))
    send(port, account, old, new, bad)
    port.record_outcomes(account, [applied(old)], later(days=-100))
    port.record_outcomes(account, [applied(new), refused(bad)], later(days=-1))
    pull(store, account, {"id": "unit/u1", "name": "甲"})
    port.meet_epoch(account, "e2", NOW)
    assert port.cursors(account) == {SCOPE: 0}
    assert next_ids(port, account) == [new]
    assert port.next_batch(account, 1, NOW)[0].content == kept(store, new).content
    assert port.counts(account, [SCOPE])[SCOPE] == 1, "the screen stays full while all is pulled again"
    port.record_outcomes(account, [applied(new)], NOW)
    assert kept(store, new).state == "applied"


def test_the_first_epoch_met_asks_nothing_again(store: LocalStore, port: SyncStore, account: str) -> None:
    with store.transaction() as writer:
        writer.accounts.set(account, epoch="")
    op_id = an_operation(store, account)
    port.record_outcomes(account, [applied(op_id)], NOW)
    port.meet_epoch(account, "e1", NOW)
    assert (port.epoch(account), next_ids(port, account)) == ("e1", [])


def test_a_roster_conflict_that_merges_is_asked_again_at_once(store: LocalStore, port: SyncStore, account: str) -> None:
    pull(store, account, a_roster("1", mobile="1", department="甲"))
    actions.save_roster(store, account, {"mobile": "2"}, roster="roster/1", now=NOW)
    (item,) = port.next_batch(account, 1, NOW)
    send(port, account, item.op_id)
    current = {**a_roster("1", mobile="1", department="乙"), "version": 2}
    port.record_outcomes(account, [Outcome(item.op_id, Status.CONFLICT, current=current)], NOW)
    (again,) = port.next_batch(account, 1, NOW)
    asked = decode_content(again.content)
    assert (asked.supersedes, asked.base_version) == (item.op_id, 2)
    assert (asked.payload["mobile"], asked.payload["department"]) == ("2", "乙")


def test_a_roster_conflict_on_one_field_comes_back_to_be_decided(
    store: LocalStore, port: SyncStore, account: str
) -> None:
    pull(store, account, a_roster("1", mobile="1"))
    actions.save_roster(store, account, {"mobile": "2"}, roster="roster/1", now=NOW)
    (item,) = port.next_batch(account, 1, NOW)
    send(port, account, item.op_id)
    current = {**a_roster("1", mobile="3"), "version": 2}
    port.record_outcomes(account, [Outcome(item.op_id, Status.CONFLICT, current=current)], NOW)
    draft = actions.edit_refused(store, account, item.op_id)
    assert [(place["path"], place["mine"], place["theirs"]) for place in draft.asks] == [("mobile", "2", "3")]
    again = actions.resolve(store, account, draft.id, {**(draft.form or {}), "mobile": "3"}, now=NOW)
    assert decode_content(kept(store, again).content).supersedes == item.op_id


def test_the_store_itself_forbids_to_lose_or_rewrite_an_operation(store: LocalStore, account: str) -> None:
    op_id = an_operation(store, account)
    for forbidden in (
        delete(operations),
        delete(contents),
        update(contents).values(content=b"other"),
        update(operations).values(seq=77),
        update(operations).values(op_id="other"),
        update(operations).values(place="answered"),
        update(operations).values(place="nowhere"),
    ):
        with pytest.raises(IntegrityError), store.transaction() as writer:
            writer.connection.execute(forbidden)
    assert kept(store, op_id).state == "queued"


def test_cancelling_takes_what_follows_along(store: LocalStore, account: str) -> None:
    sketch = Sketch("学习报名申请", "submit", None, {"id": "application/1"})
    first = an_operation(store, account, "application/1", sketch=sketch)
    second = an_operation(store, account, "application/1", payload={"service": "s", "action": "withdraw"})
    draft_id = actions.cancel(store, account, first, now=NOW)
    assert [kept(store, op_id).state for op_id in (first, second)] == ["cancelled", "suspended"]
    with store.reading() as reader:
        draft = reader.drafts.get(account, draft_id)
    assert draft is not None
    assert (draft.form, draft.sent) == ({"values": {"x": "1"}}, None)
