"""Publishing an edition of the pack from the server's own console: signed by the publisher, through the one door."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.operations import Kind, Operation, Status
from domain.packs import PackError, load
from server.decide.batch import batch
from server.settings import PUBLISHER_KEY, STUDY_KEY, SettingsError
from server.study import ACCOUNT, DEVICE, caller
from server.work import Work
from sync.protocol import SignedOperation, encode_content, read_outcome, sign


class PublishingError(Exception):
    """Why it was not published: one sentence."""


def publish(parts: Work, folder: Path, since: date, key_file: Path | None) -> str:
    """The edition in this folder is in force from that day on; its name. Raises PublishingError."""
    try:
        pack = load(folder)
    except PackError as error:
        raise PublishingError(f"规则包有错误：{str(error).splitlines()[0]}") from error
    except OSError as error:
        raise PublishingError(f"读不了 {folder}：{error.strerror or error}") from error
    signature = sign(_key(parts, key_file), pack.digest.encode())
    payload = {"files": dict(pack.files), "signature": signature, "since": since.isoformat()}
    made_at, op_id = datetime.now(UTC), str(uuid_utils.uuid7())
    operation = Operation(op_id, DEVICE, ACCOUNT, Kind.PUBLISH_PACK, f"pack/{pack.edition}", payload, made_at)
    content = encode_content(operation)
    signed = SignedOperation(content=content, signature=sign(parts.settings.key(STUDY_KEY), content))
    outcome = read_outcome(json.loads(batch(parts, caller(), [signed], parts.clock())[0]))
    if outcome.status is not Status.APPLIED:
        raise PublishingError("；".join(finding.message for finding in outcome.findings) or outcome.status.value)
    return pack.edition


def _key(parts: Work, file: Path | None) -> Ed25519PrivateKey:
    """The publisher's private key: beside the others, or wherever the association keeps it."""
    if file is None:
        return parts.settings.key(PUBLISHER_KEY)
    try:
        return Ed25519PrivateKey.from_private_bytes(file.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"发布密钥不可用：{file}（{error}）。") from error
