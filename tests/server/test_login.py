"""Logging in: first passwords, pauses after failures, sessions that end."""

from __future__ import annotations

import logging

import pytest

from server.login import ADDRESS_FAILURES, LOGIN_FAILURES, weakness
from server.repositories import accounts
from sync.protocol import instant_text
from tests.server.running import Line, Running, slug

pytest_plugins = ["tests.server.running"]
NEW = "十个字符以上的新密码"


def test_hello_names_the_association_to_whoever_asks(running: Running) -> None:
    told = running.line().ask("GET", "/hello").json()
    assert told["association"] == {"id": "small", "name": "小协会"}
    assert (told["protocol"], told["pack"], told["edition"]) == (1, "tests-small", "1")
    assert told["key"] == running.work.public_key
    assert told["time"] == "2026-03-18T02:00:00.000Z"


def test_a_first_password_must_be_changed_before_anything_else(either: Running) -> None:
    password = either.first_password("newcomer")
    line = either.line().login("newcomer", password)
    refused = line.ask("POST", "/pull", json={"epoch": line.epoch, "cursors": {}})
    assert (refused.status_code, slug(refused)) == (403, "password-change-needed")
    assert line.ask("POST", "/password", json={"old": password, "new": NEW}).status_code == 204
    assert line.ask("POST", "/pull", json={"epoch": line.epoch, "cursors": {}}).status_code == 200
    assert slug(either.line().try_login("newcomer", password)) == "login-wrong"
    assert either.line().try_login("newcomer", NEW).json()["must_change_password"] is False


def test_an_unknown_name_and_a_wrong_password_look_the_same(running: Running) -> None:
    wrong = running.line().try_login("甲公司", "wrong-secret")
    unknown = running.line().try_login("无此公司", "wrong-secret")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.headers["WWW-Authenticate"].startswith("Bearer")


def test_after_too_many_failures_an_account_pauses_and_says_how_long(either: Running) -> None:
    for _ in range(LOGIN_FAILURES):
        assert slug(either.line().try_login("甲公司", "wrong-secret")) == "login-wrong"
    paused = either.line().try_login("甲公司", "unit-secret-1")
    assert (paused.status_code, slug(paused)) == (429, "locked-out")
    assert 0 < int(paused.headers["Retry-After"]) <= 61
    assert either.line().try_login("乙公司", "unit-secret-2").status_code == 200
    either.watch.forward(seconds=int(paused.headers["Retry-After"]))
    assert either.line().try_login("甲公司", "unit-secret-1").status_code == 200


def test_the_pause_grows_with_each_further_failure_and_a_success_forgives(either: Running) -> None:
    pauses = []
    for _ in range(LOGIN_FAILURES + 2):
        either.line().try_login("甲公司", "wrong-secret")
        answer = either.line().try_login("甲公司", "unit-secret-1")
        if answer.status_code == 200:
            continue
        pauses.append(int(answer.headers["Retry-After"]))
        either.watch.forward(seconds=pauses[-1])
    # each success above forgave the failure before it, so that no pause ever came
    assert pauses == []
    for _ in range(LOGIN_FAILURES + 2):
        either.line().try_login("甲公司", "wrong-secret")
        answer = either.line().try_login("甲公司", "wrong-secret")
        if answer.status_code == 429:
            pauses.append(int(answer.headers["Retry-After"]))
            either.watch.forward(seconds=pauses[-1])
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]


def test_an_address_that_tries_many_accounts_pauses_too(either: Running) -> None:
    either.line().try_login("甲公司", "wrong-secret")
    with either.work.database.write() as connection:  # as if the other names had been tried from here before
        rows = accounts.failures(connection, _subjects(either))
        (subject,) = [key for key, row in rows.items() if key != _login_subject(either)]
        accounts.set_failures(connection, subject, ADDRESS_FAILURES - 1, instant_text(either.watch.now), None)
    assert slug(either.line().try_login("无此公司", "wrong-secret")) == "login-wrong"
    assert slug(either.line().try_login("乙公司", "unit-secret-2")) == "locked-out"


def test_neither_names_nor_addresses_are_kept_of_failures(running: Running) -> None:
    running.line().try_login("甲公司", "wrong-secret")
    subjects = _subjects(running)
    assert len(subjects) == 2
    assert not any("甲公司" in subject or "127.0.0.1" in subject for subject in subjects)


def test_a_token_ends_with_its_time(running: Running) -> None:
    line = running.line("甲公司")
    running.watch.forward(days=running.work.settings.token_days, seconds=1)
    assert slug(line.ask("POST", "/pull", json={"epoch": "", "cursors": {}})) == "login-needed"


def test_logging_out_ends_one_session_and_no_other(either: Running) -> None:
    here, there = either.line("甲公司"), either.line("甲公司", "device-2")
    assert here.ask("POST", "/logout").status_code == 204
    assert here.ask("POST", "/logout").status_code == 401
    assert there.ask("POST", "/logout").status_code == 204


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(either: Running) -> None:
    here, there = either.line("甲公司"), either.line("甲公司", "device-2")
    assert here.ask("POST", "/password", json={"old": "unit-secret-1", "new": NEW}).status_code == 204
    assert there.ask("POST", "/logout").status_code == 401
    assert here.ask("POST", "/logout").status_code == 204


def test_a_wrong_old_password_changes_nothing(running: Running) -> None:
    line = running.line("甲公司")
    answer = line.ask("POST", "/password", json={"old": "wrong-secret", "new": NEW})
    assert (answer.status_code, slug(answer)) == (403, "login-wrong")
    assert running.line().try_login("甲公司", "unit-secret-1").status_code == 200


@pytest.mark.parametrize("weak", ["kurz", "aaaaaaaaaaaa", "old-password-1", "xx甲公司12345678"])
def test_a_weak_password_is_told_why(weak: str) -> None:
    assert weakness(weak, "old-password-1", "甲公司")
    assert not weakness(NEW, "old-password-1", "甲公司")


def test_a_weak_password_is_a_problem_on_the_wire(running: Running) -> None:
    answer = running.line("甲公司").ask("POST", "/password", json={"old": "unit-secret-1", "new": "short"})
    assert (answer.status_code, slug(answer)) == (422, "password-weak")


def test_a_device_that_was_shut_out_stays_out(either: Running) -> None:
    lost, kept = either.line("甲公司", "lost"), either.line("甲公司", "kept")
    with either.work.database.write() as connection:
        assert accounts.revoke_device(connection, "account/unit", "lost", instant_text(either.watch.now)) == 1
    assert lost.ask("POST", "/logout").status_code == 401
    assert slug(Line(either.url, "lost").try_login("甲公司", "unit-secret-1")) == "revoked"
    assert kept.ask("POST", "/logout").status_code == 204
    with either.work.database.read() as connection:
        assert set(accounts.device_keys(connection, "account/unit")) == {"kept"}


def test_passwords_and_tokens_are_nowhere_to_be_read(either: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        line = either.line("甲公司")
        line.pull()
        either.until(lambda: '"account": "account/unit"' in caplog.text)
    token = str(line.http.headers["Authorization"]).removeprefix("Bearer ")
    for secret in ("unit-secret-1", token, "甲公司", "温女士", "440104199003120811", "127.0.0.1"):
        assert secret not in caplog.text
    with either.work.database.read() as connection:
        stored = accounts.secret(connection, "account/unit") or ""
        assert stored.startswith("$argon2id$")
        assert accounts.session_of(connection, token, instant_text(either.watch.now)) is not None
        assert token not in str(connection.exec_driver_sql("SELECT * FROM token").all())


def _subjects(running: Running) -> list[str]:
    with running.work.database.read() as connection:
        return [str(row[0]) for row in connection.exec_driver_sql("SELECT subject FROM login_failure")]


def _login_subject(running: Running) -> str:
    from server.login import _subject

    return _subject(running.work, "login", "甲公司")
