"""The core decides what goes next: nothing lost, nothing doubled, nobody blocked, nothing asked too often."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sync.failures import Failure, FailureKind
from sync.notices import Contact, Line, OutcomeArrived, StatusChanged, StoreChanged, Warned
from sync.ports import Call, Failed
from sync.protocol import PushRequest, WaitReply
from tests.sync.desk import SCOPE, START, Desk, op_ids_of

DELIVERED = ("answered", "applied")


def lines(desk: Desk) -> list[Line]:
    return [notice.line for notice in desk.told if isinstance(notice, StatusChanged)]


def test_what_is_queued_is_sent_answered_and_mirrored(desk: Desk) -> None:
    op_id = desk.asks("张伟")
    desk.settle()
    assert desk.state(op_id) == DELIVERED
    assert desk.kept(op_id).lifted
    assert desk.store.cursors(desk.account)[SCOPE] == desk.association.seq
    assert [notice.outcome.op_id for notice in desk.told if isinstance(notice, OutcomeArrived)] == [op_id]
    assert lines(desk)[-1] is Line.ONLINE


def test_before_the_wire_it_is_durably_sending(desk: Desk) -> None:
    op_id = desk.asks()
    desk.core.step()
    assert desk.path() == "/push"
    assert desk.state(op_id) == ("outbox", "sending")
    assert desk.kept(op_id).attempts == 1


def test_an_answer_lost_on_the_way_is_asked_for_again_and_applied_once(desk: Desk) -> None:
    op_id = desk.asks()
    desk.core.step()
    desk.breaks(seen=True, moved=True)
    assert desk.state(op_id) == ("outbox", "unknown")
    desk.settle()
    assert desk.state(op_id) == DELIVERED
    assert desk.association.applied == [op_id]


def test_what_came_whole_of_a_push_that_broke_off_is_asked_for_and_only_the_rest_is_sent_again(desk: Desk) -> None:
    op_ids = [desk.asks(f"人{n}") for n in range(6)]
    desk.core.step()
    desk.breaks(seen=True, whole=4, moved=True)
    desk.settle()
    assert desk.association.pushes == [op_ids[:4], op_ids[4:]]
    assert {desk.state(op_id) for op_id in op_ids} == {DELIVERED}


def test_while_the_line_keeps_breaking_nothing_is_sent_before_the_question_is_answered(desk: Desk) -> None:
    op_ids = [desk.asks(f"人{n}") for n in range(3)]
    desk.core.step()
    desk.breaks(seen=True, moved=True)
    for _ in range(3):
        desk.later(60)
        request = desk.hand.open["talk"]
        assert isinstance(request, Call)
        assert PushRequest.model_validate_json(request.body).ask == op_ids
        desk.breaks(moved=True)
    desk.settle()
    assert desk.association.pushes == [op_ids]


def test_a_program_that_died_while_sending_asks_again_under_the_same_op_id(desk: Desk) -> None:
    op_id = desk.asks()
    desk.core.step()
    desk.breaks(seen=True)
    desk.core.step()
    desk.begin()
    desk.settle()
    assert desk.association.applied == [op_id]
    assert desk.state(op_id) == DELIVERED


def test_without_a_connection_nothing_has_left_and_it_can_still_be_cancelled(desk: Desk) -> None:
    op_id = desk.asks()
    desk.core.step()
    desk.breaks(FailureKind.OFFLINE, unsent=True)
    assert desk.state(op_id) == ("outbox", "queued")
    assert lines(desk)[-1] is Line.TROUBLE


def test_operations_on_one_entity_keep_their_order_and_others_do_not_wait(desk: Desk) -> None:
    first = desk.asks("张", entity="roster/e1")
    second = desk.asks("章", entity="roster/e1")
    other = desk.asks("李")
    desk.settle()
    order = op_ids_of(desk.association.pushes)
    assert order.index(first) < order.index(second)
    assert desk.association.pushes[0] == [first, other]
    assert {desk.state(op_id) for op_id in (first, second, other)} == {DELIVERED}


def test_a_refusal_comes_back_and_stops_no_other(desk: Desk) -> None:
    desk.association.refuse = {"坏"}
    bad, good = desk.asks("坏"), desk.asks("好")
    desk.settle()
    assert desk.state(bad) == ("answered", "refused")
    assert desk.state(good) == DELIVERED


# ---- sizes ----


def test_a_long_queue_goes_in_batches_that_grow_while_it_goes_well(desk: Desk) -> None:
    op_ids = [desk.asks(f"人{n}", payload={"remark": "长" * 1500}) for n in range(240)]
    desk.settle()
    sizes = [len(push) for push in desk.association.pushes]
    assert sum(sizes) == len(op_ids)
    assert max(sizes) > 2 * sizes[0]
    assert sorted(desk.association.applied) == sorted(op_ids)


def test_a_slow_line_keeps_requests_within_two_seconds_of_it(desk: Desk) -> None:
    for n in range(60):
        desk.asks(f"人{n}", payload={"remark": "长" * 1500})
    desk.core.step()
    desk.answer(seconds=8.0)
    desk.core.step()
    first, second = desk.association.pushes[0], _op_count(desk)
    assert second <= len(first) / 3


def _op_count(desk: Desk) -> int:
    request = desk.hand.open["talk"]
    assert isinstance(request, Call)
    return len(PushRequest.model_validate_json(request.body).operations)


def test_a_batch_that_is_too_large_is_halved_down_to_one(desk: Desk) -> None:
    op_ids = [desk.asks(f"人{n}") for n in range(8)]
    counts = []
    while True:
        desk.later(1)
        counts.append(_op_count(desk))
        if counts[-1] == 1:
            break
        desk.problem(413, "too-large")
    assert counts == [8, 4, 2, 1]
    desk.settle()
    assert {desk.state(op_id) for op_id in op_ids} == {DELIVERED}


def test_one_operation_that_the_server_chokes_on_is_found_and_the_others_go(desk: Desk) -> None:
    op_ids = [desk.asks(f"人{n}") for n in range(8)]
    poison = op_ids[3]
    for _ in range(60):
        due = desk.core.step()
        if desk.path() == "/push":
            request = desk.hand.open["talk"]
            assert isinstance(request, Call)
            desk.problem(500, "internal") if poison.encode() in request.body else desk.answer()
        elif desk.path():
            desk.answer()
        elif desk.core.idle:
            break
        else:
            assert due
            desk.now = due
    assert [op_id for op_id in op_ids if desk.state(op_id) != DELIVERED] == [poison]
    kept = desk.kept(poison)
    assert kept.place == "outbox"
    assert kept.next_try is not None
    desk.later(4000)
    desk.settle()
    assert desk.state(poison) == DELIVERED


# ---- failures ----


def test_after_failures_it_waits_longer_each_time_and_a_person_can_make_it_try_at_once(desk: Desk) -> None:
    desk.asks()
    pauses = []
    for _ in range(10):
        due = desk.core.step()
        if "talk" not in desk.hand.open:
            assert due
            pauses.append((due - desk.now).total_seconds())
            desk.now = due
            desk.core.step()
        desk.breaks(FailureKind.OFFLINE, unsent=True)
    assert pauses == sorted(pauses)
    assert pauses[-1] <= 60
    desk.core.send_now()
    desk.core.step()
    assert desk.path() == "/push"


def test_a_line_that_only_breaks_now_and_then_is_used_again_at_once(desk: Desk) -> None:
    desk.asks()
    desk.core.step()
    desk.breaks(FailureKind.CUT, moved=True)
    due = desk.core.step()
    assert due is not None
    assert due - desk.now < timedelta(seconds=0.1)


def test_retry_after_is_obeyed(desk: Desk) -> None:
    desk.asks()
    desk.core.step()
    desk.problem(503, "busy", retry_after=40.0)
    desk.later(39)
    assert desk.path() is None
    desk.later(6)
    assert desk.path() == "/push"


@pytest.mark.parametrize(
    ("status", "slug", "kind"),
    [
        (401, "login-needed", FailureKind.LOGIN_NEEDED),
        (403, "revoked", FailureKind.REVOKED),
        (403, "password-change-needed", FailureKind.PASSWORD_CHANGE),
        (426, "protocol-version", FailureKind.TOO_OLD),
    ],
)
def test_where_a_person_is_needed_it_stops_and_keeps_everything(
    desk: Desk, status: int, slug: str, kind: FailureKind
) -> None:
    op_id = desk.asks()
    desk.core.step()
    desk.problem(status, slug)
    assert desk.core.status.line is Line.STOPPED
    assert desk.core.status.failure is not None
    assert desk.core.status.failure.kind is kind
    assert desk.core.step() is None
    another = desk.asks("李")
    assert desk.core.step() is None
    desk.begin()
    desk.settle()
    assert {desk.state(op_id), desk.state(another)} == {DELIVERED}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"epoch":"epoch-1","outcomes":[]}',
        b'{"epoch":"epoch-1","outcomes":[{"o":"someone-else"}]}',
        b'{"outcomes":"',
    ],
)
def test_a_server_that_answers_garbage_decides_nothing(desk: Desk, body: bytes) -> None:
    op_id = desk.asks()
    desk.core.step()
    desk.says(200, body)
    assert desk.state(op_id) == ("outbox", "unknown")
    assert desk.core.status.failure is not None
    assert desk.core.status.failure.kind is FailureKind.GARBAGE
    desk.settle()
    assert desk.state(op_id) == DELIVERED


def test_an_applied_that_no_receipt_proves_is_not_believed(desk: Desk) -> None:
    op_id = desk.asks()
    desk.core.step()
    desk.says(200, b'{"epoch":"epoch-1","outcomes":[{"o":"%s","v":1,"n":1,"t":"x","s":"forged"}]}' % op_id.encode())
    assert desk.state(op_id) == ("outbox", "unknown")


def test_a_device_the_server_does_not_know_has_to_log_in_and_nothing_is_refused(desk: Desk) -> None:
    op_id = desk.asks()
    desk.core.step()
    finding = b'{"rule":"device-unknown","message":"..."}'
    desk.says(200, b'{"epoch":"epoch-1","outcomes":[{"o":"%s","c":"refused","f":[%s]}]}' % (op_id.encode(), finding))
    assert desk.state(op_id)[0] == "outbox"
    assert desk.core.status.failure is not None
    assert desk.core.status.failure.kind is FailureKind.LOGIN_NEEDED


def test_a_clock_far_from_the_servers_is_told_once_and_stops_nothing(desk: Desk) -> None:
    for name in ("张", "李"):
        desk.asks(name)
        desk.core.step()
        desk.answer(server_time=desk.now + timedelta(hours=3))
        desk.settle()
    warned = [notice.failure.kind for notice in desk.told if isinstance(notice, Warned)]
    assert warned == [FailureKind.CLOCK]
    assert Contact(3 * 3600.0 + 0.5) in desk.told


# ---- pull ----


def test_a_large_mirror_comes_page_by_page_and_goes_on_after_a_break(desk: Desk) -> None:
    for n in range(300):
        desk.association.change(f"person/{n}", {"id": f"person/{n}", "name": "张", "note": "长" * 9_000})
    desk.core.step()
    desk.answer()
    desk.core.step()
    at = desk.store.cursors(desk.account)[SCOPE]
    assert 0 < at < 300
    desk.breaks(moved=True)
    desk.settle()
    assert desk.store.counts(desk.account, [SCOPE])[SCOPE] == 300
    pulls = [request for request in desk.hand.started if isinstance(request, Call) and request.path == "/pull"]
    assert f'"{SCOPE}":{at}'.encode() in pulls[2].body


def test_in_the_middle_of_a_snapshot_a_desk_says_so_and_afterwards_no_more(desk: Desk) -> None:
    for n in range(300):
        desk.association.change(f"person/{n}", {"id": f"person/{n}", "name": "张", "note": "长" * 9_000})
    desk.settle()
    desk.association.change("person/1", {"id": "person/1", "name": "李"})
    desk.core.send_now()
    desk.settle()
    pulls = [request for request in desk.hand.started if isinstance(request, Call) and request.path == "/pull"]
    told = [json.loads(pull.body)["begun"] for pull in pulls]
    assert SCOPE in told[0]
    assert told[1:] == [[SCOPE], []]


def test_a_page_that_does_not_go_on_where_the_mirror_stands_is_not_applied(desk: Desk) -> None:
    for n in range(300):
        desk.association.change(f"person/{n}", {"id": f"person/{n}", "name": "张", "note": "长" * 9_000})
    desk.core.step()
    desk.answer()
    assert desk.path() == "/pull", "the second page is asked for while the first goes in"
    desk.store.reset_scope(desk.account, SCOPE)
    desk.answer()
    assert desk.store.cursors(desk.account)[SCOPE] == 0
    desk.settle()
    assert desk.store.counts(desk.account, [SCOPE])[SCOPE] == 300
    assert desk.store.cursors(desk.account)[SCOPE] == 300


def test_count_or_sum_that_disagree_make_that_scope_be_pulled_again(desk: Desk) -> None:
    desk.association.change("person/1", {"id": "person/1", "name": "张"})
    desk.association.lie_about_sum = True
    desk.core.step()
    desk.answer()
    desk.association.lie_about_sum = False
    assert desk.store.cursors(desk.account)[SCOPE] == 0
    desk.settle()
    assert desk.store.cursors(desk.account)[SCOPE] == 1
    assert desk.store.counts(desk.account, [SCOPE])[SCOPE] == 1


def test_a_server_that_never_agrees_is_not_asked_all_the_time(desk: Desk) -> None:
    desk.association.change("person/1", {"id": "person/1", "name": "张"})
    desk.association.lie_about_sum = True
    asked = 0
    while desk.now < START + timedelta(minutes=10):
        due = desk.core.step()
        if desk.path():
            asked += 1
            desk.answer()
        elif "wait" in desk.hand.open:
            desk.answer("wait")
            desk.now += timedelta(seconds=50)
        else:
            assert due
            desk.now = due
    assert asked < 15


def test_a_small_answer_and_the_time_of_contact_become_durable_together(desk: Desk) -> None:
    desk.settle()
    desk.asks()
    desk.core.step()
    desk.answer()
    desk.core.step()
    assert desk.path() == "/pull"
    desk.now += timedelta(seconds=3)  # the time of contact is due to be written
    written: list[frozenset[str]] = []
    end = desk.local.on_change(written.append)
    desk.answer()
    end()
    assert [topics for topics in written if topics & {"contact", SCOPE}] == [written[0]]
    assert {"contact", SCOPE} <= written[0]


def test_a_pull_that_would_empty_the_mirror_stops_and_asks(desk: Desk) -> None:
    for n in range(200):
        desk.association.change(f"person/{n}", {"id": f"person/{n}", "name": "张"})
    desk.settle()
    for n in range(150):
        desk.association.change(f"person/{n}", None)
    desk.core.send_now()
    desk.settle()
    assert desk.store.counts(desk.account, [SCOPE])[SCOPE] == 200
    warned = [notice for notice in desk.told if isinstance(notice, Warned)]
    assert [(notice.failure.kind, notice.scope) for notice in warned] == [(FailureKind.MIRROR_SHRINKS, SCOPE)]
    assert [(notice.rows, notice.left) for notice in warned] == [(200, 50)]
    op_id = desk.asks()
    desk.settle()
    assert desk.state(op_id) == DELIVERED
    desk.core.accept_shrink(SCOPE)
    desk.settle()
    assert desk.store.counts(desk.account, [SCOPE])[SCOPE] == 51


def test_a_restored_server_is_pulled_anew_and_told_again_what_it_forgot(desk: Desk) -> None:
    old, lost = desk.asks("旧"), desk.asks("新")
    desk.settle()
    del desk.association.ledger[lost]
    desk.association.applied.remove(lost)
    desk.association.rows = {e: row for e, row in desk.association.rows.items() if row[2] and row[2]["name"] == "旧"}
    desk.association.epoch = "epoch-2"
    desk.core.send_now()
    desk.settle()
    assert sorted(desk.association.applied) == sorted([old, lost])
    assert {desk.state(old), desk.state(lost)} == {DELIVERED}
    assert desk.store.epoch(desk.account) == "epoch-2"
    assert desk.store.counts(desk.account, [SCOPE])[SCOPE] == 2


# ---- wake-up ----


def test_when_all_is_quiet_one_wake_up_is_held_and_nothing_else_is_asked(desk: Desk) -> None:
    desk.settle()
    assert set(desk.hand.open) == {"wait"}
    started = len(desk.hand.started)
    desk.answer("wait")
    desk.core.step()
    assert [request.lane for request in desk.hand.started[started:]] == ["wait"]


def test_a_wake_up_brings_what_moved(desk: Desk) -> None:
    desk.settle()
    desk.association.change("person/1", {"id": "person/1", "name": "张"})
    desk.says(200, WaitReply(moved=[SCOPE]).model_dump_json().encode(), "wait")
    desk.settle()
    assert StoreChanged((SCOPE,)) in desk.told
    assert desk.store.counts(desk.account, [SCOPE])[SCOPE] == 1


def test_what_a_wake_up_brings_is_one_durable_transaction(desk: Desk) -> None:
    desk.settle()
    desk.association.change("person/1", {"id": "person/1", "name": "张伟", "id_number": "440104198001013019"})
    desk.later(3)
    written: list[frozenset[str]] = []
    end = desk.local.on_change(written.append)
    desk.says(200, WaitReply(moved=[SCOPE]).model_dump_json().encode(), "wait")
    desk.core.step()
    desk.answer()
    end()
    assert [{"contact", SCOPE} <= topics for topics in written] == [True], "the time of contact goes with what came"


def test_without_a_wake_up_line_it_asks_often_for_a_minute_after_sending_then_calmly(desk: Desk) -> None:
    desk.asks()
    desk.settle()
    pulls: list[float] = []
    sent_at = desk.now
    while desk.now < sent_at + timedelta(minutes=5):
        due = desk.core.step()
        if "wait" in desk.hand.open:
            desk.breaks(FailureKind.STALLED, "wait")
        elif desk.path() == "/pull":
            pulls.append((desk.now - sent_at).total_seconds())
            desk.answer()
        else:
            assert due
            desk.now = due
    early = [at for at in pulls if at <= 60]
    late = [at for at in pulls if at > 70]
    assert 11 <= len(early) <= 14
    assert 3 <= len(late) <= 6


def test_a_wake_up_that_finds_no_network_says_so_at_once_and_asks_until_it_is_back(desk: Desk) -> None:
    desk.settle()
    assert desk.core.status.line is Line.ONLINE
    desk.breaks(FailureKind.OFFLINE, "wait", unsent=True)
    assert desk.core.status == StatusChanged(Line.TROUBLE, Failure(FailureKind.OFFLINE))
    desk.settle()
    assert desk.core.status.line is Line.ONLINE
    assert set(desk.hand.open) == {"wait"}


def test_a_wake_up_that_breaks_is_doubted_by_one_question_at_once(desk: Desk) -> None:
    desk.settle()
    desk.breaks(FailureKind.CUT, "wait", moved=True)
    desk.core.step()
    assert desk.path() == "/pull"
    assert desk.core.status.line is Line.ONLINE  # perhaps only the held connection was too long for somebody
    desk.breaks(FailureKind.OFFLINE, unsent=True)
    assert desk.core.status == StatusChanged(Line.TROUBLE, Failure(FailureKind.OFFLINE))


def test_a_line_that_only_breaks_is_no_line(desk: Desk) -> None:
    desk.settle()
    desk.core.send_now()
    while desk.core.status.line is Line.ONLINE:
        due = desk.core.step()
        if desk.path():
            assert desk.core.failures == 0
            desk.breaks(FailureKind.CUT, moved=True)
        else:
            assert due
            desk.now = due
    assert desk.core.status.failure == Failure(FailureKind.CUT)


def test_a_wake_up_that_cries_wolf_is_slowed_down(desk: Desk) -> None:
    desk.settle()
    asked = 0
    until = desk.now + timedelta(minutes=1)
    for _ in range(1_000):
        due = desk.core.step()
        if "wait" in desk.hand.open:
            asked += 1
            desk.says(200, WaitReply(moved=[SCOPE]).model_dump_json().encode(), "wait")
        elif desk.path():
            desk.answer()
        elif due is None or due > until:
            break
        else:
            desk.now = due
    assert asked < 20


# ---- attachments ----


def test_stopping_lets_go_of_everything_and_late_answers_do_not_count(desk: Desk) -> None:
    op_id = desk.asks()
    desk.core.step()
    request = desk.hand.open["talk"]
    assert isinstance(request, Call)
    desk.core.stop()
    assert desk.state(op_id) == ("outbox", "unknown")
    status, body = desk.association.answers(request.path, request.body)
    desk.deliver(request, status, body)
    desk.core.handle(Failed(request, Failure(FailureKind.CUT)))
    assert desk.state(op_id) == ("outbox", "unknown")
    desk.core.start()
    desk.settle()
    assert desk.association.applied == [op_id]


def test_stopped_it_leaves_the_network_alone_whatever_is_asked(desk: Desk) -> None:
    desk.settle()
    desk.core.stop()
    op_id = desk.asks()
    started = len(desk.hand.started)
    for asked in (desk.core.wake, desk.core.send_now):
        asked()
        assert desk.core.step() is None
    assert desk.hand.open == {}
    assert len(desk.hand.started) == started
    desk.core.start()
    desk.settle()
    assert desk.association.applied == [op_id]
