"""Whatever is asked, the answer is an answer or one clear sentence, and can be written as JSON."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.answering import KINDS
from domain.cases import CasesUnreadable, ask, read_cases
from tests.domain.test_forms import pack

DATES = st.sampled_from(["2026-03-18", "0001-01-01", "9999-12-31", "2024-02-29", "2026-02-30", "2026-03"])


def words(text: str) -> list[str]:
    return text.split()


WORDS = st.sampled_from(
    [
        "",
        *words("""ordinary none active person unit returned draft supervision_assistant bachelor U1 甲 agency_review
    finance_review pass return submit diploma continuing-education exam_fail finance"""),
    ]
)
LEAF = st.one_of(st.none(), st.booleans(), st.integers(-5, 70000), DATES, WORDS, st.decimals(allow_nan=False, places=2))
KEYS = st.sampled_from(
    words("""id unit_id birth_date type valid_until status ended service subject state items kind level specialty_class
    graduation_date education title verifiable social_insurance latest_month certificate_types certificate_type
    new_specialties specialties attempts_used name actor person certificates material row bytes completed_at form
    membership_expired professional_years""")
)
VALUE: Any = st.recursive(
    LEAF, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=6)), max_leaves=14
)
GROUPS = words("""unit person membership certificates in_flight bills study_tasks request account materials uploads
rows proof review application action task""")
GROUP = st.one_of(VALUE, st.dictionaries(KEYS, VALUE, max_size=6), st.lists(st.dictionaries(KEYS, LEAF), max_size=3))
FACTS = st.fixed_dictionaries(
    {"today": st.one_of(st.just("2026-03-18"), st.just("9998-06-01"), DATES)}, optional=dict.fromkeys(GROUPS, GROUP)
)
SERVICES = sorted(pack().services)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(KINDS), st.sampled_from(SERVICES), FACTS)
def test_any_question_is_answered_or_refused(kind: str, service: str, facts: dict[str, Any]) -> None:
    made = ask(pack(), {"id": "x", "kind": kind, "service": service, "given": facts})
    assert made["id"] == "x"
    assert isinstance(made.get("error"), str) != isinstance(made.get("answer"), dict)
    json.dumps(made, ensure_ascii=False)
    assert ask(pack(), {"id": "x", "kind": kind, "service": service, "given": facts}) == made


EDUCATION = {
    "service": "education-registration",
    "items": [{"person": "P1", "service": "assistant-to-engineer-upgrade"}],
}


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("eligibility", {"request": {"items": [{"service": "specialty-change", "new_specialties": 3}]}}),
        ("materials", {"request": {"items": [{"service": "initial-education", "certificate_type": [[]]}]}}),
        ("fee", {"config": {"fees.assist.upgrade": "9" * 40}, "application": EDUCATION}),
        ("fee", {"config": {"fees.assist.upgrade": "1e300"}, "application": EDUCATION}),
        ("eligibility", {"person": "two\nlines " + "x" * 5000}),
    ],
)
def test_a_malformed_fact_is_one_short_sentence(kind: str, facts: dict[str, Any]) -> None:
    case = {"id": "x", "kind": kind, "service": "education-registration", "given": {"today": "2026-03-18", **facts}}
    error = ask(pack(), case)["error"]
    assert "\n" not in error
    assert len(error) <= 200


def test_a_long_file_is_read_whole() -> None:
    case = "- {id: x, given: {a: [" + ", ".join(["1"] * 90) + "]}}\n"
    assert len(read_cases("cases:\n" + case * 6000)) == 6000


def test_a_short_text_that_unfolds_into_millions_is_refused() -> None:
    layers = "".join(f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]\n" for below, name in pairwise("abcdefgh"))
    with pytest.raises(CasesUnreadable):
        read_cases("a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n" + layers + "cases: [*h]\n")
