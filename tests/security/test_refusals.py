"""Whatever is wrong with a request, each endpoint says so in one problem of the catalogue, and nothing has happened."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind
from server.keeping import reset_password, revoke
from sync.protocol import CARRY_TYPE, MAX_REQUEST_BYTES
from tests.security.test_who_may_call import LOGINS, MAY_CALL, call
from tests.server.running import SECRETS, Line, Running, slug

pytest_plugins = ["tests.server.running"]
JSON = {"Content-Type": "application/json"}
TAKES_JSON = [path for method, path in MAY_CALL if method == "POST" and path not in ("/logout", "/blobs", "/take-in")]
ROSTER = {"name": "张三", "document_type": "other", "document_number": "D1"}
OP_ID = "01980000-0000-7000-8000-00000000000{}"


def is_closed_to(line: Line, problem: str) -> None:
    """Every endpoint that needs a token answers this."""
    for (method, path), desks in MAY_CALL.items():
        if desks is not None:
            said = call(line, method, path)
            assert said == (problem if method != "HEAD" else {"login-needed": 401, "revoked": 403}[problem]), path


def expire(running: Running, _: Line) -> None:
    running.watch.forward(days=running.work.settings.token_days, seconds=1)


def log_out(_: Running, line: Line) -> None:
    assert line.ask("POST", "/logout").status_code == 204


def shut_out_the_device(running: Running, line: Line) -> None:
    revoke(running.work, "甲公司", line.device)


def give_another_first_password(running: Running, _: Line) -> None:
    reset_password(running.work, "甲公司")


ENDS: list[Callable[[Running, Line], None]] = [expire, log_out, shut_out_the_device, give_another_first_password]


@pytest.mark.parametrize("end", ENDS)
def test_a_token_that_has_ended_opens_nothing(either: Running, end: Callable[[Running, Line], None]) -> None:
    line = either.line("甲公司")
    end(either, line)
    is_closed_to(line, "login-needed")


def test_a_shut_out_account_is_told_so_at_every_endpoint(running: Running) -> None:
    line = running.line("甲公司")
    with running.work.database.write() as connection:
        gone = "UPDATE entity SET body = replace(body, '\"active\":true', '\"active\":false') WHERE kind = 'account'"
        connection.exec_driver_sql(gone)
    is_closed_to(line, "revoked")


def test_a_token_says_nothing_on_the_device_or_account_of_another(running: Running) -> None:
    """The Operation is of whoever signed it: another account's token does not carry it, nor a key nobody registered."""
    mine, theirs = running.line("甲公司"), running.line("乙公司", "device-2")
    made = mine.operation(OP_ID.format(1), Kind.SAVE_ROSTER, "roster/r1", ROSTER)
    assert [one["f"][0]["rule"] for one in theirs.push(made)] == ["account-wrong"]
    mine.key = Ed25519PrivateKey.generate()
    forged = mine.operation(OP_ID.format(2), Kind.SAVE_ROSTER, "roster/r1", ROSTER)
    mine.device = "device-9"
    unknown = mine.operation(OP_ID.format(3), Kind.SAVE_ROSTER, "roster/r1", ROSTER)
    rules = [one["f"][0]["rule"] for one in mine.push(forged, unknown, {"content": "{}", "signature": ""})]
    assert rules == ["signature-wrong", "device-unknown", "operation-unreadable"]
    assert "roster/r1" not in mine.pull()


def test_too_many_wrong_passwords_pause_and_the_right_one_waits_too(running: Running) -> None:
    answers = [running.line().try_login("甲公司", "wrong") for _ in range(6)]
    assert [slug(answer) for answer in answers] == ["login-wrong"] * 5 + ["locked-out"]
    right = running.line().try_login("甲公司", SECRETS["甲公司"])
    assert (right.status_code, slug(right)) == (429, "locked-out")
    assert int(right.headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", TAKES_JSON)
def test_garbage_in_place_of_json_is_malformed(running: Running, path: str) -> None:
    line = running.line("甲公司")
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"operations": 7, "cursors": 7, "login": 7}'):
        answer = line.ask("POST", path, data=body, headers=JSON)
        assert (answer.status_code, slug(answer)) == (400, "malformed"), body


@pytest.mark.parametrize("path", TAKES_JSON)
def test_more_than_a_request_may_hold_is_too_large_zipped_or_not(running: Running, path: str) -> None:
    line = running.line("甲公司")
    bomb = gzip.compress(bytes(4 * MAX_REQUEST_BYTES))
    assert len(bomb) < 100_000
    zipped = line.ask("POST", path, data=bomb, headers=JSON | {"Content-Encoding": "gzip"})
    plain = line.ask("POST", path, data=b" " * (MAX_REQUEST_BYTES + 1), headers=JSON)
    assert [(each.status_code, slug(each)) for each in (zipped, plain)] == [(413, "too-large")] * 2


@pytest.mark.parametrize("path", TAKES_JSON)
def test_cut_gzip_and_another_type_or_coding_are_told_apart(running: Running, path: str) -> None:
    line, zipped = running.line("甲公司"), gzip.compress(b"{}" * 100)
    told = {
        "cut": line.ask("POST", path, data=zipped[:-5], headers=JSON | {"Content-Encoding": "gzip"}),
        "br": line.ask("POST", path, data=b"{}", headers=JSON | {"Content-Encoding": "br"}),
        "type": line.ask("POST", path, data=b"{}", headers={"Content-Type": "text/plain"}),
    }
    assert {name: slug(answer) for name, answer in told.items()} == {
        "cut": "malformed",
        "br": "media-type",
        "type": "media-type",
    }


@pytest.mark.parametrize("body", [b"", b"PK\x05\x06 no zip", b"\xd0\xcf\x11\xe0", gzip.compress(b"{}")])
def test_another_file_in_place_of_a_carried_one_is_malformed(running: Running, body: bytes) -> None:
    answer = running.line("agency").ask("POST", "/take-in", data=body, headers={"Content-Type": CARRY_TYPE})
    assert (answer.status_code, slug(answer)) == (400, "malformed")
    assert "损坏" in answer.json()["detail"]
    assert not [path for path in Path(running.work.settings.data).iterdir() if path.name.startswith("tmp")]


def test_every_desk_may_upload_into_its_own_scope_and_no_other(running: Running) -> None:
    everything = ["unit:u1", "unit:u2", "drafts:u1", "agency:a1", "office", "finance", "public", "nowhere"]
    taken = {}
    for desk, login in LOGINS.items():
        line = running.line(login)
        answers = {scope: line.announce(b"x" * 10, scope) for scope in everything}
        assert {slug(answer) for answer in answers.values() if answer.status_code != 201} == {"not-allowed"}
        taken[desk] = [scope for scope, answer in answers.items() if answer.status_code == 201]
    assert taken == {
        "unit": ["unit:u1", "drafts:u1"],
        "agency": ["agency:a1"],
        "association": ["office"],
        "secretariat": ["office"],
        "admin": ["office"],
        "finance": ["finance"],
        "person": [],
    }
