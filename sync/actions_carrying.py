"""Without any line: Operations and their attachments as a file that is carried to the association.

The file holds the very bytes that were signed, so that whoever carries them can change nothing, and taking in what also
went by the network changes nothing either.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sync.store.blobs import disk_errors
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore, Writer
from sync.store.operations import EXPORTED, OUTBOX, QUEUED, UNKNOWN, WAITING, Kept
from sync.store.text import instant

FORMAT = "huiban-carry-1"


def export_operations(store: LocalStore, account: str, op_ids: Sequence[str], path: Path, *, now: datetime) -> int:
    """Write these into a file, in the order made; from then on they are `exported`. How many. Raises DiskFull.

    One whose predecessor on the same entity is not among them is refused: the association could not take it in.
    """
    with store.transaction() as writer:
        chosen = [kept for kept in writer.operations.outbox(account) if kept.op_id in set(op_ids)]
        _check(writer, account, chosen)
        me = writer.accounts.need(account)
        told = {
            "format": FORMAT,
            "association": me.association,
            "made_at": instant(now),
            "operations": [{"content": kept.content.decode(), "signature": kept.signature} for kept in chosen],
        }
        with disk_errors(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("operations.json", json.dumps(told, ensure_ascii=False))
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
