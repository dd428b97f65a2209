"""Two pushes on their way at once: on a good line only, never one that builds on the other, and each answered apart."""

from __future__ import annotations

from collections.abc import Sequence

from sync.failures import FailureKind
from sync.ports import Call
from sync.protocol import PushRequest
from tests.sync.desk import Desk, op_ids_of

QUICK = 0.01  # seconds for an answer
DELIVERED = ("answered", "applied")
LONG = {"remark": "长" * 6_000}  # 18 kB: some seven of them are a first batch


def on_way(desk: Desk) -> list[PushRequest]:
    """The pushes that have no answer yet."""
    calls = [one for one in desk.hand.open.values() if isinstance(one, Call) and one.path == "/push"]
    return [PushRequest.model_validate_json(call.body) for call in calls]


def two_on_way(desk: Desk) -> list[str]:
    """The first was answered quickly, and so two are on their way now; all op_ids in the order made."""
    op_ids = [desk.asks(f"人{number}", payload=LONG) for number in range(90)]
    desk.core.step()
    assert len(on_way(desk)) == 1, "a line that was never tried is given one"
    desk.answer(seconds=QUICK)
    desk.core.step()
    assert len(on_way(desk)) == 2
    return op_ids


def delivered_once(desk: Desk, op_ids: Sequence[str]) -> bool:
    applied = desk.association.applied
    return sorted(applied) == sorted(op_ids) and {desk.state(op_id) for op_id in op_ids} == {DELIVERED}


def test_on_a_line_that_has_never_broken_the_next_batch_does_not_wait_for_the_answer(desk: Desk) -> None:
    op_ids = two_on_way(desk)
    desk.settle()
    assert delivered_once(desk, op_ids)


def test_the_later_of_two_may_be_answered_first(desk: Desk) -> None:
    op_ids = two_on_way(desk)
    desk.answer("talk-2", seconds=QUICK)
    desk.core.step()
    assert len(on_way(desk)) == 2
    desk.settle()
    assert delivered_once(desk, op_ids)


def test_what_builds_on_something_on_its_way_is_not_sent_beside_it(desk: Desk) -> None:
    for number in range(6):
        desk.asks(f"先{number}", payload=LONG)
    desk.core.step()
    desk.answer(seconds=QUICK)
    first = desk.asks("甲", entity="roster/e1", payload=LONG)
    upon, second = desk.asks("乙", after=[first]), desk.asks("丙", entity="roster/e1")
    for number in range(60):
        desk.asks(f"人{number}", payload=LONG)
    desk.core.step()
    assert len(on_way(desk)) == 2
    assert desk.state(first) == ("outbox", "sending")
    assert {desk.state(op_id) for op_id in (upon, second)} == {("outbox", "queued")}
    desk.settle()
    order = op_ids_of(desk.association.pushes)
    assert order.index(first) < min(order.index(upon), order.index(second))


def test_an_answer_lost_beside_another_is_asked_for_before_anything_else_is_sent(desk: Desk) -> None:
    op_ids = two_on_way(desk)
    lost = [one.content for one in on_way(desk)[0].operations]
    desk.breaks(FailureKind.CUT, "talk", seen=True, moved=True)
    desk.later(60)
    assert len(on_way(desk)) == 1, "the other one goes on, and nothing new goes beside it"
    desk.answer("talk-2")
    desk.core.step()
    (question,) = on_way(desk)
    assert not question.operations
    assert len(question.ask) == len(lost)
    desk.settle()
    assert delivered_once(desk, op_ids)
    assert sorted(op_ids_of(desk.association.pushes)) == sorted(op_ids), "nothing went twice"


def test_when_the_line_dies_under_both_both_are_asked_for(desk: Desk) -> None:
    op_ids = two_on_way(desk)
    count = sum(len(push.operations) for push in on_way(desk))
    desk.breaks(FailureKind.CUT, "talk", seen=True, moved=True)
    desk.breaks(FailureKind.STALLED, "talk-2")
    desk.later(60)
    (question,) = on_way(desk)
    assert len(question.ask) == count
    desk.settle()
    assert delivered_once(desk, op_ids)


def test_a_server_that_asks_to_be_left_alone_is_though_it_answers_the_other(desk: Desk) -> None:
    op_ids = two_on_way(desk)
    desk.problem(503, "busy", retry_after=40.0)
    desk.answer("talk-2")
    desk.later(39)
    assert not on_way(desk)
    desk.later(6)
    assert on_way(desk)
    desk.settle()
    assert delivered_once(desk, op_ids)


def test_a_line_that_only_just_takes_one_is_not_given_two(desk: Desk) -> None:
    for number in range(90):
        desk.asks(f"人{number}", payload=LONG)
    desk.core.step()
    for _ in range(8):
        desk.answer(seconds=0.3)
        desk.core.step()
        assert [lane for lane in desk.hand.open if lane != "wait"] == ["talk"]


def test_a_line_that_broke_is_given_one_at_a_time(desk: Desk) -> None:
    op_ids = two_on_way(desk)
    desk.breaks(FailureKind.CUT, "talk", moved=True)
    desk.answer("talk-2")
    for _ in range(200):
        desk.core.step()
        assert len(on_way(desk)) <= 1
        if not (lanes := [lane for lane in desk.hand.open if lane != "wait"]):
            break
        desk.answer(lanes[0])
        desk.now = max(desk.now, desk.core.step() or desk.now)
    desk.settle()
    assert delivered_once(desk, op_ids)


def test_an_answer_and_what_goes_after_it_wait_for_the_disk_once(desk: Desk) -> None:
    two_on_way(desk)
    commits: list[frozenset[str]] = []
    ended = desk.local.on_change(commits.append)
    started = len(desk.hand.started)
    desk.answer("talk", seconds=QUICK)
    ended()
    assert len(desk.hand.started) == started + 1
    assert len(commits) == 1


def test_stopping_lets_go_of_both_and_a_start_asks_for_both(desk: Desk) -> None:
    op_ids = two_on_way(desk)
    desk.core.stop()
    assert sorted(desk.hand.cancelled) == ["talk", "talk-2"]
    assert not [op_id for op_id in op_ids if desk.state(op_id) == ("outbox", "sending")]
    desk.core.start()
    desk.settle()
    assert delivered_once(desk, op_ids)


def sizes(desk: Desk) -> list[int]:
    """Operations in each push that has left, answered or not, in the order they left."""
    calls = [one for one in desk.hand.started if isinstance(one, Call) and one.path == "/push"]
    return [len(PushRequest.model_validate_json(call.body).operations) for call in calls]


def test_what_goes_after_a_first_good_answer_is_large_at_once(desk: Desk) -> None:
    for number in range(60):
        desk.asks(f"人{number}", payload=LONG)
    desk.core.step()
    desk.answer(seconds=QUICK)
    first, second = sizes(desk)
    assert second >= 4 * first


def test_what_was_made_ready_in_hope_is_cut_anew_when_the_line_is_slow(desk: Desk) -> None:
    for number in range(60):
        desk.asks(f"人{number}", payload=LONG)
    desk.core.step()
    desk.answer(seconds=8.0)
    desk.core.step()
    first, second, *_ = sizes(desk)
    assert second <= first / 2
