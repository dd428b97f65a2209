"""The API against its own description: whatever is sent, the answer is one of those described, and never a bug."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.problems import CATALOGUE
from sync.protocol import BASE, CARRY_TYPE, TUS_TYPE, Problem
from tests.server.running import Running
from tests.support.waiting import PATIENCE

pytest_plugins = ["tests.server.running"]
PROBLEM_TYPES = {kind.value for kind in Problem}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schemathesis.serializer(CARRY_TYPE, TUS_TYPE)
def raw_bytes(_: Any, value: Any) -> bytes:
    """The bytes of an attachment are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


def described(running: Running) -> dict[str, Any]:
    """What the server says of itself."""
    told: dict[str, Any] = running.line().ask("GET", "/openapi.json").json()
    return told


def test_every_operation_is_described_with_its_problems(running: Running) -> None:
    told = described(running)
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["tags"], where
            assert any(parameter["name"] == "Huiban-Protocol" for parameter in operation["parameters"]), where
            errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
            assert errors, where
            for status, answer in errors.items():
                if "content" in answer:
                    assert "application/problem+json" in answer["content"], f"{where} {status}"


def test_every_reference_of_the_description_leads_somewhere(running: Running) -> None:
    told = described(running)
    for name in set(re.findall(r"#/components/schemas/([A-Za-z0-9_-]+)", str(told))):
        assert name in told["components"]["schemas"], name


def test_who_needs_a_token_is_described(running: Running) -> None:
    told = described(running)["paths"]
    assert told[f"{BASE}/push"]["post"]["security"]
    assert "security" not in told[f"{BASE}/hello"]["get"]


def test_every_problem_of_the_wire_has_its_entry_in_the_catalogue() -> None:
    assert {kind.value for kind in CATALOGUE} == PROBLEM_TYPES
    for kind, entry in CATALOGUE.items():
        assert 400 <= entry.status < 600, kind
        assert entry.title, kind
        assert entry.remedy, kind


@pytest.mark.parametrize("desk", ["", "甲公司", "admin"])
def test_nothing_that_fits_the_description_is_answered_otherwise_than_described(running: Running, desk: str) -> None:
    line = running.line(desk)
    headers = {
        key: str(line.http.headers[key]) for key in ("Huiban-Protocol", "Authorization") if key in line.http.headers
    }
    told = described(running)
    for path in ("/wait", "/logout"):  # the one waits, the other would end the session
        told["paths"].pop(BASE + path)
    schema = schemathesis.openapi.from_dict(told)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        tried(found.ok().as_strategy(), running.url, headers)


def tried(cases: SearchStrategy[Any], url: str, headers: dict[str, str]) -> None:
    """A dozen requests of one operation, each answered as described."""

    @settings(max_examples=8, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def each(case: Any) -> None:
        case.headers = {**dict(case.headers or {}), **headers}
        answer = case.call(base_url=url, timeout=PATIENCE)
        case.validate_response(answer, checks=CHECKS)

    each()
