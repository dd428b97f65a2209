"""The sample data is whole, valid and of all kinds on any day."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader
from stdnum.cn import ric, uscc

from desktop.demo import papers
from desktop.demo.sample import Sample, moved, people_workbook, resolved, write_seed

SEED = Path(__file__).resolve().parents[3] / "resources" / "demo" / "gdjlxh-2025.yaml"
DAYS = [date(2026, 3, 18), date(2026, 8, 31), date(2027, 2, 28), date(2028, 2, 29), date(2029, 12, 31)]
UNIT = "unit/01970000-0000-7000-8000-000000000001"


@pytest.fixture(params=DAYS, ids=str, scope="module")
def sample(request: pytest.FixtureRequest) -> Sample:
    return resolved(SEED, request.param)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def test_the_unit_has_forty_people_and_everybody_an_id_of_their_own(sample: Sample) -> None:
    assert sum(person["unit"] == UNIT for person in sample["people"]) == 40
    for kind in ("id", "id_number", "mobile", "name"):
        assert max(Counter(person[kind] for person in sample["people"]).values()) == 1


def test_identity_numbers_have_the_birth_date_and_a_right_check_digit(sample: Sample) -> None:
    for person in sample["people"]:
        number = person["id_number"]
        assert re.fullmatch(r"\d{17}[\dX]", number), person
        assert number[6:14] == person["birth_date"].replace("-", "")
        assert number[-1] == ric.calc_check_digit(number)
        assert (int(number[16]) % 2 == 1) == (person["gender"] == "male")
        date.fromisoformat(person["birth_date"])


def test_units_have_valid_credit_codes(sample: Sample) -> None:
    assert [uscc.is_valid(unit["credit_code"]) for unit in sample["units"]] == [True] * 3


def test_every_reference_leads_somewhere(sample: Sample) -> None:
    known = {entry["id"] for kind in ("units", "agencies", "people") for entry in sample[kind]}
    references = {text for text in texts(sample) if re.match(r"(unit|agency|person)/", text)}
    assert references <= known
    names = {person["name"] for person in sample["people"]}
    assert {check["person"] for check in sample["checks"]} <= names


def test_no_relative_day_is_left_over(sample: Sample) -> None:
    assert not [text for text in texts(sample) if "{" in text]
    for person in sample["people"]:
        for certificate in person.get("certificates", []):
            assert date.fromisoformat(certificate["issue_date"]) < date.fromisoformat(certificate["valid_until"])


def test_every_rule_of_the_four_services_fails_for_somebody_and_every_service_is_open_to_several(
    sample: Sample,
) -> None:
    failing = {rule for check in sample["checks"] for rule in check["failed_rules"]}
    wanted = {
        "5": "01a 01b 02 03a 03b 04a 04b 05 D1",
        "6": "01 02 03 04 05 06 P1 P2 P3",
        "7": "01 02 03 04 06b 07 08 P1 P3 D1",
        "8": "01 02 03 05 06 07 P1 P3 D1",
    }
    assert {f"GD-2.{clause}-{rule}" for clause, rules in wanted.items() for rule in rules.split()} <= failing
    open_to = Counter(check["service"] for check in sample["checks"] if not check["failed_rules"])
    assert min(open_to.values()) >= 3
    assert len(open_to) == 4


def test_rare_characters_are_among_the_names(sample: Sample) -> None:
    names = "".join(person["name"] for person in sample["people"])
    assert "喆" in names
    assert "𬱖" in names


@pytest.mark.parametrize(
    ("shift", "day"),
    [
        ({"months": 6}, date(2027, 2, 28)),
        ({"months": -6}, date(2026, 2, 28)),
        ({"years": -60}, date(1966, 8, 31)),
        ({"months": 6, "days": 5}, date(2027, 3, 5)),
        ({"days": 1}, date(2026, 9, 1)),
    ],
)
def test_days_move_by_months_first_and_stay_in_the_month(shift: dict[str, int], day: date) -> None:
    assert moved(date(2026, 8, 31), **shift) == day


def test_the_workbook_keeps_what_people_did_to_it() -> None:
    sample = resolved(SEED, DAYS[0])
    rows = list(openpyxl.load_workbook(io.BytesIO(people_workbook(sample)))["花名册"].values)
    assert rows[0][0] == sample["people_list"]["title"]
    assert rows[1] == tuple(sample["people_list"]["header"])
    assert len(rows) == 2 + len(sample["people_list"]["rows"])
    cells = {type(cell).__name__ for row in rows[2:] for cell in row}
    assert cells == {"int", "float", "str", "datetime", "NoneType"}  # the float is a number that has lost digits
    assert any(str(cell).endswith("x") for row in rows[2:] for cell in row)
    bad = [row for row in sample["people_list"]["rows"] if "bad" in row]
    assert len(bad) == 5


def test_a_seed_carries_the_papers_of_each_profile(tmp_path: Path) -> None:
    sample = resolved(SEED, DAYS[0], configured=True)
    seed = write_seed(sample, tmp_path)
    written = resolved(seed, date(1999, 1, 1))  # nothing relative is left: the day makes no difference
    assert [setting["key"] for setting in written["config"]] == [setting["key"] for setting in sample["settings"]]
    kept = [material for person in written["people"] for material in person["materials"]]
    assert len(kept) == 3 * sum("profile" in person for person in sample["people"])
    for material in kept:
        with Image.open(material["file"]) as image:
            assert image.format == "JPEG"


def test_made_up_papers_are_what_they_say(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(papers.picture("毕业证书", ["陈喆"], kind="png", sealed=True))) as image:
        assert image.format == "PNG"
    assert len(PdfReader(io.BytesIO(papers.scan("单位承诺书", ["陈喆"], pages=3, sealed=True))).pages) == 3
    papers.folder_of_papers(tmp_path, [("陈喆", "1"), ("李𬱖", "2")], "毕业证", strangers=["新建文件"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["新建文件.jpg", "毕业证_2.jpg", "陈喆毕业证.jpg"]
    assert max(path.stat().st_size for path in tmp_path.iterdir()) < 60_000
