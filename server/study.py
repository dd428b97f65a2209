"""Study results become Operations: signed by the study port's own key, through the same door as everybody's."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.operations import Kind, Operation, Outcome, Status
from server.access import Caller
from server.decide.batch import batch
from server.decide.roster import PERSON_DOCUMENT, document_text
from server.ports.study import Inbox, Result, Unreadable, read_results
from server.repositories import entities, ledger
from server.settings import STUDY_KEY
from server.work import Work
from sync.protocol import SignedOperation, encode_content, read_outcome, sign

log = logging.getLogger("huiban.server")
ACCOUNT, DEVICE = "account/system", "study-port"
LATER = timedelta(minutes=5)


class Undecided(Exception):
    """A bug of ours keeps a line from being decided: the file stays where it is until we are mended."""


def caller() -> Caller:
    """The study port as a caller."""
    return Caller(ACCOUNT, "system", "学习平台", "system", "system", None, None, DEVICE, ("office", "public"))


def take_in(parts: Work, inbox: Inbox) -> int:
    """Decide every file that waits and put it away; how many files that were."""
    files = inbox.waiting(parts.clock())
    for path in files:
        try:
            reasons = _file(parts, path)
            inbox.put_away(path, reasons)
        except Undecided:
            inbox.leave(path, parts.clock() + LATER)
            log.warning("study results: a line could not be decided yet, its file is tried again")
            continue
        except PermissionError:  # open in a spreadsheet, on Windows: the others and what leaves here go on
            inbox.leave(path, parts.clock() + LATER)
            log.warning("study results: a file is held by another program, it is tried again")
            continue
        log.info(
            "study results: %s %s", hashlib.sha256(path.name.encode()).hexdigest()[:12], "不收" if reasons else "已收"
        )
    return len(files)


def _file(parts: Work, path: Path) -> list[str]:
    """Why not everything in it was taken; empty when it was."""
    content = path.read_bytes()
    try:
        results = read_results(path.name, content)
    except Unreadable as error:
        return [str(error)]
    made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    reasons: list[str] = []
    for at, result in enumerate(results, start=1):
        try:
            outcome = _outcome(parts, content, at, result, made_at)
            if outcome.status is Status.WAITING:
                raise Undecided
            if outcome.status is not Status.APPLIED:
                told = "；".join(finding.message for finding in outcome.findings) or outcome.status.value
                reasons.append(f"第 {at} 条：{told}")
        except Unreadable as error:
            reasons.append(f"第 {at} 条：{error}")
    if reasons and len(results) > len(reasons):
        reasons.append(f"其余 {len(results) - len(reasons)} 条已经收下，请勿再放一次。")
    return reasons


def _outcome(parts: Work, content: bytes, at: int, result: Result, made_at: datetime) -> Outcome:
    """As decided before a crash, or now. A line once refused is asked anew: by then its reason may be mended."""
    turn = 0
    while True:
        op_id = _op_id(content, at, turn)
        known = _known(parts, op_id)
        text = known or _decide(parts, op_id, _task(parts, result), result, made_at)
        outcome = read_outcome(json.loads(text))
        if known is None or outcome.status is not Status.REFUSED:
            return outcome
        turn += 1


def _decide(parts: Work, op_id: str, task: str, result: Result, made_at: datetime) -> str:
    with parts.database.read() as connection:
        found = entities.load(connection, [task]).get(task)
    if found is None:
        raise Unreadable("没有这个学习任务")
    operation = Operation(
        op_id, DEVICE, ACCOUNT, Kind.STUDY_RESULT, task, result.payload, made_at, base_version=found.version
    )
    content = encode_content(operation)
    signed = SignedOperation(content=content, signature=sign(parts.settings.key(STUDY_KEY), content))
    return batch(parts, caller(), [signed], parts.clock())[0]


def _known(parts: Work, op_id: str) -> str | None:
    """The Outcome of this very line, should it have been decided before we could put the file away."""
    with parts.database.read() as connection:
        known = ledger.known(connection, [op_id]).get(op_id)
    return known.outcome if known else None


def _op_id(content: bytes, at: int, turn: int) -> str:
    """One id for one line of one file and the refusals it met: the form of a UUID of version 8."""
    digest = hashlib.sha256(content + f"\n{at}\n{turn}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _task(parts: Work, result: Result) -> str:
    """The task that a result is of: named, or the person's only open one that fits."""
    if result.task:
        return result.task
    with parts.database.read() as connection:
        key = (PERSON_DOCUMENT, entities.key_hash(document_text(result.id_document_type, result.id_number or "")))
        person = entities.keys(connection, [key]).get(key)
        tasks = entities.of_people(connection, [person], ("study-task",)) if person else ()
        bodies = [entry.body for _, entry in tasks if not entry.body.get("finished_on")]
    for name in ("service", "certificate_type"):
        if wanted := getattr(result, name):
            bodies = [body for body in bodies if body.get(name) == wanted]
    if len(bodies) != 1:
        raise Unreadable("没有未完成的学习任务" if not bodies else "有几个未完成的学习任务，请写明 task")
    return str(bodies[0]["id"])
