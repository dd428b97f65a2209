"""The outermost layer: what is ours, what is zipped, what is too much, and what a bug looks like from outside."""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from typing import Any

import pytest
import requests

from server.app import create_app
from sync.protocol import BASE, HEADER, MAX_REQUEST_BYTES, decompress
from tests.server.running import Running, listening, slug
from tests.support.waiting import PATIENCE

pytest_plugins = ["tests.server.running"]


def pull(running: Running, body: bytes, **headers: str) -> requests.Response:
    line = running.line("甲公司")
    return line.ask("POST", "/pull", data=body, headers={"Content-Type": "application/json", **headers})


def asking(running: Running) -> bytes:
    epoch = running.line().ask("GET", "/hello").json()["epoch"]
    return json.dumps({"epoch": epoch, "cursors": {"unit:u1": 0}}).encode()


def test_a_desk_of_another_protocol_is_told_to_update(running: Running) -> None:
    answer = requests.post(f"{running.url}{BASE}/login", json={}, headers={HEADER: "2"}, timeout=PATIENCE)
    assert (answer.status_code, slug(answer)) == (426, "protocol-version")
    assert answer.json()["protocol"] == 1
    assert requests.post(f"{running.url}{BASE}/login", json={}, timeout=PATIENCE).status_code == 426
    assert requests.get(f"{running.url}{BASE}/hello", timeout=PATIENCE).status_code == 200


@pytest.mark.parametrize("path", ["/hello", "/nowhere", "/login", "/blobs/xyz"])
def test_every_answer_proves_to_be_ours(running: Running, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert running.line().ask(method, path).headers[HEADER] == "1"


def test_an_unknown_address_and_a_wrong_method_are_problems(running: Running) -> None:
    assert slug(running.line().ask("GET", "/nowhere")) == "not-found"
    assert slug(running.line().ask("DELETE", "/hello")) == "method-not-allowed"


def test_a_zipped_request_is_read_and_a_zipped_answer_given(running: Running) -> None:
    plain = pull(running, asking(running), **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    zipped = pull(running, gzip.compress(asking(running)), **{"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.json() == plain.json()
    assert int(zipped.headers["Content-Length"]) < int(plain.headers["Content-Length"])


def test_a_quiet_pull_of_a_unit_is_zipped_so_that_it_stays_small(running: Running) -> None:
    scopes = ("unit:u1", "drafts:u1", "public")
    first = pull(running, json.dumps({"epoch": "", "cursors": dict.fromkeys(scopes, 0)}).encode()).json()
    asked = json.dumps({"epoch": first["epoch"], "cursors": dict.fromkeys(scopes, first["head"])}).encode()
    quiet = pull(running, gzip.compress(asked), **{"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
    assert [page["changes"] for page in quiet.json()["scopes"].values()] == [[], [], []]
    assert quiet.headers["Content-Encoding"] == "gzip"
    assert int(quiet.headers["Content-Length"]) < 250


def test_an_answer_that_is_too_small_to_gain_is_not_zipped(running: Running) -> None:
    assert "Content-Encoding" not in running.line().ask("GET", "/nowhere", headers={"Accept-Encoding": "gzip"}).headers


def test_garbage_in_place_of_gzip_is_a_problem(running: Running) -> None:
    assert slug(pull(running, b"garbage", **{"Content-Encoding": "gzip"})) == "malformed"
    assert slug(pull(running, gzip.compress(asking(running))[:-9], **{"Content-Encoding": "gzip"})) == "malformed"
    assert slug(pull(running, asking(running), **{"Content-Encoding": "br"})) == "media-type"


def test_a_bomb_of_zeros_is_refused_before_it_unfolds(running: Running) -> None:
    bomb = gzip.compress(bytes(MAX_REQUEST_BYTES * 4))
    assert len(bomb) < 100_000
    answer = pull(running, bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, slug(answer)) == (413, "too-large")


def test_a_request_beyond_the_limit_is_refused(running: Running) -> None:
    answer = pull(running, b" " * (MAX_REQUEST_BYTES + 1))
    assert (answer.status_code, slug(answer)) == (413, "too-large")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"epoch": 1}', b'{"epoch": "", "cursors": {"office": -1}}', b"\xff\xfe", b"null"]
)
def test_what_is_not_the_described_message_is_told_where(running: Running, body: bytes) -> None:
    answer = pull(running, body)
    assert (answer.status_code, slug(answer)) == (400, "malformed")


def test_another_type_of_content_is_refused(running: Running) -> None:
    assert slug(pull(running, asking(running), **{"Content-Type": "text/plain"})) == "media-type"


def test_a_body_is_read_only_after_the_caller_is_known(running: Running) -> None:
    """Whoever has no token gets no megabyte unzipped."""
    bomb = gzip.compress(bytes(MAX_REQUEST_BYTES * 4))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert slug(running.line().ask("POST", "/push", data=bomb, headers=headers)) == "login-needed"


def test_a_bug_is_a_plain_problem_outside_and_a_trace_in_the_log(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(running.work)

    def broken() -> None:
        raise RuntimeError("".join(("44010419900312", "0811")))  # put together: the trace shows the line itself

    app.add_api_route(f"{BASE}/broken", broken)
    with listening(running.work, running.watch, app) as other, caplog.at_level(logging.ERROR):
        answer = other.line().ask("GET", "/broken")
    assert (answer.status_code, slug(answer)) == (500, "internal")
    assert "陈喆" not in answer.text
    assert "RuntimeError" in caplog.text
    assert "in broken" in caplog.text
    assert "440104199003120811" not in "".join(message for message in caplog.messages if "RuntimeError" in message)


def test_a_database_that_is_away_means_busy_and_a_later_try(running: Running) -> None:
    from sqlalchemy.exc import OperationalError

    app = create_app(running.work)

    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    app.add_api_route(f"{BASE}/away", away)
    with listening(running.work, running.watch, app) as other:
        answer = other.line().ask("GET", "/away")
    assert (answer.status_code, slug(answer), answer.headers["Retry-After"]) == (503, "busy", "2")


def test_the_log_has_ids_sizes_and_times_and_nothing_else(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    line = running.line("甲公司")
    with caplog.at_level(logging.INFO, "huiban.server"):
        line.ask("GET", f"/blobs/{'a' * 64}?name=陈喆")
        running.until(lambda: "/blobs/{sha256}" in caplog.text)
    (written,) = [message for message in caplog.messages if "/blobs/{sha256}" in message]
    told: dict[str, Any] = json.loads(written)
    assert told.keys() == {"request", "method", "route", "status", "ms", "in", "out", "account", "device"}
    assert "陈" not in caplog.text
    assert "a" * 64 not in caplog.text


def test_a_pull_in_pages_unzips_to_what_the_desk_reads(running: Running) -> None:
    answer = requests.post(
        f"{running.url}{BASE}/pull",
        data=asking(running),
        headers={**running.line("甲公司").http.headers, "Content-Type": "application/json", "Accept-Encoding": "gzip"},
        stream=True,
        timeout=PATIENCE,
    )
    raw = answer.raw.read()
    assert json.loads(decompress(raw, 1 << 20))["scopes"]["unit:u1"]["count"] > 0
    assert zlib.decompress(raw, wbits=31) == decompress(raw, 1 << 20)
