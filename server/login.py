"""Logging in: passwords, pauses after failures, tokens, first passwords."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from server.access import Caller, caller_of
from server.problems import Refused
from server.repositories import accounts
from server.work import Work
from sync.protocol import LoginRequest, Problem, instant_text

HASHER = PasswordHasher()  # Argon2id, about 0.1 s
LOGIN_FAILURES, ADDRESS_FAILURES = 5, 30  # then a pause
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)  # doubles at each further failure
FORGIVEN = timedelta(hours=2)  # failures older than this count no more
SHORTEST = 10  # characters of a password
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that are mistaken for another on paper


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A log-in that succeeded."""

    token: str
    expires_at: str
    account: dict[str, Any]
    caller: Caller


def log_in(parts: Work, asked: LoginRequest, address: str) -> LoggedIn:
    """Check name and password, register the device, open a session; raises the problem otherwise."""
    now = parts.clock()
    subjects = (_subject(parts, "login", asked.login), _subject(parts, "address", address))
    with parts.database.read() as connection:
        _refuse_paused(connection, subjects, now)
        known = accounts.by_login(connection, asked.login)
    right = _verify(known.hash if known else _nobody(), asked.password)
    if not right or known is None:
        with parts.database.write() as connection:
            _count_failure(connection, subjects[0], LOGIN_FAILURES, now)
            _count_failure(connection, subjects[1], ADDRESS_FAILURES, now)
        raise Refused(Problem.LOGIN_WRONG)
    token, expires = secrets.token_urlsafe(32), instant_text(now + timedelta(days=parts.settings.token_days))
    with parts.database.write() as connection:
        caller = caller_of(parts, connection, known.account, asked.device.id, known.must_change)
        accounts.clear_failures(connection, subjects[0])
        moment = instant_text(now)
        device = asked.device
        if not accounts.register_device(connection, caller.account, device.id, device.key, device.name, moment):
            raise Refused(Problem.REVOKED, "这台设备已被停用，请联系协会。")
        accounts.add_token(connection, token, caller.account, device.id, moment, expires)
    return LoggedIn(token, expires, known.account, caller)


def change_password(parts: Work, caller: Caller, old: str, new: str, token: str) -> None:
    """Take the new password, end every other session of the account; raises the problem otherwise."""
    now = parts.clock()
    subject = _subject(parts, "login", caller.login)
    with parts.database.read() as connection:
        _refuse_paused(connection, (subject,), now)
        hashed = accounts.secret(connection, caller.account)
    if hashed is None or not _verify(hashed, old):
        with parts.database.write() as connection:
            _count_failure(connection, subject, LOGIN_FAILURES, now)
        raise Refused(Problem.LOGIN_WRONG, "原密码不对。", status=403)
    if why := weakness(new, old, caller.login):
        raise Refused(Problem.PASSWORD_WEAK, why)
    fresh = HASHER.hash(new)
    with parts.database.write() as connection:
        moment = instant_text(now)
        accounts.set_secret(connection, caller.account, fresh, moment, must_change=False)
        accounts.revoke_tokens(connection, moment, entity=caller.account, but=token)


def weakness(new: str, old: str, login: str) -> str:
    """Why a password will not do; empty when it will."""
    if len(new) < SHORTEST:
        return f"新密码至少要有 {SHORTEST} 个字符。"
    if len(set(new)) < 5:
        return "新密码用到的不同字符太少。"
    if new == old:
        return "新密码不能与原密码相同。"
    if login and login.casefold() in new.casefold():
        return "新密码不能包含账号。"
    return ""


def first_password() -> str:
    """A random password that can be read from paper and typed; about 70 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def give_password(
    connection: Connection, entity: str, password: str, now: datetime, *, must_change: bool = True
) -> None:
    """Set an account's password and end its sessions."""
    moment = instant_text(now)
    accounts.set_secret(connection, entity, HASHER.hash(password), moment, must_change=must_change)
    accounts.revoke_tokens(connection, moment, entity=entity)


def _verify(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """What an unknown name is checked against: it takes as long as a known one."""
    return HASHER.hash(secrets.token_urlsafe(16))


def _subject(parts: Work, kind: str, text: str) -> str:
    """Whose failures are counted, told by a keyed hash: neither names nor addresses are kept."""
    key = hashlib.sha256(parts.key.private_bytes_raw()).digest()
    return hashlib.blake2b(f"{kind}\n{text.strip().casefold()}".encode(), key=key, digest_size=20).hexdigest()


def _refuse_paused(connection: Connection, subjects: tuple[str, ...], now: datetime) -> None:
    pauses = [row[2] for row in accounts.failures(connection, list(subjects)).values() if row[2]]
    left = max((datetime.fromisoformat(until) - now for until in pauses), default=timedelta())
    if left > timedelta():
        raise Refused(Problem.LOCKED_OUT, retry_after=int(left.total_seconds()) + 1)


def _count_failure(connection: Connection, subject: str, limit: int, now: datetime) -> None:
    count, last_at, _ = accounts.failures(connection, [subject]).get(subject, (0, instant_text(now), None))
    if now - datetime.fromisoformat(last_at) > FORGIVEN:
        count = 0
    count += 1
    pause = min(FIRST_PAUSE * 2 ** min(count - limit, 10), LONGEST_PAUSE) if count >= limit else None
    accounts.set_failures(connection, subject, count, instant_text(now), instant_text(now + pause) if pause else None)
