"""A bug of ours is no answer to anybody: what we cannot decide waits, the others of the batch go on, no log has a name.

The bugs are real: a body in the database that is not what a judge reads, a pack whose numbers cannot be written.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest

from domain.operations import Kind, Operation, Outcome, Status
from domain.packs import parse
from server.repositories import stumbles
from server.repositories.stumbles import Stumble
from sync.protocol import STUMBLED
from tests.server.desks import TINY, UNIT, Desk, House, new_key_id

NAME, NUMBER, PHONE = "陈喆𬱖", "440104199003120811", "13800138000"
WORKFLOW = """
workflow:
  states:
    none: {label: 未提交, actor: unit, category: draft, actions: [{do: submit, to: kept}]}
    kept: {label: 已收到, category: done, outcome: completed}
"""
BROKEN_NUMBERS = {
    "pack.yaml": TINY["pack.yaml"].replace('edition: "1"', 'edition: "2"')
    + 'number_format: {application: "{year}-{nonsense}"}\n',
    "services/letter.yaml": "service: letter\nname: 来信\nsubject: unit\napplicant: [unit]\n" + WORKFLOW,
}


def broken(desk: Desk, entity: str = "roster/broken") -> Operation:
    """It says a name, a number and a telephone; its entity is damaged."""
    entry = {"name": NAME, "document_type": "mainland_id", "document_number": NUMBER, "mobile": PHONE}
    return desk.operation(Kind.SAVE_ROSTER, entity, entry, base_version=1)


def good(desk: Desk, number: int) -> Operation:
    entry = {"name": f"张{number}", "document_type": "other", "document_number": f"D{number:06}"}
    return desk.operation(Kind.SAVE_ROSTER, f"roster/good{number}", entry)


def noted(house: House) -> list[Stumble]:
    with house.work.database.read() as connection:
        return stumbles.every(connection)


def stumbled(outcome: Outcome) -> bool:
    """An interim answer that says why, and has no receipt."""
    rules = [finding.rule for finding in outcome.findings]
    return outcome.status is Status.WAITING and rules == [STUMBLED] and outcome.receipt is None


def damage(house: House, entity: str) -> None:
    """Its document number is no text, as after a mistaken repair by hand."""
    text = f'{{"id":"{entity}","name":"旧","unit":"{UNIT}","document_number":{NUMBER}}}'
    with house.work.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE entity SET body = '{text}' WHERE id = '{entity}'")


def mend(house: House, entity: str) -> None:
    text = f'{{"id":"{entity}","name":"旧","unit":"{UNIT}"}}'
    with house.work.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE entity SET body = '{text}' WHERE id = '{entity}'")


@pytest.fixture
def desk(house: House) -> Desk:
    """A unit's desk; of one roster entry the server's own copy is damaged."""
    house.put({"id": "roster/broken", "unit": UNIT, "name": "旧", "document_type": "other", "document_number": "X1"})
    damage(house, "roster/broken")
    return house.desk("account/main")


def test_a_bug_in_deciding_one_waits_and_the_others_go_on(house: House, desk: Desk) -> None:
    outcomes = desk.push(good(desk, 1), broken(desk), good(desk, 2))
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.WAITING, Status.APPLIED]
    assert stumbled(outcomes[1])


def test_once_we_are_mended_the_same_operation_is_decided_as_of_the_day_it_came(house: House, desk: Desk) -> None:
    operation = broken(desk)
    desk.push(operation)
    house.watch.forward(days=3)
    mend(house, "roster/broken")
    outcome = desk.push(operation)[0]
    assert outcome.status is Status.APPLIED
    assert outcome.receipt is not None
    assert outcome.receipt.received_at == "2025-11-03T02:00:00.000Z"
    assert house.body("roster/broken")["name"] == NAME
    assert noted(house) == []


def test_what_comes_later_on_the_same_entity_waits_with_it(house: House, desk: Desk) -> None:
    first, then = broken(desk), broken(desk)
    outcomes = desk.push(first, then)
    assert stumbled(outcomes[0])
    assert outcomes[1].waits_for == (first.op_id,)


def test_the_operator_is_told_which_where_and_how_often(house: House, desk: Desk) -> None:
    operation = broken(desk)
    desk.push(operation)
    house.watch.forward(hours=1)
    desk.push(operation)
    (told,) = noted(house)
    assert (told.op_id, told.kind, told.times) == (operation.op_id, "save-roster", 2)
    assert " at server." in told.place
    assert told.first_at < told.last_at


def test_a_bug_in_writing_what_was_decided_waits_and_the_others_go_on(house: House) -> None:
    pack = parse(BROKEN_NUMBERS)
    house.put({"id": "pack/2", "pack": pack.id, "edition": "2", "files": pack.files, "since": "2025-10-01"})
    desk = house.desk("account/main")
    payload: dict[str, Any] = {"service": "letter", "action": "submit", "form": {"values": {"name": NAME}}}
    act = desk.operation(Kind.ACT, f"application/{new_key_id()}", payload)
    outcomes = desk.push(good(desk, 1), act, good(desk, 2))
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.WAITING, Status.APPLIED]
    assert stumbled(outcomes[1])
    assert [told.op_id for told in noted(house)] == [act.op_id]


def test_no_log_has_a_word_of_anybody(house: House, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk.push(broken(desk))
    text = caplog.text + "".join(str(record.exc_text) for record in caplog.records)
    assert "a bug while deciding" in text
    assert "server.decide.roster:" in text
    for secret in (NAME, NUMBER, PHONE):
        assert secret not in text
