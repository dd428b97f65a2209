"""Actions on real applications: states, writes, bills, what a payment fires, and what stops them by name."""

from datetime import date
from typing import Any

import pytest

import domain
from domain.questions import Question
from domain.transitions import BillToMake
from tests.domain.sample import UNIT, a_certificate, a_config, a_form, a_membership, a_row, a_view
from tests.domain.test_forms import pack

DAY = date(2026, 3, 18)
ALL_SET = a_config(
    fees__assist__upgrade="260.00",
    fees__member_ordinary="100.00",
    membership__period_months__ordinary=12,
    ce__extension_months=36,
    certificate__validity_months=36,
)


def an_application(state: str, **changes: Any) -> dict[str, Any]:
    body = {"id": "application/1", "service": "education-registration", "state": state, "unit": UNIT, "form": a_form()}
    return body | changes


def carry_out(application: dict[str, Any], actor: str, action: str, view: domain.View, **payload: Any) -> Any:
    return domain.transition(pack(), application, actor, action, view=view, today=DAY, payload=payload)


def upgrade_form() -> dict[str, Any]:
    return a_form(assistant_to_engineer_upgrade=[a_row("r1", "1", new_specialties=["甲"], route="education")])


def member_view(**changes: Any) -> domain.View:
    return a_view("1", certificates={"person/1": (a_certificate("1"),)}, config=ALL_SET, **changes)


def test_submitting() -> None:
    made = carry_out(
        {"id": "application/1", "service": "education-registration"},
        "unit",
        "submit",
        member_view(),
        form=upgrade_form(),
    )
    assert isinstance(made, domain.Transition)
    assert (made.source, made.target, made.verb, made.holder_actor) == ("none", "agency_review", "submit", "agency")
    assert made.writes == ()


@pytest.mark.parametrize("form", [upgrade_form(), a_form()], ids=["with a row", "empty"])
def test_who_goes_on_with_a_checked_form_gets_what_a_fresh_question_gives(form: dict[str, Any]) -> None:
    application = an_application("none", form=form)
    check = domain.check_form(pack(), member_view(), application["service"], form, DAY, application=application)

    def submitted(**more: Any) -> Any:
        return domain.transition(pack(), application, "unit", "submit", view=member_view(), today=DAY, **more)

    assert submitted(question=check.question) == submitted()
    told = check.question.told({"action": {"actor": "unit", "name": "submit", "reason": None}, "materials": ["x"]})
    given = {**check.question.given, "action": {"actor": "unit", "name": "submit", "reason": None}, "materials": ["x"]}
    fresh = Question(pack(), application["service"], given)
    assert (told.env.facts, told.given) == (fresh.env.facts, fresh.given)
    assert [row.env.facts for row in told.rows or ()] == [row.env.facts for row in fresh.rows or ()]


def test_what_is_not_possible_is_refused_in_words() -> None:
    made = carry_out(an_application("completed"), "unit", "submit", member_view())
    assert isinstance(made, domain.Refusal)
    assert "已完成" in made.findings[0].message
    made = carry_out(an_application("agency_review"), "agency", "return", member_view())
    assert isinstance(made, domain.Refusal)
    assert made.findings[0].path == "reason"
    assert isinstance(
        carry_out(an_application("agency_review"), "agency", "return", member_view(), reason="x"), domain.Transition
    )


def test_the_first_review_makes_the_bill_by_rule() -> None:
    made = carry_out(
        an_application("association_first_review", form=upgrade_form()), "association", "pass", member_view()
    )
    assert made.target == "awaiting_payment"
    (bill,) = made.bills
    assert isinstance(bill, BillToMake)
    assert (bill.bill.kind, str(bill.bill.total), bill.values) == ("assist_fee", "260.00", {"status": "unpaid"})
    assert bill.bill.lines[0].person == "person/1"
    assert bill.bill.lines[0].row == "r1"


def test_an_amount_that_is_not_set_makes_a_bill_that_waits() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    made = carry_out(an_application("association_first_review", form=upgrade_form()), "association", "pass", view)
    assert made.bills[0].bill.total is None
    assert made.bills[0].bill.blocked_by == ("fees.assist.upgrade",)


def test_study_opens_for_every_item_at_the_end() -> None:
    form = a_form(continuing_education=[a_row("r1", "1", certificate_types=["supervision_assistant"])])
    made = carry_out(an_application("association_first_review", form=form), "association", "pass", member_view())
    (write,) = made.writes
    assert (write.op, write.kind, write.effect) == ("create", "study-task", "study-task-opened")
    assert write.values["certificates"] == ["certificate/1"]
    assert write.values["status"] == "studying"
    assert write.values["opened_on"] == "2026-03-18"


def test_a_paid_bill_serves_again_after_a_return() -> None:
    paid = {
        "id": "bill/1",
        "kind": "assist_fee",
        "status": "paid",
        "application": "application/1",
        "lines": [{"rule": "x", "row": "r1"}],
    }
    view = member_view(unit_bills=(paid,))
    made = carry_out(an_application("association_first_review", form=upgrade_form()), "association", "pass", view)
    assert (made.target, made.bills) == ("association_final_review", ())


def payment(service: str, card: str, rows: list[dict[str, Any]], state: str = "finance_review") -> dict[str, Any]:
    form = {"values": {}, "cards": {card: rows}, "attachments": []}
    return {"id": "application/9", "service": service, "state": state, "unit": UNIT, "form": form}


def assist_view(**bill: Any) -> domain.View:
    covered = an_application("finance_review", form=upgrade_form())
    owed = {
        "id": "bill/1",
        "kind": "assist_fee",
        "status": "under_review",
        "application": "application/1",
        "payment": "application/9",
        "lines": [],
    }
    return member_view(unit_bills=(owed | bill,), covered={"application/1": covered})


def test_a_confirmed_payment_moves_what_it_covers() -> None:
    made = carry_out(
        payment("education-assist-fee-payment", "forms", [{"row": "p1", "application": "application/1"}]),
        "finance",
        "pass",
        assist_view(),
    )
    assert made.fires == (("application/1", "pass", "finance"),)
    assert [(write.op, write.kind, write.target) for write in made.writes] == [
        ("set", "bill", "bill/1"),
        ("queue", "queue-entry", None),
    ]
    assert made.writes[0].values == {"status": "paid", "paid_on": "2026-03-18"}


def test_what_is_covered_waits_for_all_its_bills() -> None:
    other = {
        "id": "bill/2",
        "kind": "member_fee_ordinary",
        "status": "unpaid",
        "application": "application/1",
        "lines": [],
    }
    view = assist_view()
    view = member_view(unit_bills=view.unit_bills, bills={"person/1": (other,)}, covered=view.covered)
    by_bill = payment("education-assist-fee-payment", "forms", [{"row": "p1", "bill": "bill/1"}])
    assert carry_out(by_bill, "finance", "pass", view).fires == ()


def test_a_payment_sent_back_sends_back_what_it_covers() -> None:
    rows = [{"row": "p1", "application": "application/1"}]
    made = carry_out(
        payment("education-assist-fee-payment", "forms", rows), "finance", "return", assist_view(), reason="金额不符"
    )
    assert made.target == "returned"
    assert made.fires == (("application/1", "return", "finance"),)
    assert made.writes[0].values == {"status": "unpaid", "payment": None}


def test_a_payment_taken_back_frees_what_it_covers_though_its_unit_may_not_move_it() -> None:
    rows = [{"row": "p1", "application": "application/1"}]
    made = carry_out(payment("education-assist-fee-payment", "forms", rows), "unit", "abandon", assist_view())
    assert made.fires == (("application/1", "return", "finance"),)


def test_nobody_moves_more_by_paying_than_by_hand() -> None:
    view = assist_view()
    reviewed = view.covered["application/1"] | {"state": "agency_review"}
    view = member_view(unit_bills=view.unit_bills, covered={"application/1": reviewed})
    rows = [{"row": "p1", "application": "application/1"}]
    assert carry_out(payment("education-assist-fee-payment", "forms", rows), "finance", "pass", view).fires == ()


def test_dues_extend_a_membership_from_its_end() -> None:
    rows = [a_row("p1", "1", member_type="ordinary")]
    submitted = carry_out(payment("member-fee-payment", "people", rows, "draft"), "unit", "submit", member_view())
    assert submitted.bills[0].values == {"status": "under_review", "payment": "application/9"}
    assert str(submitted.bills[0].bill.total) == "100.00"
    made = carry_out(payment("member-fee-payment", "people", rows), "finance", "pass", member_view())
    (write,) = [each for each in made.writes if each.kind == "membership"]
    assert (write.op, write.target) == ("extend", "membership/1")
    assert write.values["valid_until"] == "2027-12-31"


@pytest.mark.parametrize(
    ("until", "expected"), [("2026-03-17", "2027-03-17"), ("2026-03-18", "2027-03-18"), ("2020-01-31", "2027-03-17")]
)
def test_dues_after_the_end_begin_today(until: str, expected: str) -> None:
    view = member_view(memberships={"person/1": a_membership("1", valid_until=until)})
    made = carry_out(
        payment("member-fee-payment", "people", [a_row("p1", "1", member_type="ordinary")]), "finance", "pass", view
    )
    (write,) = [each for each in made.writes if each.kind == "membership"]
    assert write.values["valid_until"] == expected


def test_first_dues_activate_a_membership_and_make_an_account() -> None:
    view = member_view(memberships={})
    made = carry_out(
        payment("member-fee-payment", "people", [a_row("p1", "1", member_type="ordinary")]), "finance", "pass", view
    )
    assert {"membership-activated", "account-created", "sms-account-credentials"} <= set(made.effects)
    (write,) = [each for each in made.writes if each.kind == "membership"]
    assert (write.op, write.target, write.values["valid_from"], write.values["valid_until"]) == (
        "set",
        "membership/1",
        "2026-03-18",
        "2027-03-17",
    )


def test_a_period_that_is_not_set_stops_the_step_and_names_itself() -> None:
    view = a_view("1")
    made = carry_out(
        payment("member-fee-payment", "people", [a_row("p1", "1", member_type="ordinary")]), "finance", "pass", view
    )
    assert isinstance(made, domain.Refusal)
    assert made.findings[0].path == "membership.period_months.ordinary"
    assert "普通会员会籍期限" in made.findings[0].message


def a_task(**changes: Any) -> dict[str, Any]:
    task = {
        "id": "study-task/1",
        "person": "person/1",
        "service": "continuing-education",
        "certificates": ["certificate/1"],
        "status": "studying",
        "attempts_used": 0,
    }
    return task | changes


def exam(task: dict[str, Any], *, passed: bool, view: domain.View | None = None) -> Any:
    return domain.study_step(pack(), task, passed=passed, view=view or member_view(), today=DAY)


def test_a_passed_exam_extends_the_certificate() -> None:
    made = exam(a_task(), passed=True)
    writes = {write.kind: write for write in made.writes}
    assert writes["certificate"].values == {"valid_until": "2029-08-31"}
    assert writes["study-task"].values["status"] == "passed"


def test_a_passed_upgrade_replaces_the_certificate() -> None:
    made = exam(a_task(service="assistant-to-engineer-upgrade", specialties=["市政"], certificates=[]), passed=True)
    closed, created = [write for write in made.writes if write.kind == "certificate"]
    assert (closed.op, closed.target, closed.values) == ("close", "certificate/1", {"status": "superseded"})
    assert (created.op, created.sequence, created.values["type"]) == (
        "create",
        "certificate",
        "professional_supervision_engineer",
    )
    assert created.values["valid_until"] == "2029-03-17"
    assert created.values["specialties"] == ["市政"]


def test_failed_attempts_are_counted_to_the_end() -> None:
    ninth = exam(a_task(attempts_used=8), passed=False)
    assert ninth.target == "studying"
    assert ninth.writes[0].values == {"attempts_used": 9}
    tenth = exam(a_task(attempts_used=9), passed=False)
    assert (tenth.target, tenth.outcome) == ("failed", "closed")
    assert {"status": "failed", "finished_on": "2026-03-18"} in [write.values for write in tenth.writes]


def test_an_extension_that_is_not_set_is_named() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    made = exam(a_task(), passed=True, view=view)
    assert isinstance(made, domain.Refusal)
    assert made.findings[0].path == "ce.extension_months"


def test_what_may_be_done_now() -> None:
    offered = domain.actions_for(pack(), an_application("returned"), "unit")
    assert [each.id for each in offered] == ["save_draft", "reinitiate", "abandon"]
    (first, second, *_) = domain.actions_for(pack(), an_application("agency_review"), "agency")
    assert (first.label, second.label, second.require_reason) == ("通过", "退回", True)
    assert domain.actions_for(pack(), an_application("agency_review"), "finance") == ()


def test_parameters_in_force() -> None:
    made = domain.config_on(pack(), ALL_SET, DAY)
    assert str(made["fees.assist.upgrade"]) == "260.00"
    assert made["study.max_attempts"] == 10
    assert made["fees.unit_member"] is None
