"""Without any line: Operations and their attachments as a file that is carried to the association.

The file holds the very bytes that were signed, so that whoever carries them can change nothing, and is sealed to the
association, so that nobody else reads it. Taking in what also went by the network changes nothing.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.operations import Status
from sync.login import load_session
from sync.protocol import (
    OPERATIONS,
    AnswerFile,
    CarriedFile,
    Sealing,
    SignedOperation,
    read_outcome,
    receipt_holds,
    undecided,
)
from sync.store.blobs import disk_errors
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore, Writer
from sync.store.operations import EXPORTED, OUTBOX, QUEUED, UNKNOWN, WAITING, Kept
from sync.store.port import SyncStore
from sync.store.text import instant


@dataclass(frozen=True, slots=True)
class Answers:
    """What a file of answers said of this account's Operations."""

    applied: int = 0
    returned: int = 0  # refused, or somebody else was first: they are drafts again
    waiting: int = 0
    others: int = 0  # of somebody else, or made on another computer


def export_operations(store: LocalStore, account: str, op_ids: Sequence[str], path: Path, *, now: datetime) -> int:
    """Write these into a file, in the order made; from then on they are `exported`. How many. Raises DiskFull.

    One whose predecessor on the same entity is not among them is refused: the association could not take it in.
    """
    with store.transaction() as writer:
        chosen = [kept for kept in writer.operations.outbox(account) if kept.op_id in set(op_ids)]
        _check(writer, account, chosen)
        me = writer.accounts.need(account)
        signed = [SignedOperation(content=kept.content, signature=kept.signature) for kept in chosen]
        told = CarriedFile(association=me.association, made_at=instant(now), operations=signed)
        with disk_errors(), _sealed(path, _association_key(store, account)) as archive:
            archive.writestr(OPERATIONS, told.model_dump_json())
            for address in dict.fromkeys(address for kept in chosen for address in kept.blobs):
                blob = writer.blobs.get(account, address)
                if blob is None or not blob.here:
                    continue  # the association has it from the round before
                with store.files.open(account, address) as source, archive.open(address, "w") as target:
                    for chunk in source.chunks():
                        target.write(chunk)
        writer.operations.set_state(account, [kept.op_id for kept in chosen], EXPORTED, next_try=None, exposed=1)
        writer.touch("outbox")
        return len(chosen)


@contextmanager
def _sealed(path: Path, key: str) -> Iterator[zipfile.ZipFile]:
    """A zip on its way into a sealed file: its plain bytes lie nowhere."""
    with open(path, "wb") as file:
        sealing = Sealing(file, key)
        with zipfile.ZipFile(sealing, "w", zipfile.ZIP_DEFLATED) as archive:
            yield archive
        sealing.finish()


def _association_key(store: LocalStore, account: str) -> str:
    session = load_session(SyncStore(store), account)
    if session is None or not session.sealing:
        raise NotAllowed("还没有协会的封装钥匙，不能存成文件。", "请联网登录一次，再导出。")
    return session.sealing


def read_answers(store: LocalStore, account: str, data: bytes, *, now: datetime) -> Answers:
    """Take in what the association's file of answers says; again changes nothing. Raises NotAllowed."""
    try:
        told = AnswerFile.model_validate_json(data)
        outcomes = tuple(map(read_outcome, told.outcomes))
    except ValueError as error:
        raise NotAllowed("这不是协会的答复文件，或文件已损坏。", "请向协会重新索取。") from error
    with store.reading() as reader:
        me = reader.accounts.need(account)
        known = reader.operations.many([outcome.op_id for outcome in outcomes])
    if told.association != me.association:
        raise NotAllowed("这个答复文件是另一个协会的。", "请核对后再读入。")
    mine = [outcome for outcome in outcomes if (kept := known.get(outcome.op_id)) and kept.account == account]
    for outcome in mine:
        proven = receipt_holds(me.server_key, me.association, known[outcome.op_id].content, outcome)
        if outcome.final and undecided(outcome) is None and not proven:
            raise NotAllowed("答复文件里的回执与协会的密钥不符，没有读入。", "请向协会重新索取。")
    SyncStore(store).record_outcomes(account, mine, now, now)
    ends = Counter(outcome.status for outcome in mine if undecided(outcome) is None)
    return Answers(
        applied=ends[Status.APPLIED],
        returned=ends[Status.REFUSED] + ends[Status.CONFLICT],
        waiting=len(mine) - ends.total() + ends[Status.WAITING],
        others=len(outcomes) - len(mine),
    )


def resume_exported(store: LocalStore, account: str, op_ids: Sequence[str]) -> None:
    """Send them by the network after all: they may have been taken in meanwhile, which changes nothing."""
    with store.transaction() as writer:
        kept = [one.op_id for one in writer.operations.outbox(account) if one.state == EXPORTED]
        writer.operations.set_state(account, [op_id for op_id in kept if op_id in set(op_ids)], UNKNOWN)
        writer.touch("outbox")


def _check(writer: Writer, account: str, chosen: Sequence[Kept]) -> None:
    if not chosen or any(kept.state not in (QUEUED, UNKNOWN, WAITING, EXPORTED) for kept in chosen):
        raise NotAllowed("选中的里面有正在送的。", "请等它有了回音，或先暂停再导出。")
    named = {kept.op_id for kept in chosen}
    entities = {kept.entity: kept.seq for kept in chosen}
    for waiting in writer.operations.outbox(account):
        before = waiting.seq < entities.get(waiting.entity, 0) and waiting.op_id not in named
        if before and waiting.place == OUTBOX:
            raise NotAllowed("同一份申请前面还有没送出的一件。", "请把它一起选上再导出。")
