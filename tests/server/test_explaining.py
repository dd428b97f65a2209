"""A real case is found by its number, its id and the short code on its papers, and put to the one function."""

from __future__ import annotations

from datetime import date

import pytest

from server.explaining import NoSuchCase, answers, facts_of, find
from tests.scenarios.education import Desks, education_form, member, submit
from tests.server.desks import House


def test_a_case_is_found_and_answered(real_house: House) -> None:
    real_house.put(*member("1"))
    application = submit(
        Desks(real_house).main, "education-registration", education_form(real_house, initial_education=["1"])
    )
    with real_house.work.database.read() as connection:
        pack = real_house.work.editions.current(connection, date(2025, 11, 3))
        for name in ("2025000001", application, application.partition("/")[2], application[-8:].upper()):
            assert find(connection, name)["id"] == application
        facts = facts_of(connection, pack, find(connection, "2025000001"), date(2025, 11, 3))
        assert facts["rows"][0]["person"]["name"] == "某1"
        told = answers(pack, "education-registration", facts)
        assert (told["eligibility"]["eligible"], told["materials"]["submittable"], told["fee"]["bills"]) == (
            True,
            True,
            [],
        )
        later = facts_of(connection, pack, find(connection, "2025000001"), date(2026, 7, 1))
        assert "GD-2.5-01a" in answers(pack, "education-registration", later)["eligibility"]["failed_rules"]
        with pytest.raises(NoSuchCase):
            find(connection, "2025999999")
