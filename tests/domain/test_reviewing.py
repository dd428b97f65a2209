"""What a reviewer is told beside the findings: a rule either holds, or it is a finding, never both."""

from __future__ import annotations

from typing import Any

from domain.checking import check_form
from domain.reviewing import judged
from domain.view import View
from tests.desktop.offices import an_education
from tests.desktop.sample_desk import NOW, UNIT, entities, the_pack


def the_view() -> View:
    bodies: list[Any] = entities(NOW)
    return View(
        unit=next(one for one in bodies if one["id"] == UNIT),
        people={one["id"]: one for one in bodies if one["id"].startswith("person/")},
        memberships={one["person"]: one for one in bodies if one["id"].startswith("membership/")},
        config={one["id"]: one for one in bodies if one["id"].startswith("config/")},
    )


def test_rules_that_hold_and_findings_are_apart() -> None:
    pack, view, body = the_pack(), the_view(), an_education(names=("陈喆", "彭家豪"))
    asked = (pack, view, body["service"], body["form"], NOW.date())
    findings = check_form(*asked, application=body).rows
    held = judged(*asked, application=body)
    ages = {row: "年龄未超过上限" in {one.label for one in held[row].held} for row in ("r0", "r1")}
    assert ages == {"r0": True, "r1": False}
    for row, check in findings.items():
        rules = {rule.id: rule.spec.label for rule in pack.services["initial-education"].rules.values()}
        said = {rules[one.rule] for one in check.findings if one.rule in rules}
        assert not said & {one.label for one in held[row].held}
