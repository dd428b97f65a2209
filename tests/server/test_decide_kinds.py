"""Each kind of Operation that needs no workflow: what it keeps, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind, Status
from domain.packs import digest
from server.decide.verdict import Refusal
from sync.protocol import sign
from tests.server.desks import AGENCY, OTHER_UNIT, PUBLISHER, TINY, UNIT, House

NUMBER = "44010319900101001X"


def entry(name: str = "张三", number: str = "") -> dict[str, str]:
    return {"name": name, "document_type": "mainland_id", "document_number": number}


def member(unit: str = UNIT) -> dict[str, Any]:
    return {"id": "person/p1", "name": "张三", "unit": unit, "id_document_type": "mainland_id", "id_number": NUMBER}


# ---- roster ---------------------------------------------------------------------------------


def test_a_second_entry_with_the_same_document_is_an_alias_of_the_first(house: House) -> None:
    desk = house.desk("account/main")
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", entry(number=NUMBER))
    outcome = desk.ask(Kind.SAVE_ROSTER, "roster/r2", entry(number=" 44010319900101001x"))
    assert outcome.status is Status.APPLIED
    assert outcome.rows == ({"same_as": "roster/r1"},)
    assert house.body("roster/r2")["same_as"] == "roster/r1"
    assert "same_as" not in house.body("roster/r1")


def test_two_entries_with_one_document_in_one_batch_are_one_as_well(house: House) -> None:
    desk = house.desk("account/main")
    desk.push(*(desk.operation(Kind.SAVE_ROSTER, f"roster/r{n}", entry(number=NUMBER)) for n in (1, 2)))
    assert house.body("roster/r2")["same_as"] == "roster/r1"


def test_two_units_may_have_the_same_document(house: House) -> None:
    house.desk("account/main").ask(Kind.SAVE_ROSTER, "roster/r1", entry(number=NUMBER))
    house.desk("account/other").ask(Kind.SAVE_ROSTER, "roster/r2", entry(number=NUMBER))
    assert "same_as" not in house.body("roster/r2")


def test_an_entry_finds_the_member_of_its_own_unit_by_document(house: House) -> None:
    house.put(member())
    house.desk("account/main").ask(Kind.SAVE_ROSTER, "roster/r1", entry(number="４４０１０３１９９００１０１００１ｘ"))
    assert house.body("roster/r1")["person"] == "person/p1"


def test_of_a_member_of_another_unit_a_roster_learns_nothing(house: House) -> None:
    house.put(member(OTHER_UNIT))
    desk = house.desk("account/main")
    known = desk.ask(Kind.SAVE_ROSTER, "roster/r1", entry(number=NUMBER))
    unknown = desk.ask(Kind.SAVE_ROSTER, "roster/r2", entry(number="440103199001010028"))
    assert house.body("roster/r1")["person"] is None
    assert (known.status, known.rows, known.findings) == (unknown.status, unknown.rows, unknown.findings)


def test_an_entry_follows_the_member_in_and_out_of_the_archive(house: House) -> None:
    house.desk("account/main").ask(Kind.SAVE_ROSTER, "roster/r1", entry(number=NUMBER))
    house.put(member())
    assert house.body("roster/r1")["person"] == "person/p1"
    house.put(member(OTHER_UNIT))
    assert house.body("roster/r1")["person"] is None


def test_a_changed_document_frees_the_old_one(house: House) -> None:
    desk = house.desk("account/main")
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", entry(number=NUMBER))
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", entry(number="440103199001010028"))
    desk.ask(Kind.SAVE_ROSTER, "roster/r2", entry(number=NUMBER))
    assert "same_as" not in house.body("roster/r2")


def test_nobody_writes_into_the_roster_of_another_unit(house: House) -> None:
    house.desk("account/main").ask(Kind.SAVE_ROSTER, "roster/r1", entry())
    outcome = house.desk("account/other").ask(Kind.SAVE_ROSTER, "roster/r1", entry("李四"))
    assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_ALLOWED]
    assert outcome.current is None


def test_an_entry_is_taken_out_and_its_document_is_free_again(house: House) -> None:
    desk = house.desk("account/main")
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", entry(number=NUMBER))
    assert desk.ask(Kind.REMOVE_ROSTER, "roster/r1", {}, base_version=1).status is Status.APPLIED
    assert desk.ask(Kind.REMOVE_ROSTER, "roster/r1", {}).status is Status.APPLIED  # gone already
    desk.ask(Kind.SAVE_ROSTER, "roster/r2", entry(number=NUMBER))
    assert "same_as" not in house.body("roster/r2")


def test_an_entry_that_another_was_made_one_with_is_not_taken_out(house: House) -> None:
    desk = house.desk("account/main")
    desk.ask(Kind.SAVE_ROSTER, "roster/r1", entry(number=NUMBER))
    desk.ask(Kind.SAVE_ROSTER, "roster/r2", entry(number=NUMBER))
    outcome = desk.ask(Kind.REMOVE_ROSTER, "roster/r1", {}, base_version=1)
    assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_NOW]


def test_nobody_takes_out_an_entry_of_another_unit(house: House) -> None:
    house.desk("account/main").ask(Kind.SAVE_ROSTER, "roster/r1", entry())
    outcome = house.desk("account/other").ask(Kind.REMOVE_ROSTER, "roster/r1", {}, base_version=1)
    assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_ALLOWED]
    assert house.body("roster/r1")["name"] == "张三"


# ---- drafts ---------------------------------------------------------------------------------


def draft(**values: Any) -> dict[str, Any]:
    return {"application": "application/d1", "service": "letter", "title": "一", "form": {"values": values}}


def test_a_draft_is_shared_in_the_unit_and_says_who_edited_it(house: House) -> None:
    main, sub = house.desk("account/main"), house.desk("account/sub")
    main.ask(Kind.SAVE_DRAFT, "draft/d1", draft(a=1))
    sub.ask(Kind.SAVE_DRAFT, "draft/d1", draft(a=2))
    body = house.body("draft/d1")
    assert (body["form"]["values"], body["edited_by"]) == ({"a": 2}, "sub")


def test_a_draft_saved_over_somebody_elses_is_a_conflict_with_theirs(house: House) -> None:
    main, sub = house.desk("account/main"), house.desk("account/sub")
    main.ask(Kind.SAVE_DRAFT, "draft/d1", draft(a=1))
    sub.ask(Kind.SAVE_DRAFT, "draft/d1", draft(a=2), base_version=1)
    outcome = main.ask(Kind.SAVE_DRAFT, "draft/d1", draft(a=3), base_version=1)
    assert outcome.status is Status.CONFLICT
    assert outcome.current is not None
    assert outcome.current["form"]["values"] == {"a": 2}


def test_a_draft_is_deleted_once_and_stays_deleted(house: House) -> None:
    desk = house.desk("account/main")
    desk.ask(Kind.SAVE_DRAFT, "draft/d1", draft())
    mirror = desk.mirror()
    assert desk.ask(Kind.DELETE_DRAFT, "draft/d1", {}).status is Status.APPLIED
    assert desk.ask(Kind.DELETE_DRAFT, "draft/d1", {}).status is Status.APPLIED
    mirror.pull(house, desk.caller.scopes)
    assert mirror.body("draft/d1") is None


@pytest.mark.parametrize("form", [{"cards": {"a": [{}]}}, {"cards": {"a": [{"row": "1"}, {"row": "1"}]}}, {"x": 1}, []])
def test_a_form_of_another_shape_is_refused(house: House, form: Any) -> None:
    outcome = house.desk("account/main").ask(Kind.SAVE_DRAFT, "draft/d1", {"service": "letter", "form": form})
    assert [finding.rule for finding in outcome.findings] == [Refusal.MALFORMED]


def test_an_id_that_would_break_a_page_is_refused(house: House) -> None:
    outcome = house.desk("account/main").ask(Kind.SAVE_ROSTER, 'roster/a"],["x', entry())
    assert [finding.rule for finding in outcome.findings] == [Refusal.MALFORMED]


# ---- settings ---------------------------------------------------------------------------------


def test_a_parameter_has_values_by_day_and_keeps_those_before(house: House) -> None:
    admin = house.desk("account/admin")
    admin.ask(Kind.SET_CONFIG, "config/fees.dues", {"value": "200.00", "since": "2026-01-01", "why": "年会"})
    admin.ask(Kind.SET_CONFIG, "config/fees.dues", {"value": "150.00", "since": "2025-06-01", "why": "试行"})
    values = house.body("config/fees.dues")["values"]
    assert [(value["value"], value["since"]) for value in values] == [
        ("150.00", "2025-06-01"),
        ("200.00", "2026-01-01"),
    ]
    assert all(value["by"] == "admin" and value["at"] for value in values)


@pytest.mark.parametrize("value", ["一百", "1.234", "-5", []])
def test_a_value_that_is_not_of_its_kind_is_refused(house: House, value: Any) -> None:
    outcome = house.desk("account/admin").ask(
        Kind.SET_CONFIG, "config/fees.dues", {"value": value, "since": "2026-01-01"}
    )
    assert [finding.path for finding in outcome.findings] == ["value"]


def test_a_parameter_the_pack_does_not_know_is_refused(house: House) -> None:
    outcome = house.desk("account/admin").ask(Kind.SET_CONFIG, "config/nonsense", {"value": 1, "since": "2026-01-01"})
    assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_FOUND]


SETTINGS: list[tuple[Kind, str, dict[str, Any]]] = [
    (Kind.SET_CONFIG, "config/fees.dues", {"value": "1.00", "since": "2026-01-01"}),
    (Kind.SAVE_AGENCY, "agency/new", {"name": "新机构"}),
    (Kind.SAVE_DESK, "desk/finance", {"name": "财务部", "phone": "020-2"}),
    (Kind.SAVE_ACCOUNT, "account/new", {"login": "new", "role": "association_review"}),
    (Kind.PUBLISH_PACK, "pack/2", {}),
]


@pytest.mark.parametrize(("kind", "entity", "payload"), SETTINGS)
@pytest.mark.parametrize("who", ["main", "sub", "agent", "reviewer", "finance"])
def test_who_sits_at_another_desk_sets_nothing(
    sqlite_house: House, kind: Kind, entity: str, payload: dict[str, Any], who: str
) -> None:
    outcome = sqlite_house.desk(f"account/{who}").ask(kind, entity, payload)
    assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_ALLOWED]
    assert sqlite_house.version(entity) == 0


def test_agencies_and_desks_are_told_to_everybody(house: House) -> None:
    admin = house.desk("account/admin")
    admin.ask(Kind.SAVE_AGENCY, AGENCY, {"phone": "020-22222222"})
    admin.ask(Kind.SAVE_DESK, "desk/finance", {"contact": "王", "phone": "020-33333333"})
    mirror = house.desk("account/main").mirror()
    agency, desk = mirror.body(AGENCY), mirror.body("desk/finance")
    assert agency is not None
    assert desk is not None
    assert (agency["name"], agency["phone"], desk["phone"]) == ("广州会员服务机构", "020-22222222", "020-33333333")


# ---- accounts ---------------------------------------------------------------------------------


def test_a_new_account_gets_its_first_secret_after_the_commit_and_none_is_kept_here(house: House) -> None:
    house.desk("account/admin").ask(Kind.SAVE_ACCOUNT, "account/new", {"login": "new", "role": "association_review"})
    with house.work.database.read() as connection:
        told = connection.exec_driver_sql("SELECT port, body, sent_at FROM dispatch").all()
    assert [(port, json.loads(body), sent) for port, body, sent in told] == [
        ("first-secret", {"account": "account/new"}, None)
    ]


def test_only_what_has_to_leave_the_server_wakes_what_lets_it_leave(house: House) -> None:
    house.desk("account/main").ask(Kind.SAVE_ROSTER, "roster/r1", {"name": "张三"})
    assert not house.work.outlet.is_set()
    house.desk("account/admin").ask(Kind.SAVE_ACCOUNT, "account/new", {"login": "new", "role": "association_review"})
    assert house.work.outlet.is_set()


def test_a_login_belongs_to_one_account(house: House) -> None:
    outcome = house.desk("account/admin").ask(Kind.SAVE_ACCOUNT, "account/new", {"login": "main", "role": "admin"})
    assert [finding.rule for finding in outcome.findings] == [Refusal.TAKEN]


def test_a_login_given_up_is_free(house: House) -> None:
    admin = house.desk("account/admin")
    admin.ask(Kind.SAVE_ACCOUNT, "account/sub", {"login": "renamed"})
    outcome = admin.ask(Kind.SAVE_ACCOUNT, "account/new", {"login": "sub", "role": "unit_sub", "unit": UNIT})
    assert outcome.status is Status.APPLIED


def test_a_main_account_makes_sub_accounts_of_its_own_unit_only(house: House) -> None:
    main = house.desk("account/main")
    own = main.ask(Kind.SAVE_ACCOUNT, "account/n1", {"login": "n1", "role": "unit_sub"})
    assert own.status is Status.APPLIED
    assert house.body("account/n1")["unit"] == UNIT
    for more in ({"role": "unit_sub", "unit": OTHER_UNIT}, {"role": "unit_main"}, {"role": "admin"}):
        outcome = main.ask(Kind.SAVE_ACCOUNT, "account/n2", {"login": "n2", **more})
        assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_ALLOWED]
    sub = house.desk("account/sub").ask(Kind.SAVE_ACCOUNT, "account/n2", {"login": "n2", "role": "unit_sub"})
    assert sub.status is Status.REFUSED


def test_a_main_account_cannot_take_over_an_account_of_another_unit(house: House) -> None:
    main = house.desk("account/main")
    outcome = main.ask(Kind.SAVE_ACCOUNT, "account/other", {"role": "unit_sub", "unit": UNIT, "active": False})
    assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_ALLOWED]
    assert house.body("account/other")["unit"] == OTHER_UNIT


# ---- bills and packs ---------------------------------------------------------------------------------


def bill(**more: Any) -> dict[str, Any]:
    return {"id": "bill/b1", "kind": "dues", "unit": UNIT, "lines": [], "total": "200.00", "status": "unpaid", **more}


def test_finance_notes_a_difference_beside_the_bill(house: House) -> None:
    house.put(bill(status="paid"))
    payload = {"note": "difference", "amount": "-20.00", "reason": "少付"}
    outcome = house.desk("account/finance").ask(Kind.NOTE_BILL, "bill/b1", payload)
    body = house.body("bill/b1")
    assert outcome.status is Status.APPLIED
    assert (body["total"], body["notes"][0]["amount"], body["notes"][0]["by"]) == ("200.00", "-20.00", "finance")


def test_only_an_unpaid_bill_is_voided(house: House) -> None:
    house.put(bill(), bill(id="bill/b2", status="paid"))
    finance = house.desk("account/finance")
    assert finance.ask(Kind.NOTE_BILL, "bill/b1", {"note": "void", "reason": "开错"}).status is Status.APPLIED
    assert finance.ask(Kind.NOTE_BILL, "bill/b2", {"note": "void", "reason": "开错"}).status is Status.REFUSED
    assert (house.body("bill/b1")["status"], house.body("bill/b2")["status"]) == ("void", "paid")


def test_a_note_without_a_reason_is_refused(house: House) -> None:
    house.put(bill())
    assert house.desk("account/finance").ask(Kind.NOTE_BILL, "bill/b1", {"note": "refund"}).status is Status.REFUSED


INVOICE = {"note": "invoice", "number": "25440001", "issued_on": "2025-11-02"}


def test_an_invoice_is_noted_with_number_and_day_and_leaves_the_queue_with_the_last_bill(house: House) -> None:
    lines = [{"rule": "F-1", "amount": "200.00", "receipt": "e_invoice"}]
    paid = {"lines": lines, "status": "paid", "payment": "application/pay"}
    house.put(
        {"id": "application/pay", "service": "errand", "state": "done", "unit": UNIT, "bills": ["bill/b1", "bill/b2"]},
        bill(**paid),
        bill(**paid, id="bill/b2"),
        {"id": "queue-entry/q1", "application": "application/pay", "document_kind": "e_invoice", "status": "queued"},
    )
    finance = house.desk("account/finance")
    assert finance.ask(Kind.NOTE_BILL, "bill/b1", INVOICE).status is Status.APPLIED
    note = house.body("bill/b1")["notes"][0]
    assert (note["document"], note["number"], note["issued_on"]) == ("e_invoice", "25440001", "2025-11-02")
    assert house.body("queue-entry/q1")["status"] == "queued", "the other bill of the payment still waits"
    assert finance.ask(Kind.NOTE_BILL, "bill/b2", INVOICE).status is Status.APPLIED
    entry = house.body("queue-entry/q1")
    assert (entry["status"], entry["done_on"]) == ("issued", "2025-11-02")
    again = finance.ask(Kind.NOTE_BILL, "bill/b1", INVOICE)
    assert [finding.rule for finding in again.findings] == [Refusal.TAKEN]


@pytest.mark.parametrize(
    ("more", "status", "wrong"),
    [
        ({}, "unpaid", Refusal.NOT_NOW),
        ({"number": " "}, "paid", Refusal.MALFORMED),
        ({"issued_on": "2999-01-01"}, "paid", Refusal.MALFORMED),
        ({"document": "fiscal_receipt"}, "paid", Refusal.MALFORMED),
    ],
)
def test_an_invoice_that_cannot_be_is_refused(house: House, more: dict[str, Any], status: str, wrong: str) -> None:
    house.put(bill(lines=[{"rule": "F-1", "amount": "200.00", "receipt": "e_invoice"}], status=status))
    outcome = house.desk("account/finance").ask(Kind.NOTE_BILL, "bill/b1", INVOICE | more)
    assert [finding.rule for finding in outcome.findings] == [wrong]
    assert not house.body("bill/b1").get("notes")


def test_only_finance_notes_an_invoice(house: House) -> None:
    house.put(bill(lines=[{"rule": "F-1", "amount": "200.00", "receipt": "e_invoice"}], status="paid"))
    outcome = house.desk("account/main").ask(Kind.NOTE_BILL, "bill/b1", INVOICE)
    assert [finding.rule for finding in outcome.findings] == [Refusal.NOT_ALLOWED]


def edition(
    number: str, more: Mapping[str, str] | None = None, *, key: Ed25519PrivateKey = PUBLISHER
) -> dict[str, Any]:
    files = {**TINY, "pack.yaml": TINY["pack.yaml"].replace('edition: "1"', f'edition: "{number}"'), **(more or {})}
    return {"files": files, "signature": sign(key, digest(files).encode()), "since": "2025-12-01"}


def test_an_edition_that_the_publisher_did_not_sign_is_refused(house: House) -> None:
    admin = house.desk("account/admin")
    changed = edition("2")
    changed["files"]["services/letter.yaml"] += "\n"
    for told in ({**edition("2"), "signature": ""}, edition("2", key=Ed25519PrivateKey.generate()), changed):
        (finding,) = admin.ask(Kind.PUBLISH_PACK, "pack/2", told).findings
        assert (finding.rule, finding.path) == (Refusal.PACK, "signature")
    assert house.version("pack/2") == 0


def test_a_new_edition_is_in_force_from_its_day(house: House) -> None:
    admin = house.desk("account/admin")
    assert admin.ask(Kind.PUBLISH_PACK, "pack/2", edition("2")).status is Status.APPLIED
    with house.work.database.read() as connection:
        from datetime import date

        days = [date(2025, 11, 30), date(2025, 12, 1)]
        assert [house.work.editions.current(connection, day).edition for day in days] == ["1", "2"]


def test_a_pack_with_an_error_is_refused_with_file_and_line(house: House) -> None:
    broken = edition("2", {"services/letter.yaml": "service: letter\nname: 来信\nnonsense: 1\n"})
    outcome = house.desk("account/admin").ask(Kind.PUBLISH_PACK, "pack/2", broken)
    assert "services/letter.yaml:3" in outcome.findings[0].message


def test_an_edition_is_never_changed(house: House) -> None:
    admin = house.desk("account/admin")
    admin.ask(Kind.PUBLISH_PACK, "pack/2", edition("2"))
    assert [f.rule for f in admin.ask(Kind.PUBLISH_PACK, "pack/2", edition("2")).findings] == [Refusal.TAKEN]
