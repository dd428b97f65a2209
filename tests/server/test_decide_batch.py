"""Exactly once, one by one, in order: what holds for every Operation whatever its kind."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind, Status
from server.repositories import record
from sync.protocol import Problem, encode_content, public_text, receipt_holds, undecided
from tests.server.desks import House, new_key_id


def roster(name: str = "张三", number: str = "") -> dict[str, str]:
    return {"name": name, "document_type": "mainland_id", "document_number": number}


def test_the_same_operation_again_gets_the_same_answer_word_for_word(house: House) -> None:
    desk = house.desk("account/main")
    sent = [desk.signed(desk.operation(Kind.SAVE_ROSTER, f"roster/{new_key_id()}", roster()))]
    first = desk.push_texts(sent)
    house.watch.forward(hours=1)
    assert desk.push_texts(sent) == first
    assert house.version(json.loads(sent[0].content)["entity"]) == 1


def test_twice_in_one_batch_is_once(house: House) -> None:
    desk = house.desk("account/main")
    operation = desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster())
    first, second = desk.push(operation, operation)
    assert first == second
    assert first.status is Status.APPLIED
    assert house.version("roster/r1") == 1


def test_other_bytes_under_a_decided_op_id_are_refused_and_change_nothing(house: House) -> None:
    desk = house.desk("account/main")
    operation = desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster())
    desk.push(operation)
    again = desk.push(replace(operation, payload=roster("李四"), base_version=1))[0]
    assert undecided(again) is Problem.OP_ID_REUSED
    assert house.body("roster/r1")["name"] == "张三"


def test_a_bad_one_stops_no_other(house: House) -> None:
    desk = house.desk("account/main")
    good = [desk.operation(Kind.SAVE_ROSTER, f"roster/r{n}", roster()) for n in (1, 2)]
    bad = desk.operation(Kind.SAVE_ROSTER, "roster/bad", {"name": "", "nonsense": 1})
    outcomes = desk.push(good[0], bad, good[1])
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.REFUSED, Status.APPLIED]


def test_every_final_answer_has_a_receipt_that_verifies_offline_and_numbers_have_no_gap(house: House) -> None:
    desk = house.desk("account/main")
    operations = [desk.operation(Kind.SAVE_ROSTER, f"roster/r{n}", roster() if n else {}) for n in range(4)]
    outcomes = desk.push(*operations)
    assert {outcome.status for outcome in outcomes} == {Status.APPLIED, Status.REFUSED}
    key = public_text(house.work.key)
    for operation, outcome in zip(operations, outcomes, strict=True):
        assert receipt_holds(key, house.work.association, encode_content(operation), outcome)
        assert not receipt_holds(key, house.work.association, encode_content(operation) + b" ", outcome)
    numbers = [outcome.receipt.number for outcome in outcomes if outcome.receipt]
    assert numbers == [1, 2, 3, 4]


def test_a_forged_signature_is_not_decided(house: House) -> None:
    desk = house.desk("account/main")
    desk.key = Ed25519PrivateKey.generate()
    outcome = desk.push(desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster()))[0]
    assert undecided(outcome) is Problem.SIGNATURE_WRONG
    assert house.version("roster/r1") == 0


def test_an_unknown_device_is_not_decided(house: House) -> None:
    desk = house.desk("account/main")
    operation = desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster(), device="elsewhere")
    assert undecided(desk.push(operation)[0]) is Problem.DEVICE_UNKNOWN


def test_nobody_sends_in_the_name_of_another_account(house: House) -> None:
    desk = house.desk("account/main")
    operation = desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster(), account="account/sub")
    assert undecided(desk.push(operation)[0]) is Problem.ACCOUNT_WRONG


def test_an_older_base_version_is_a_conflict_that_shows_the_newest(house: House) -> None:
    desk = house.desk("account/main")
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", roster())
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", roster("李四"))
    outcome = desk.ask(Kind.SAVE_ROSTER, "roster/r1", roster("王五"), base_version=1)
    assert outcome.status is Status.CONFLICT
    assert outcome.current is not None
    assert (outcome.current["name"], outcome.current["version"]) == ("李四", 2)


def test_what_builds_on_another_waits_for_it_and_keeps_its_first_day(house: House) -> None:
    desk = house.desk("account/main")
    first = desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster())
    then = desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster("李四"), base_version=1, after=(first.op_id,))
    waiting = desk.push(then)[0]
    assert (waiting.status, waiting.waits_for) == (Status.WAITING, (first.op_id,))
    house.watch.forward(days=2)
    outcomes = desk.push(first, then)
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.APPLIED]
    receipts = [outcome.receipt.received_at[:10] for outcome in outcomes if outcome.receipt]
    assert receipts == ["2025-11-05", "2025-11-03"]


def test_what_builds_on_a_refused_one_is_refused(house: House) -> None:
    desk = house.desk("account/main")
    first = desk.operation(Kind.SAVE_ROSTER, "roster/r1", {})
    then = desk.operation(Kind.SAVE_ROSTER, "roster/r2", roster(), after=(first.op_id,))
    assert [outcome.status for outcome in desk.push(first, then)] == [Status.REFUSED, Status.REFUSED]


def test_a_missing_attachment_is_named_and_nothing_is_decided(house: House) -> None:
    desk = house.desk("account/main")
    blob = "ab" * 32
    outcome = desk.push(desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster(), blobs=(blob,)))[0]
    assert (outcome.status, outcome.missing) == (Status.WAITING, (blob,))
    assert outcome.receipt is None
    assert house.version("roster/r1") == 0


def test_positions_name_only_scopes_of_the_caller_and_the_mirror_reaches_them(house: House) -> None:
    desk = house.desk("account/main")
    outcome = desk.ask(Kind.SAVE_ROSTER, "roster/r1", roster())
    assert set(outcome.positions) == {"unit:u1"}
    assert desk.mirror().cursors["unit:u1"] >= outcome.positions["unit:u1"]


def test_the_record_is_whole_and_a_changed_row_breaks_it(house: House) -> None:
    desk = house.desk("account/main")
    desk.push(*(desk.operation(Kind.SAVE_ROSTER, f"roster/r{n}", roster()) for n in range(5)))
    with house.work.database.read() as connection:
        rows = record.verify(connection)
    assert rows == 6  # the first stock, and five decisions
    with house.work.database.write() as connection:
        connection.exec_driver_sql("UPDATE record SET status = 'refused' WHERE number = 3")
    with house.work.database.read() as connection, pytest.raises(record.RecordBroken, match="row 3"):
        record.verify(connection)


def test_a_record_cut_short_is_seen(house: House) -> None:
    desk = house.desk("account/main")
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", roster())
    with house.work.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM record WHERE number = 2")
    with house.work.database.read() as connection, pytest.raises(record.RecordBroken):
        record.verify(connection)


def test_ledger_and_record_hold_no_name(house: House) -> None:
    desk = house.desk("account/main")
    desk.push(desk.operation(Kind.SAVE_ROSTER, "roster/r1", roster("赵某某", "440103199001011234")))
    with house.work.database.read() as connection:
        for table in ("ledger", "record"):
            text = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            assert "赵某某" not in text
            assert "440103199001011234" not in text
