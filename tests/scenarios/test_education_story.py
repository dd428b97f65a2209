"""The main job without windows and HTTP: register for education, be returned, mend, pay, study, be certified."""

from __future__ import annotations

import json
from typing import Any

from domain.operations import Kind, Status
from server.repositories import record
from tests.scenarios.education import (
    PSE,
    SA,
    SSA,
    Desks,
    act,
    certificate,
    done,
    education_form,
    member,
    paper,
    payment_form,
    rules,
    set_amounts,
    submit,
    without_rows,
)
from tests.server.desks import OTHER_UNIT, House, new_key_id

EDUCATION, DUES, ASSIST = "education-registration", "member-fee-payment", "education-assist-fee-payment"


def states(house: House, application: str) -> list[str]:
    return [hop["target"] for hop in house.body(application)["history"]]


def dispatched(house: House, port: str) -> list[dict[str, Any]]:
    with house.work.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT port, body FROM dispatch ORDER BY id").all()
    return [json.loads(body) for at, body in rows if at == port]


def test_from_registration_to_certificate(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1"), *member("2"), *member("3"), certificate("2", SA), certificate("3", SA))
    set_amounts(house)
    people: dict[str, list[str]] = {"initial_education": ["1"], "continuing_education": ["2"]}
    form = education_form(house, **people, assistant_to_engineer_upgrade=["3"])
    application = submit(desks.main, EDUCATION, form)
    body = house.body(application)
    assert (body["number"], body["state"], body["holder"]["name"]) == (
        "2025000001",
        "agency_review",
        "广州会员服务机构",
    )
    assert body["holder"]["phone"] == "020-11111111"
    assert body["summary"] == "初始教育 1 人，继续教育 1 人，员升师教育 1 人"

    # The agency returns it with a reason and marks; the unit mends and sends again.
    marks = [{"path": "initial-education[initial-education-1].highest-diploma", "text": "扫描件不清楚"}]
    refused = act(desks.agent, application, "return")
    assert refused.status is Status.REFUSED
    done(act(desks.agent, application, "return", reason="毕业证看不清", marks=marks))
    body = house.body(application)
    assert (body["state"], body["reason"], body["marks"]) == ("returned", "毕业证看不清", marks)
    assert body["holder"]["actor"] == "unit"
    seen = desks.main.mirror().body(application)
    assert seen is not None
    assert seen["marks"] == marks
    mended = {
        **form,
        "attachments": [*form["attachments"], paper(house, "highest-diploma", "initial-education-1", "2")],
    }
    done(act(desks.main, application, "reinitiate", form=mended))
    body = house.body(application)
    assert (body["state"], body["round"], body["number"]) == ("agency_review", 2, "2025000001")
    assert (body["reason"], body["previous"]) == ("", form)

    # Agency and association pass; the assist fee becomes a bill of the upgrade alone.
    done(act(desks.agent, application, "pass"))
    done(act(desks.reviewer, application, "pass"))
    body = house.body(application)
    assert body["state"] == "awaiting_payment"
    bill = house.body(body["bills"][0])
    assert (bill["total"], bill["status"], bill["number"]) == ("350.00", "unpaid", "JF2025000001")
    assert [(line["rule"], line["person"]) for line in bill["lines"]] == [("GD-2.7-W7", "person/3")]

    # The unit pays; finance first returns the voucher, then confirms it; the covered form moves along.
    rows = [{"row": "f1", "application": application}]
    paying = payment_form(house, "assist-fee-voucher", "350.00", forms=rows)
    payment = submit(desks.main, ASSIST, paying)
    assert house.body(payment)["covers"] == [application]
    assert (house.body(bill["id"])["status"], house.body(application)["state"]) == ("under_review", "finance_review")
    done(act(desks.finance, payment, "return", reason="凭证金额不符"))
    assert (house.body(bill["id"])["status"], house.body(application)["state"]) == ("unpaid", "awaiting_payment")
    done(act(desks.main, payment, "reinitiate", form=paying))
    assert house.body(application)["state"] == "finance_review"
    done(act(desks.finance, payment, "pass"))
    assert (house.body(bill["id"])["status"], house.body(bill["id"])["paid_on"]) == ("paid", "2025-11-03")
    assert house.body(payment)["state"] == "completed"
    assert house.body(application)["state"] == "association_final_review"
    invoices = dispatched(house, "fiscal")
    assert [(one["kind"], one["filled"]["email"]) for one in invoices] == [("e_invoice", "finance@example.com")]

    # Final review opens the studies.
    done(act(desks.reviewer, application, "pass"))
    body = house.body(application)
    assert (body["state"], body["completed_on"], body["holder"]) == ("completed", "2025-11-03", None)
    tasks = {task["person"]: task for task in desks.main.mirror().of_kind("study-task")}
    assert {person: task["status"] for person, task in tasks.items()} == dict.fromkeys(tasks, "studying")
    assert sorted(tasks) == ["person/1", "person/2", "person/3"]

    # Exam results arrive from the study port; passing gives what was studied for.
    system = house.desk("account/system")
    failed = {"passed": False, "on": "2025-11-20", "score": "52"}
    done(system.ask(Kind.STUDY_RESULT, tasks["person/1"]["id"], failed))
    assert house.body(tasks["person/1"]["id"])["attempts_used"] == 1
    for task in tasks.values():
        done(system.ask(Kind.STUDY_RESULT, task["id"], {"passed": True, "on": "2025-11-21"}))
    mirror = desks.main.mirror()
    held = {(one["person"], one["type"], one["status"]) for one in mirror.of_kind("certificate")}
    assert held == {
        ("person/1", SSA, "active"),
        ("person/2", SA, "active"),
        ("person/3", SA, "superseded"),
        ("person/3", PSE, "active"),
    }
    issued = next(one for one in mirror.of_kind("certificate") if one["person"] == "person/1")
    assert issued["number"].startswith("GDJL2025")
    extended = house.body(f"certificate/2-{SA}")
    assert extended["valid_until"] > "2026-03-31"
    assert {task["status"] for task in mirror.of_kind("study-task")} == {"passed"}
    with house.work.database.read() as connection:
        assert record.verify(connection) > 15


def test_dues_extend_the_membership_and_a_new_one_begins_today(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1", until="2025-12-31"), *member("2", until=None))
    set_amounts(house)
    lines = [{"row": f"l{key}", "person": f"person/{key}", "values": {"member_type": "ordinary"}} for key in "12"]
    payment = submit(desks.main, DUES, payment_form(house, "member-fee-voucher", "400.00", people=lines))
    bills = [house.body(bill) for bill in house.body(payment)["bills"]]
    assert [(bill["status"], bill["payment"]) for bill in bills] == [("under_review", payment)]
    assert sum(float(bill["total"]) for bill in bills) == 400
    done(act(desks.finance, payment, "pass"))
    assert house.body("membership/1")["valid_until"] == "2026-12-31"
    assert (house.body("membership/2")["valid_from"], house.body("membership/2")["valid_until"]) == (
        "2025-11-03",
        "2026-11-02",
    )
    assert {house.body(bill["id"])["status"] for bill in bills} == {"paid"}
    assert [one["kind"] for one in dispatched(house, "fiscal")] == ["fiscal_receipt"]


def test_an_amount_that_is_not_set_blocks_its_step_and_names_itself(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("3"), certificate("3", SA))
    application = submit(desks.main, EDUCATION, education_form(house, assistant_to_engineer_upgrade=["3"]))
    done(act(desks.agent, application, "pass"))
    outcome = act(desks.reviewer, application, "pass")
    assert outcome.status is Status.REFUSED
    assert [finding.path for finding in outcome.findings] == ["fees.assist.upgrade"]
    assert house.body(application)["state"] == "association_first_review"
    set_amounts(house)
    done(act(desks.reviewer, application, "pass"))
    assert house.body(application)["state"] == "awaiting_payment"


def test_a_person_is_taken_out_of_a_returned_form_and_is_free_again(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1"), *member("2"))
    form = education_form(house, initial_education=["1", "2"])
    application = submit(desks.main, EDUCATION, form)
    done(act(desks.agent, application, "return", reason="某2资料不全"))
    again = education_form(house, initial_education=["2"])
    assert rules(act(desks.main, f"application/{new_key_id()}", "submit", service=EDUCATION, form=again)) == [
        "GD-2.5-02"
    ]
    done(act(desks.main, application, "reinitiate", form=without_rows(form, "initial-education-2")))
    assert house.body(application)["people"] == ["person/1"]
    submit(desks.main, EDUCATION, again)


def test_an_abandoned_form_frees_its_people_and_is_over(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1"))
    form = education_form(house, initial_education=["1"])
    application = submit(desks.main, EDUCATION, form)
    done(act(desks.main, application, "abandon"))
    assert house.body(application)["state"] == "abandoned"
    assert act(desks.agent, application, "pass").status is Status.REFUSED
    submit(desks.main, EDUCATION, form)


def test_the_draft_becomes_the_application(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1"))
    form, key = education_form(house, initial_education=["1"]), new_key_id()
    draft = {"application": f"application/{key}", "service": EDUCATION, "title": "一", "form": form}
    desks.main.ask(Kind.SAVE_DRAFT, f"draft/{key}", draft)
    mirror = desks.main.mirror()
    submit(desks.main, EDUCATION, form, f"application/{key}")
    mirror.pull(house, desks.main.caller.scopes)
    assert mirror.body(f"draft/{key}") is None
    assert mirror.body(f"application/{key}") is not None
    late = desks.main.ask(Kind.SAVE_DRAFT, f"draft/{key}", draft, base_version=0)
    assert late.status is Status.REFUSED


def test_one_person_is_in_one_form_at_a_time_also_within_a_batch(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1"))
    form = education_form(house, initial_education=["1"])
    payload = {"action": "submit", "service": EDUCATION, "form": form}
    sent = [desks.main.operation(Kind.ACT, f"application/{new_key_id()}", payload) for _ in range(3)]
    outcomes = desks.main.push(*sent)
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.REFUSED, Status.REFUSED]
    assert outcomes[1].findings[0].row == "initial-education-1"


def test_a_refusal_lists_every_row(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1", until="2025-11-02"), *member("2", birth_date="1950-01-01"), *member("3"))
    form = education_form(house, initial_education=["1", "2", "3"])
    form["attachments"] = [one for one in form["attachments"] if one["material"] != "commitment-letter-sealed"]
    outcome = act(desks.main, f"application/{new_key_id()}", "submit", service=EDUCATION, form=form)
    told = {(finding.rule, finding.row) for finding in outcome.findings}
    assert told == {
        ("GD-2.5-01a", "initial-education-1"),
        ("GD-2.5-05", "initial-education-2"),
        ("GD-2.5-M1", None),
    }


def test_the_day_is_when_the_bytes_first_came_whatever_was_missing_then(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1", until="2025-11-03"))
    form = education_form(house, initial_education=["1"])
    late = {**form["attachments"][0], "blob": "cd" * 32}
    form["attachments"][0] = late
    payload = {"action": "submit", "service": EDUCATION, "form": form}
    operation = desks.main.operation(Kind.ACT, f"application/{new_key_id()}", payload)
    waiting = desks.main.push(operation)[0]
    assert (waiting.status, waiting.missing) == (Status.WAITING, ("cd" * 32,))
    house.watch.forward(days=3)
    from server.repositories import blobs

    with house.work.database.write() as connection:
        blobs.complete(connection, "unit:u1", "cd" * 32, 5, "pdf", "account/main", "2025-11-06T02:00:00.000Z")
    assert done(desks.main.push(operation)[0]).receipt is not None
    assert house.body(operation.entity)["submitted_on"] == "2025-11-03"


def test_other_desks_may_not_touch_it(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("1"), {"id": "agency/a2", "name": "另一机构", "active": True})
    house.put({"id": "account/agent2", "login": "agent2", "role": "agency", "agency": "agency/a2", "active": True})
    application = submit(desks.main, EDUCATION, education_form(house, initial_education=["1"]))
    for name, action in (
        ("other", "abandon"),
        ("agent2", "pass"),
        ("reviewer", "pass"),
        ("finance", "pass"),
        ("main", "pass"),
    ):
        outcome = act(house.desk(f"account/{name}"), application, action)
        assert outcome.status is Status.REFUSED, name
        assert outcome.current is None
    assert states(house, application) == ["agency_review"]


def test_the_last_attempt_closes_the_task(real_house: House, desks: Desks) -> None:
    house = real_house
    task = {"id": "study-task/t1", "person": "person/1", "service": "initial-education", "certificate_type": SSA}
    house.put(*member("1"), {**task, "specialties": [], "certificates": [], "status": "studying", "attempts_used": 9})
    system = house.desk("account/system")
    done(system.ask(Kind.STUDY_RESULT, "study-task/t1", {"passed": False, "on": "2025-11-20"}))
    body = house.body("study-task/t1")
    assert (body["status"], body["attempts_used"], len(body["results"])) == ("failed", 10, 1)
    again = system.ask(Kind.STUDY_RESULT, "study-task/t1", {"passed": True, "on": "2025-11-21"})
    assert again.status is Status.REFUSED
    assert desks.main.mirror().of_kind("certificate") == []


def test_of_somebody_elses_people_a_unit_learns_no_more_than_of_nobody(real_house: House, desks: Desks) -> None:
    house = real_house
    house.put(*member("9", unit=OTHER_UNIT, until="2020-01-01", birth_date="1940-01-01"))
    told = []
    for key in ("9", "nobody"):
        form = education_form(house, initial_education=[key])
        payload = {"action": "submit", "service": EDUCATION, "form": form}
        outcome = desks.main.ask(Kind.ACT, f"application/{new_key_id()}", payload)
        told.append([(finding.rule, finding.message) for finding in outcome.findings])
    assert told[0] == told[1]
    assert [rule for rule, _ in told[0]] == ["huiban-stranger"]
