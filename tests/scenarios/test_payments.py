"""Money: one bill in one payment, voided and made anew but never edited, and everybody's own."""

from __future__ import annotations

from domain.answering import answer
from domain.operations import Kind, Status
from domain.packs import Pack
from server.clock import shanghai_day
from server.explaining import facts_of, find
from tests.scenarios.education import (
    SA,
    Desks,
    act,
    certificate,
    done,
    education_form,
    member,
    payment_form,
    rules,
    set_amounts,
    submit,
)
from tests.server.desks import OTHER_UNIT, House, new_key_id

EDUCATION, DUES, ASSIST = "education-registration", "member-fee-payment", "education-assist-fee-payment"


def awaiting_payment(house: House, desks: Desks, key: str = "3") -> str:
    """A form with one upgrade that the association has passed."""
    house.put(*member(key), certificate(key, SA))
    application = submit(desks.main, EDUCATION, education_form(house, assistant_to_engineer_upgrade=[key]))
    done(act(desks.agent, application, "pass"))
    done(act(desks.reviewer, application, "pass"))
    return application


def covering(house: House, *applications: str) -> dict[str, object]:
    rows = [{"row": f"f{n}", "application": application} for n, application in enumerate(applications)]
    return payment_form(house, "assist-fee-voucher", "350.00", forms=rows)


def failed(house: House, payment: str) -> list[str]:
    """What the rules say against a payment as it lies at the server."""
    today = shanghai_day(house.watch.now)
    with house.work.database.read() as connection:
        pack = house.work.editions.current(connection, today)
        facts = facts_of(connection, pack, find(connection, payment), today)
    return list(answer(pack, "eligibility", ASSIST, facts)["failed_rules"])


def current_pack(house: House) -> Pack:
    with house.work.database.read() as connection:
        return house.work.editions.current(connection, shanghai_day(house.watch.now))


def lines(*keys: str) -> list[dict[str, object]]:
    return [{"row": f"l{key}", "person": f"person/{key}", "values": {"member_type": "ordinary"}} for key in keys]


def test_one_payment_covers_several_forms_and_moves_them_all(real_house: House, desks: Desks) -> None:
    set_amounts(real_house)
    applications = [awaiting_payment(real_house, desks, key) for key in "34"]
    payment = submit(desks.main, ASSIST, covering(real_house, *applications))
    done(act(desks.finance, payment, "pass"))
    assert {real_house.body(one)["state"] for one in applications} == {"association_final_review"}


def test_one_payment_asks_for_one_invoice_however_many_forms_it_covers(real_house: House, desks: Desks) -> None:
    set_amounts(real_house)
    applications = [awaiting_payment(real_house, desks, key) for key in "34"]
    payment = submit(desks.main, ASSIST, covering(real_house, *applications))
    done(act(desks.finance, payment, "pass"))
    (entry,) = desks.finance.mirror().of_kind("queue-entry")
    assert (entry["application"], entry["document_kind"]) == (payment, "e_invoice")


def test_finance_is_told_of_no_doubt_about_forms_that_this_payment_itself_covers(
    real_house: House, desks: Desks
) -> None:
    set_amounts(real_house)
    application = awaiting_payment(real_house, desks)
    payment = submit(desks.main, ASSIST, covering(real_house, application))
    assert failed(real_house, payment) == []
    done(act(desks.finance, payment, "return", reason="看不清付款人"))
    submit(desks.main, ASSIST, covering(real_house, application), payment)
    assert failed(real_house, payment) == []


def test_a_form_is_in_one_payment_at_a_time(real_house: House, desks: Desks) -> None:
    set_amounts(real_house)
    application = awaiting_payment(real_house, desks)
    submit(desks.main, ASSIST, covering(real_house, application))
    form = covering(real_house, application)
    second = act(desks.main, f"application/{new_key_id()}", "submit", service=ASSIST, form=form)
    assert second.status is Status.REFUSED


def test_a_payment_taken_back_leaves_bill_and_form_as_they_were(real_house: House, desks: Desks) -> None:
    set_amounts(real_house)
    application = awaiting_payment(real_house, desks)
    bill = real_house.body(application)["bills"][0]
    payment = submit(desks.main, ASSIST, covering(real_house, application))
    done(act(desks.main, payment, "abandon"))
    assert (real_house.body(bill)["status"], real_house.body(bill)["payment"]) == ("unpaid", None)
    assert real_house.body(application)["state"] == "awaiting_payment"
    again = submit(desks.main, ASSIST, covering(real_house, application))
    done(act(desks.finance, again, "pass"))
    assert real_house.body(application)["state"] == "association_final_review"


def test_nobody_pays_for_a_form_of_another_unit(real_house: House, desks: Desks) -> None:
    set_amounts(real_house)
    application = awaiting_payment(real_house, desks)
    form = covering(real_house, application)
    other = real_house.desk("account/other")
    outcome = act(other, f"application/{new_key_id()}", "submit", service=ASSIST, form=form)
    assert outcome.status in (Status.REFUSED, Status.WAITING)
    assert real_house.body(application)["state"] == "awaiting_payment"


def test_a_voided_bill_is_made_anew_at_the_rate_of_the_day(real_house: House, desks: Desks) -> None:
    set_amounts(real_house)
    application = awaiting_payment(real_house, desks)
    old = real_house.body(application)["bills"][0]
    new_rate = {"value": "400.00", "since": "2025-11-03", "why": "新标准"}
    done(desks.admin.ask(Kind.SET_CONFIG, "config/fees.assist.upgrade", new_rate))
    assert real_house.body(old)["total"] == "350.00"
    done(desks.finance.ask(Kind.NOTE_BILL, old, {"note": "void", "reason": "标准调整"}))
    (new,) = real_house.body(application)["bills"]
    assert (real_house.body(old)["status"], real_house.body(old)["total"]) == ("void", "350.00")
    assert (real_house.body(new)["status"], real_house.body(new)["total"]) == ("unpaid", "400.00")


def test_a_person_taken_out_of_a_returned_payment_is_not_billed(real_house: House, desks: Desks) -> None:
    real_house.put(*member("1", until="2025-12-31"), *member("2", until="2025-12-31"))
    set_amounts(real_house)
    form = payment_form(real_house, "member-fee-voucher", "400.00", people=lines("1", "2"))
    payment = submit(desks.main, DUES, form)
    (old,) = real_house.body(payment)["bills"]
    done(act(desks.finance, payment, "return", reason="某2已离职"))
    less = payment_form(real_house, "member-fee-voucher", "200.00", people=lines("1"))
    done(act(desks.main, payment, "reinitiate", form=less))
    (new,) = real_house.body(payment)["bills"]
    assert (real_house.body(old)["status"], real_house.body(new)["total"]) == ("void", "200.00")
    done(act(desks.finance, payment, "pass"))
    assert real_house.body("membership/1")["valid_until"] == "2026-12-31"
    assert real_house.body("membership/2")["valid_until"] == "2025-12-31"


def test_a_returned_payment_sent_again_unchanged_keeps_its_bill(real_house: House, desks: Desks) -> None:
    real_house.put(*member("1", until="2025-12-31"))
    set_amounts(real_house)
    form = payment_form(real_house, "member-fee-voucher", "200.00", people=lines("1"))
    payment = submit(desks.main, DUES, form)
    bills = real_house.body(payment)["bills"]
    done(act(desks.finance, payment, "return", reason="凭证不清"))
    done(act(desks.main, payment, "reinitiate", form=form))
    assert real_house.body(payment)["bills"] == bills
    assert real_house.body(bills[0])["status"] == "under_review"


def test_a_payment_that_comes_back_is_no_objection_to_the_form(real_house: House, desks: Desks) -> None:
    set_amounts(real_house)
    real_house.put(*member("3"), certificate("3", SA))
    form = education_form(real_house, assistant_to_engineer_upgrade=["3"])
    application = submit(desks.main, EDUCATION, form)
    done(act(desks.agent, application, "return", reason="社保证明不是最近一个月"))
    done(act(desks.main, application, "reinitiate", form=form))
    done(act(desks.agent, application, "pass"))
    done(act(desks.reviewer, application, "pass"))
    covers = covering(real_house, application)
    payment = submit(desks.main, ASSIST, covers)
    done(act(desks.finance, payment, "return", reason="凭证不清"))
    done(act(desks.main, payment, "reinitiate", form=covers))
    done(act(desks.finance, payment, "pass"))
    body, pack = real_house.body(application), current_pack(real_house)
    assert body["state"] == "association_final_review"
    assert pack.objection(body) == "社保证明不是最近一个月"
    assert pack.objection(real_house.body(payment)) == "凭证不清"


def test_an_abandoned_renewal_leaves_no_bill_behind(real_house: House, desks: Desks) -> None:
    real_house.put(*member("1", until="2025-12-31"))
    set_amounts(real_house)
    form = payment_form(real_house, "member-fee-voucher", "200.00", people=lines("1"))
    payment = submit(desks.main, DUES, form)
    done(act(desks.main, payment, "abandon"))
    (bill,) = real_house.body(payment)["bills"]
    assert real_house.body(bill)["status"] == "void"
    submit(desks.main, DUES, form)


def test_one_person_is_in_one_dues_payment_at_a_time(real_house: House, desks: Desks) -> None:
    real_house.put(*member("1", until="2025-12-31"))
    set_amounts(real_house)
    form = payment_form(real_house, "member-fee-voucher", "200.00", people=lines("1"))
    submit(desks.main, DUES, form)
    second = act(desks.main, f"application/{new_key_id()}", "submit", service=DUES, form=form)
    assert "GD-1.2-D1" in rules(second)


def test_dues_for_somebody_of_another_unit_are_refused(real_house: House, desks: Desks) -> None:
    real_house.put(*member("9", unit=OTHER_UNIT))
    set_amounts(real_house)
    form = payment_form(real_house, "member-fee-voucher", "200.00", people=lines("9"))
    outcome = act(desks.main, f"application/{new_key_id()}", "submit", service=DUES, form=form)
    assert outcome.status is Status.REFUSED
