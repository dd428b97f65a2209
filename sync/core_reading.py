"""Reading answers with suspicion: what does not fit what was asked is garbage, never half-believed."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from domain.operations import Outcome
from sync.failures import Failure, FailureKind
from sync.ports import Answered, OutboxItem
from sync.protocol import (
    PROBLEM_PREFIX,
    Problem,
    ProblemDetails,
    PullReply,
    PushReply,
    read_outcome,
    receipt_holds,
    undecided,
)

STOPPING = frozenset(
    {FailureKind.LOGIN_NEEDED, FailureKind.REVOKED, FailureKind.PASSWORD_CHANGE, FailureKind.TOO_OLD}
)  # trying again by itself would not help

BY_PROBLEM = {
    Problem.LOGIN_NEEDED: FailureKind.LOGIN_NEEDED,
    Problem.REVOKED: FailureKind.REVOKED,
    Problem.PASSWORD_CHANGE_NEEDED: FailureKind.PASSWORD_CHANGE,
    Problem.PROTOCOL_VERSION: FailureKind.TOO_OLD,
    Problem.TOO_LARGE: FailureKind.TOO_LARGE,
    Problem.BUSY: FailureKind.BUSY,
    Problem.LOCKED_OUT: FailureKind.LOCKED_OUT,
    Problem.LOGIN_WRONG: FailureKind.LOGIN_WRONG,
    Problem.PASSWORD_WEAK: FailureKind.PASSWORD_WEAK,
    Problem.NOT_ALLOWED: FailureKind.REFUSED,
}
BY_STATUS = {401: FailureKind.LOGIN_NEEDED, 413: FailureKind.TOO_LARGE, 426: FailureKind.TOO_OLD}
BUSY_STATUS = frozenset({408, 425, 429, 502, 503, 504})


class Garbage(ValueError):
    """An answer that is ours by its header and nonsense by its content."""


def read_push(
    body: bytes, items: Sequence[OutboxItem], association: str, server_key: str, *, some: bool = False
) -> tuple[str, tuple[Outcome, ...]]:
    """Epoch and Outcomes; each for the Operation that was sent, each final one proved by its receipt.

    `some`: the server was only asked, and answers for those of them that it has decided.
    """
    try:
        reply = PushReply.model_validate_json(body)
        outcomes = tuple(map(read_outcome, reply.outcomes))
    except ValueError as error:
        raise Garbage(f"push: {type(error).__name__}") from error
    if some:
        told = {outcome.op_id for outcome in outcomes}
        items = [item for item in items if item.op_id in told]
    if [outcome.op_id for outcome in outcomes] != [item.op_id for item in items]:
        raise Garbage("push: the outcomes are not those of the operations sent")
    for item, outcome in zip(items, outcomes, strict=True):
        decided = outcome.final and not undecided(outcome)
        if decided and not receipt_holds(server_key, association, item.content, outcome):
            raise Garbage(f"push: the receipt of {outcome.op_id} does not hold")
    return reply.epoch, outcomes


def read_pull(body: bytes) -> PullReply:
    """One answer to a pull."""
    try:
        return PullReply.model_validate_json(body)
    except ValidationError as error:
        raise Garbage(f"pull: {error.error_count()} errors") from error


def read_problem(answer: Answered) -> Failure:
    """What a status other than success means for us."""
    return read_problem_body(answer.status, answer.body, answer.retry_after)


def read_problem_body(status: int, body: bytes, retry_after: float | None) -> Failure:
    """The same, from the parts of an answer."""
    detail, kind = f"{status}", BY_STATUS.get(status)
    try:
        problem = ProblemDetails.model_validate_json(body)
        detail = f"{status} {problem.slug}"
        if problem.type.startswith(PROBLEM_PREFIX):
            kind = BY_PROBLEM.get(Problem(problem.slug), kind)
    except ValueError:
        pass  # the status alone must do
    if kind is None:
        kind = FailureKind.BUSY if status in BUSY_STATUS else FailureKind.GARBAGE
    return Failure(kind, detail, retry_after)
