"""The sample's applications on their way are whole: who decides on them finds a form, its papers, and nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.pages.review_sheet import ReviewSheet, review_sheet
from domain.operations import Severity
from sync.views import applications
from tests.desktop.association import TODAY, Association, now

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def association(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Association]:
    made = Association(tmp_path_factory.mktemp("association"))
    yield made
    made.close()


def sheets(association: Association, login: str) -> dict[str, ReviewSheet]:
    """What lies on this desk, by service."""
    seat = association.seat(login)
    with seat.store.reading() as reader:
        found = {
            row.service: review_sheet(reader, seat.account, association.pack, row.id, today=TODAY, now=now())
            for row in applications(reader, seat.account, association.pack)
        }
    return {service: sheet for service, sheet in found.items() if sheet is not None}


@pytest.mark.parametrize(
    ("login", "service"),
    [
        ("review-1", "unit-info-change"),
        ("review-1", "certificate-cancellation"),
        ("gz-agency", "member-info-change"),
    ],
)
def test_who_decides_finds_a_form_its_papers_and_nothing_wrong(
    association: Association, login: str, service: str
) -> None:
    sheet = sheets(association, login)[service]
    wrong = [one.message for part in sheet.parts for one in part.findings if one.severity is Severity.BLOCK]
    assert wrong == []
    assert sheet.case.row.number.startswith("SL")
    assert [step.name for step in sheet.case.steps] != []
    papers = [paper for part in sheet.parts for paper in part.sheets if paper.paper is not None]
    assert papers
    assert any(part.facts for part in sheet.parts)


def test_the_unit_sees_who_has_them(association: Association) -> None:
    seat = association.seat("广州示例工程监理有限公司")
    with seat.store.reading() as reader:
        rows = applications(reader, seat.account, association.pack)
    holders = {row.service: (row.holder, row.phone) for row in rows if row.number.startswith("SL")}
    assert holders["member-info-change"] == ("广州市示例建设监理行业协会", "020-80000011")
    assert holders["certificate-cancellation"] == ("协会培训部", "020-80000001")


def test_their_papers_carry_whose_they_are(association: Association) -> None:
    sheet = sheets(association, "review-1")["unit-info-change"]
    (paper,) = (one.paper for part in sheet.parts for one in part.sheets if one.paper is not None)
    assert paper.name == "深圳示例建设咨询有限公司-企业营业执照.jpg"
    assert paper.bytes > 1000
