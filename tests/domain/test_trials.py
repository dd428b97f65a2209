"""What a parameter's new value would change is worked out by judging twice, and by nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.trials import PersonTrial, Value, cards_reading, form_trial, with_value
from domain.view import View
from tests.desktop.sample_desk import the_pack

TODAY = date(2026, 3, 16)
CARD = ("education-registration", "continuing-education")


def a_view(until: str) -> View:
    person = {
        "id": "person/1", "name": "张三", "unit": "unit/1", "birth_date": "1990-01-01", "gender": "male",
        "social_insurance": {"unit": "unit/1", "latest_month": "2026-03"},
    }  # fmt: skip
    certificate = {
        "id": "certificate/1", "person": "person/1", "type": "supervision_assistant", "status": "active",
        "valid_until": until, "number": "A1", "specialties": ["房屋建筑工程"],
    }  # fmt: skip
    membership = {
        "id": "membership/1", "person": "person/1", "type": "ordinary", "valid_until": "2027-01-01",
        "fee_approved_on": "2026-01-02",
    }  # fmt: skip
    made: dict[str, Any] = {
        "unit": {"id": "unit/1", "name": "甲公司", "kind": "member"},
        "people": {"person/1": person},
        "memberships": {"person/1": membership},
        "certificates": {"person/1": (certificate,)},
    }
    return View(**made)


def test_a_wider_window_lets_somebody_in_who_was_too_early() -> None:
    view, new = a_view("2027-01-10"), Value("ce.window_months", 12, TODAY)
    change = PersonTrial(the_pack(), view, *CARD, TODAY, new).check("person/1")
    assert change is not None
    assert (change.name, change.gains, change.loses) == ("张三", True, False)
    assert "GD-2.6-06" in change.before
    assert "GD-2.6-06" not in change.after


def test_who_is_judged_alike_is_not_counted() -> None:
    trial = PersonTrial(the_pack(), a_view("2026-05-01"), *CARD, TODAY, Value("ce.window_months", 12, TODAY))
    assert trial.check("person/1") is None


def test_only_cards_that_look_at_the_parameter_are_tried() -> None:
    cards = cards_reading(the_pack(), "ce.window_months")
    assert CARD in cards
    assert ("education-registration", "specialty-change") not in cards
    assert cards_reading(the_pack(), "sub_accounts.max") == ()


def test_a_form_that_would_cost_something_else_is_told() -> None:
    rows = [{"row": "r1", "person": "person/1", "values": {"member_type": "ordinary"}}]
    body = {
        "id": "application/1", "service": "member-fee-payment", "number": "7", "unit": "unit/1", "people": ["person/1"],
        "form": {"values": {}, "cards": {"people": rows}, "attachments": []},
    }  # fmt: skip
    first = with_value(a_view("2026-05-01"), Value("fees.member_ordinary", "240.00", TODAY))
    assert form_trial(the_pack(), first, body, TODAY, Value("fees.member_ordinary", "240.00", TODAY)) is None
    change = form_trial(the_pack(), first, body, TODAY, Value("fees.member_ordinary", "300.00", TODAY))
    assert change is not None
    assert change.name == "7"
