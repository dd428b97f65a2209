"""Operations that were carried here by hand: the same bytes through the same door, so that each takes effect once.

What also came by the network, or comes twice, gets the answer it got. The day that counts is that of taking in.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import IO

from server import feed
from server.access import Caller, caller_of
from server.decide.batch import batch, not_decided, op_id_in
from server.problems import Refused
from server.repositories import accounts, blobs
from server.uploads import type_by_content
from server.work import Work
from sync.protocol import (
    AnswerFile,
    Carried,
    NotCarried,
    NotSealed,
    Problem,
    SignedOperation,
    Unreadable,
    carried,
    decode_content,
    instant_text,
    json_bytes,
    outcome_text,
    sealing_key,
    unseal,
    verify,
)

log = logging.getLogger("huiban.server")
PIECE = 1 << 20
TOGETHER = 500  # Operations in one batch
NOT_OURS = "文件不完整或已损坏，或者不是封给本协会的。请让单位联网登录一次，再重新导出。"


@dataclass(frozen=True, slots=True)
class Opened:
    """One Operation of the file: whose it says it is, and what it needs."""

    signed: SignedOperation
    account: str  # empty: it cannot be read
    device: str = ""
    blobs: tuple[str, ...] = ()


def take_in(parts: Work, source: IO[bytes]) -> bytes:
    """Decide everything in the file; the AnswerFile that goes back. Raises NotCarried."""
    begun = instant_text(parts.clock())
    with _unsealed(parts, source) as plain, carried(plain) as file:
        if file.told.association != parts.association:
            raise NotCarried("这个文件是交给另一个协会的。")
        texts = list(_decided(parts, file))
    with parts.database.read() as connection:
        epoch, _ = feed.position(connection)
    told = {"format": "huiban-answer-1", "association": parts.association, "epoch": epoch, "begun_at": begun}
    head = json_bytes(told | {"taken_in_at": instant_text(parts.clock())})
    return head[:-1] + b',"outcomes":[' + ",".join(texts).encode() + b"]}"


@contextmanager
def _unsealed(parts: Work, source: IO[bytes]) -> Iterator[IO[bytes]]:
    """The zip inside, in a file without a name; only this server's key opens it."""
    with tempfile.TemporaryFile(dir=parts.settings.data) as plain:
        source.seek(0)
        try:
            unseal(source, sealing_key(parts.key), plain)
        except NotSealed as error:
            raise NotCarried(NOT_OURS) from error
        plain.seek(0)
        yield plain


def _decided(parts: Work, file: Carried) -> Iterator[str]:
    opened = map(_opened, file.told.operations)
    for (account, device), group in groupby(opened, key=lambda one: (one.account, one.device)):
        caller, together = _caller(parts, account, device), list(group)
        if caller is None:
            problem = Problem.DEVICE_UNKNOWN if account else Problem.OPERATION_UNREADABLE
            yield from (outcome_text(not_decided(op_id_in(one.signed.content), problem)) for one in together)
            continue
        for start in range(0, len(together), TOGETHER):
            some = together[start : start + TOGETHER]
            _keep_blobs(parts, caller, file, some)
            yield from batch(parts, caller, [one.signed for one in some], parts.clock())


def _opened(signed: SignedOperation) -> Opened:
    try:
        operation = decode_content(signed.content)
    except Unreadable:
        return Opened(signed, "")
    return Opened(signed, operation.account, operation.device, operation.blobs)


def _caller(parts: Work, account: str, device: str) -> Caller | None:
    """Whoever made them, as the account stands now; None: unknown, shut out, or without a password of its own."""
    with parts.database.read() as connection:
        body = accounts.account(connection, account) if account else None
        known = accounts.by_login(connection, body["login"]) if body else None
        if body is None or known is None or known.must_change:
            return None
        try:
            return caller_of(parts, connection, body, device, False)
        except Refused:
            return None


def _keep_blobs(parts: Work, caller: Caller, file: Carried, some: list[Opened]) -> None:
    """Attachments of what was truly signed by this account, if they are what they are called and may be attached."""
    with parts.database.read() as connection:
        keys = accounts.device_keys(connection, caller.account)
        wanted = dict.fromkeys(blob for one in some if _signed(one, keys.get(one.device, ())) for blob in one.blobs)
        missing = set(wanted) - blobs.present(connection, caller.scopes, wanted) if wanted else set()
    for sha256 in wanted:
        if sha256 in missing and (size := file.size(sha256)):
            _keep_blob(parts, caller, file, sha256, size)


def _signed(one: Opened, keys: tuple[str, ...]) -> bool:
    return any(verify(key, one.signed.signature, one.signed.content) for key in keys)


def _keep_blob(parts: Work, caller: Caller, file: Carried, sha256: str, size: int) -> None:
    scope = f"carried:{caller.scopes[0]}"
    with parts.database.read() as connection:
        limits = parts.limits.now(parts, connection)
    if size > limits.max_bytes:
        log.warning("carried: an attachment of %d bytes is too large", size)
        return
    parts.blobs.drop(scope, sha256)
    writer = parts.writers.open(parts.blobs.begin(scope, sha256, size).path, 0)
    try:
        with file.open(sha256) as source:
            while writer.offset <= size and (piece := source.read(PIECE)):
                writer.write(piece)
        kind = type_by_content(writer.head())
        if writer.offset != size or writer.sha256() != sha256 or kind not in limits.types:
            log.warning("carried: an attachment is not what it should be")
            return
        writer.finish(parts.blobs, sha256)
    finally:
        writer.close()
        parts.blobs.drop(scope, sha256)
    with parts.database.write() as connection:
        now = instant_text(parts.clock())
        blobs.complete(connection, caller.scopes[0], sha256, size, kind, caller.account, now)


def counted(answer: bytes) -> Counter[str]:
    """How many of the file came to which end, by the status of their Outcomes."""
    return Counter(str(one.get("c", "applied")) for one in AnswerFile.model_validate_json(answer).outcomes)
