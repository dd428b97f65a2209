"""A push as texts: Outcomes as the ledger keeps them word for word, and what is whole in a request that broke off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import from_json, to_json

from domain.operations import Body, Finding, Outcome, Receipt, Severity, Status
from sync.protocol.coding import json_bytes
from sync.protocol.messages import SignedOperation, WireOutcome


def outcome_text(outcome: Outcome) -> str:
    """The WireOutcome as JSON: what the ledger keeps and every answer repeats identically."""
    wire: dict[str, Any] = {"o": outcome.op_id}
    if outcome.status is not Status.APPLIED:
        wire["c"] = outcome.status.value
    if outcome.version:
        wire["v"] = outcome.version
    if outcome.positions:
        wire["p"] = dict(outcome.positions)
    if outcome.findings:
        wire["f"] = [finding_body(finding) for finding in outcome.findings]
    if outcome.rows:
        wire["r"] = list(outcome.rows)
    if outcome.missing:
        wire["m"] = list(outcome.missing)
    if outcome.waits_for:
        wire["w"] = list(outcome.waits_for)
    if outcome.current is not None:
        wire["b"] = outcome.current
    if (receipt := outcome.receipt) is not None:
        wire |= {"n": receipt.number, "t": receipt.received_at, "s": receipt.signature}
    return to_json(wire).decode()


def read_outcome(wire: WireOutcome | Mapping[str, Any]) -> Outcome:
    """The other way; raises ValueError when it is no Outcome."""
    try:
        receipt = Receipt(wire["n"], wire["t"], wire["s"]) if "n" in wire else None
        return Outcome(
            op_id=wire["o"],
            status=Status(wire.get("c", "applied")),
            version=wire.get("v", 0),
            positions=wire.get("p", {}),
            findings=tuple(map(read_finding, wire.get("f", ()))),
            rows=tuple(wire.get("r", ())),
            missing=tuple(wire.get("m", ())),
            waits_for=tuple(wire.get("w", ())),
            current=wire.get("b"),
            receipt=receipt,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no outcome: {error!r}") from error


def positions_in(wire: WireOutcome | Mapping[str, Any]) -> Mapping[str, int]:
    """Only how far the mirror must come, of an Outcome that was read before."""
    positions: Mapping[str, int] = wire.get("p", {})
    return positions


def finding_body(finding: Finding) -> dict[str, Any]:
    """JSON of a finding; what is empty is left out."""
    body: dict[str, Any] = {"rule": finding.rule, "message": finding.message}
    if finding.severity is not Severity.BLOCK:
        body["severity"] = finding.severity.value
    for key in ("clause", "short", "path", "row", "next_service", "contact", "possible_from"):
        if value := getattr(finding, key):
            body[key] = value
    return body


def read_finding(body: Body) -> Finding:
    """The other way."""
    return Finding(**{**body, "severity": Severity(body.get("severity", "block"))})


def push_reply(epoch: str, outcomes: Iterable[str]) -> bytes:
    """A PushReply from texts of `outcome_text`."""
    return f'{{"epoch":{json.dumps(epoch)},"outcomes":[{",".join(outcomes)}]}}'.encode()


def push_request(signed: Iterable[tuple[bytes, str]]) -> bytes:
    """A PushRequest from contents and their signatures."""
    return to_json({"operations": [{"content": text, "signature": sig} for text, sig in signed]})


def ask_request(op_ids: Iterable[str]) -> bytes:
    """A PushRequest that only asks."""
    return json_bytes({"ask": list(op_ids)})


def whole_operations(cut: bytes) -> list[SignedOperation]:
    """The Operations that are complete in a PushRequest that broke off somewhere."""
    try:
        tree = from_json(cut, allow_partial=True)
        told = tree.get("operations") if isinstance(tree, dict) else None
        whole = (
            [one for one in told if isinstance(one, dict) and one.keys() >= _SIGNED] if isinstance(told, list) else []
        )
        return [SignedOperation.model_validate(one) for one in whole]
    except ValueError:
        return []


_SIGNED = frozenset(SignedOperation.model_fields)
