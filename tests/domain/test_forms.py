"""Forms as desk and server check them: findings at their place, papers, forecast bills, the picker."""

import json
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import domain
from domain.answering import answer
from domain.packs import Pack, load
from tests.domain.sample import a_certificate, a_config, a_form, a_membership, a_person, a_row, a_view

SERVICE = "education-registration"
DAY = date(2026, 3, 18)


@lru_cache
def pack() -> Pack:
    return load(Path(__file__).parents[2] / "resources" / "packs" / "gdjlxh-2025")


def check(view: domain.View, form: dict[str, Any], **more: Any) -> domain.FormCheck:
    return domain.check_form(pack(), view, more.pop("service", SERVICE), form, DAY, **more)


def test_a_form_in_order() -> None:
    made = check(a_view("1"), a_form(initial_education=[a_row("r1", "1", certificate_type="supervision_assistant")]))
    assert made.findings == ()
    assert made.ok
    assert made.rows["r1"].worst == "ok"
    assert made.counts == {"ok": 1, "warn": 0, "bad": 0}
    assert [each.served_by for each in made.rows["r1"].materials if each.needed] == ["profile", "profile", "profile"]


def test_findings_stand_at_their_place() -> None:
    view = a_view("1", "2", certificates={"person/2": (a_certificate("2", valid_until="2027-01-31"),)})
    form = a_form(
        initial_education=[a_row("r1", "1")],
        continuing_education=[a_row("r2", "2", certificate_types=["supervision_assistant"])],
    )
    form["values"]["contact_mobile"] = "12"
    form["values"]["agency_id"] = ""
    made = check(view, form, when=True)
    assert not made.ok
    assert {finding.path for finding in made.findings} == {
        "agency_id",
        "contact_mobile",
        "initial-education[r1].certificate_type",
        "continuing-education[r2].certificate_types",
    }
    late = made.rows["r2"]
    assert [(each.rule, each.short, each.clause) for each in late.findings] == [("GD-2.6-06", "未到半年", "2.6.1(6)")]
    assert "2026-07-31" in late.findings[0].message
    assert late.possible_from == "2026-07-31"


def test_missing_and_unacceptable_papers_by_person() -> None:
    view = a_view("1", "2", people={"person/1": a_person("1", materials=[]), "person/2": a_person("2")})
    rows = [
        a_row("r1", "1", certificate_type="supervision_assistant"),
        a_row("r2", "2", certificate_type="supervision_assistant"),
    ]
    form = a_form(initial_education=rows)
    form["attachments"] = [
        {"material": "highest-diploma", "row": "r1", "blob": "2", "type": "docx", "bytes": 9, "name": "毕业证.docx"},
        {"material": "social-insurance-proof", "row": None, "blob": "3", "type": "pdf", "bytes": 9},
    ]
    made = check(view, form)
    assert made.missing == ("commitment-letter-sealed",)
    assert made.rows["r1"].missing == ("credential-verification",)
    assert made.rows["r2"].missing == ()
    ((material, sentence),) = made.rows["r1"].invalid
    assert material == "highest-diploma"
    assert "毕业证.docx" in sentence
    assert "JPG" in sentence
    assert any(each.path == "initial-education[r1].credential-verification" for each in made.findings)


def test_one_person_in_several_cards() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    good = a_form(
        continuing_education=[a_row("r1", "1", certificate_types=["supervision_assistant"])],
        assistant_to_engineer_upgrade=[a_row("r2", "1", new_specialties=["市政公用工程"], route="education")],
    )
    assert check(view, good).ok
    bad = a_form(
        continuing_education=[a_row("r1", "1", certificate_types=["supervision_assistant"])],
        initial_education=[a_row("r2", "1", certificate_type="safety_supervision_assistant")],
    )
    made = check(view, bad)
    assert {finding.rule for finding in made.findings} == {"GD-3.7-02"}
    assert made.rows["r1"].worst == made.rows["r2"].worst == "bad"


def test_the_same_person_twice_and_an_empty_form() -> None:
    row = {"certificate_type": "supervision_assistant"}
    twice = check(a_view("1"), a_form(initial_education=[a_row("r1", "1", **row), a_row("r2", "1", **row)]))
    assert [finding.path for finding in twice.findings] == ["initial-education[r2]"]
    assert not check(a_view("1"), a_form()).ok


def test_forecast_bills_name_what_is_not_set() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    form = a_form(assistant_to_engineer_upgrade=[a_row("r1", "1", new_specialties=["甲"], route="education")])
    made = check(view, form)
    assert made.ok
    assert made.bill_blocked_by == ("fees.assist.upgrade",)
    assert made.bills[0]["total"] is None
    view = a_view(
        "1", certificates={"person/1": (a_certificate("1"),)}, config=a_config(fees__assist__upgrade="260.00")
    )
    made = check(view, form)
    assert made.bills[0]["total"] == "260.00"
    assert made.bills[0]["lines"][0]["clause"] == "2.7.2 步骤7"
    assert made.bill_blocked_by == ()


def test_a_value_counts_from_its_first_day() -> None:
    config = a_config(social_insurance__max_lag_months=0)
    config["config/social_insurance.max_lag_months"]["values"].append({"value": 3, "since": "2026-03-19"})
    person = a_person("1", social_insurance={"unit_id": "unit/1", "latest_month": "2026-02"})
    view = a_view("1", people={"person/1": person}, config=config)
    form = a_form(initial_education=[a_row("r1", "1", certificate_type="supervision_assistant")])
    before = domain.check_form(pack(), view, SERVICE, form, DAY)
    after = domain.check_form(pack(), view, SERVICE, form, date(2026, 3, 19))
    assert [each.rule for each in before.findings] == ["GD-2.5-04b", "GD-2.5-M3"]
    assert after.ok


def test_what_is_in_flight_blocks_but_not_the_form_itself() -> None:
    own = {"id": "application/1", "service": SERVICE, "state": "returned", "people": ["person/1"]}
    form = a_form(initial_education=[a_row("r1", "1", certificate_type="supervision_assistant")])
    view = a_view("1", applications={"person/1": (own,)})
    assert [each.rule for each in check(view, form).findings] == ["GD-2.5-02"]
    assert check(view, form, application=own).ok


def test_somebody_unknown_is_said_to_be_unknown() -> None:
    made = check(a_view(), a_form(initial_education=[a_row("r1", "9", certificate_type="supervision_assistant")]))
    assert "GD-2.5-04a" in {each.rule for each in made.findings}


def test_facts_are_what_explain_takes() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1", valid_until="2027-01-31"),)})
    form = a_form(continuing_education=[a_row("r1", "1", certificate_types=["supervision_assistant"])])
    facts = json.loads(json.dumps(domain.facts_for(pack(), view, SERVICE, form, DAY), ensure_ascii=False))
    given = answer(pack(), "eligibility", SERVICE, facts)
    blocked = sorted({each.rule for each in check(view, form).findings if each.severity == "block"})
    assert given["failed_rules"] == blocked == ["GD-2.6-06"]


class Bills(dict[str, Any]):
    """Bills by person that count how often somebody looks through all of them."""

    looks = 0

    def values(self) -> Any:
        self.looks += 1
        return super().values()


def test_a_payment_of_many_rows_looks_through_the_bills_no_more_often_than_one_of_few() -> None:
    def asked(rows: int) -> tuple[list[bool], int]:
        keys = [f"application/{at}" for at in range(rows)]
        owed = {"kind": "assist_fee", "status": "under_review", "payment": "application/p"}
        bills = Bills({f"person/{key}": ({"id": f"bill/{key}", "application": key, **owed},) for key in keys[1:]})
        covered = {key: {"id": key, "service": SERVICE, "state": "finance_review"} for key in keys}
        view = a_view("1", bills=bills, covered=covered)
        form = a_form(forms=[{"row": key, "application": key} for key in keys])
        own = {"id": "application/p", "service": "education-assist-fee-payment", "state": "finance_review"}
        facts = domain.facts_for(pack(), view, "education-assist-fee-payment", form, DAY, application=own)
        return [row["application"]["taken"] for row in facts["rows"]], bills.looks

    few, many = asked(2), asked(40)
    assert few[0] == [False, True]
    assert many == ([False] + [True] * 39, few[1])


def test_the_same_question_has_the_same_answer_and_changes_nothing() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    form = a_form(continuing_education=[a_row("r1", "1", certificate_types=["supervision_assistant"])])
    facts = domain.facts_for(pack(), view, SERVICE, form, DAY)
    before = deepcopy(facts)
    first = answer(pack(), "eligibility", SERVICE, facts)
    assert facts == before
    assert answer(pack(), "eligibility", SERVICE, facts) == first
    assert answer(load(Path(pack_folder())), "eligibility", SERVICE, facts) == first


def pack_folder() -> str:
    return str(Path(__file__).parents[2] / "resources" / "packs" / "gdjlxh-2025")


def picked(view: domain.View, card: str, key: str = "1", **values: Any) -> domain.PersonCheck:
    return domain.check_person(pack(), view, SERVICE, card, f"person/{key}", DAY, values or None)


def test_the_picker_judges_each_certificate_apart() -> None:
    certificates = (
        a_certificate("1"),
        a_certificate("1", id="certificate/2", type="safety_supervision_assistant", valid_until="2026-12-31"),
    )
    made = picked(a_view("1", certificates={"person/1": certificates}), "continuing-education")
    assert made.eligible
    assert [(each.value, each.eligible, each.possible_from) for each in made.options] == [
        ("supervision_assistant", True, None),
        ("safety_supervision_assistant", False, "2026-06-30"),
    ]


def test_the_picker_gives_every_reason_and_the_first_day() -> None:
    view = a_view(
        "1",
        certificates={"person/1": (a_certificate("1", valid_until="2026-12-31"),)},
        memberships={"person/1": a_membership("1", valid_until="2027-12-31")},
    )
    made = picked(view, "continuing-education")
    assert not made.eligible
    assert [each.rule for each in made.findings] == ["GD-2.6-06"]
    assert made.possible_from == "2026-06-30"
    gone = picked(
        a_view("1", people={"person/1": a_person("1", unit="unit/2", origin="legacy")}), "continuing-education"
    )
    assert {each.rule for each in gone.findings} == {"GD-1.1-01", "GD-2.6-01", "GD-2.6-P1"}
    assert gone.possible_from is None


def test_the_picker_does_not_ask_for_what_is_not_filled_in_yet() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    assert picked(view, "specialty-change").eligible
    assert picked(view, "assistant-to-engineer-upgrade").eligible
    assert [each.value for each in picked(view, "initial-education").options if each.eligible] == [
        "safety_supervision_assistant"
    ]


def test_the_picker_sees_the_other_cards() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    form = a_form(initial_education=[a_row("r1", "1", certificate_type="safety_supervision_assistant")])
    made = domain.Picker(pack(), view, SERVICE, "continuing-education", DAY, form=form).check("person/1")
    assert [each.rule for each in made.findings] == ["GD-3.7-02"]


def test_rows_start_with_what_is_known() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    row = domain.row_values(pack(), view, SERVICE, "continuing-education", "person/1", DAY)
    assert row == {"certificate_types": ["supervision_assistant"]}
    row = domain.row_values(pack(), view, SERVICE, "specialty-change", "person/1", DAY)
    assert row["present_specialties"] == ["公路工程"]
    assert domain.row_values(pack(), view, SERVICE, "assistant-to-engineer-upgrade", "person/1", DAY) == {
        "route": "education"
    }


def test_a_field_is_shown_where_it_matters() -> None:
    view = a_view("1", certificates={"person/1": (a_certificate("1"),)})
    form = a_form(
        assistant_to_engineer_upgrade=[a_row("r1", "1", new_specialties=["甲"], route="title_or_registration")]
    )
    made = check(view, form)
    assert made.rows["r1"].fields["title_data"].required
    form["cards"]["assistant-to-engineer-upgrade"][0]["values"]["route"] = "education"
    assert not check(view, form).rows["r1"].fields["title_data"].shown


def test_everybody_is_answered_for_quickly_enough_to_be_asked_at_all() -> None:
    view = a_view(*map(str, range(300)))
    picker = domain.Picker(pack(), view, SERVICE, "initial-education", DAY)
    assert all(picker.check(person, when=False).eligible for person in view.people)
