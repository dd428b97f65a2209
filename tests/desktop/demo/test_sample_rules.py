"""Each sample person fails what the sample data says, and nothing else, by the association's own rules."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from desktop.demo.sample import Sample, resolved
from domain.answering import answer
from domain.packs.loading import load
from domain.packs.pack import Pack
from tests.support.server import PACK, ROOT, SEED

DAYS = [date(2026, 3, 18), date(2026, 8, 31), date(2028, 2, 29)]


@cache
def pack() -> Pack:
    return load(ROOT / "resources" / "packs" / PACK, check=False)  # whole or not is for its own tests to say


@cache
def sample(day: date) -> Sample:
    return resolved(SEED, day)


def facts(data: Sample, check: dict[str, Any], today: date) -> dict[str, Any]:
    person = next(person for person in data["people"] if person["name"] == check["person"])
    units = {unit["id"]: unit for unit in data["units"]}
    asking = units[check.get("unit", person["unit"])]
    subjects = {"person": person.get("applications", []), "unit": asking.get("applications", [])}
    return {
        "today": today.isoformat(),
        "config": {setting["key"]: setting["value"] for setting in data["settings"]},
        "unit": {key: asking[key] for key in ("id", "name", "kind", "entity_kind")},
        "person": {
            "unit_id": person["unit"],
            **{
                key: person[key]
                for key in ("birth_date", "origin", "identity_supplemented", "education", "title", "registrations")
                if key in person
            },
            **({"social_insurance": person["social_insurance"]} if "social_insurance" in person else {}),
        },
        "membership": person.get("membership", {"type": "none"}),
        "certificates": person.get("certificates", []),
        "study_tasks": person.get("study_tasks", []),
        "bills": person.get("bills", []),
        "in_flight": [
            {"service": case["service"], "state": case["state"], "subject": subject}
            for subject, cases in subjects.items()
            for case in cases
        ],
        "request": check.get("request", {}),
    }


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("index", range(77))
def test_who_fails_what(index: int, day: date) -> None:
    check = sample(day)["checks"][index]
    told = answer(pack(), "eligibility", check["service"], facts(sample(day), check, day))
    assert (told["failed_rules"], told["eligible"]) == (sorted(check["failed_rules"]), not check["failed_rules"]), check


def test_none_is_left_out() -> None:
    assert len(sample(DAYS[0])["checks"]) == 77
