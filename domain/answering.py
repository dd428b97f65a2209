"""The one function through which everything is asked; its answers have the shape of the explain contract."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.eligibility import Judgement, judge, require_day
from domain.expressions.compiling import Compiled
from domain.expressions.unknown import UNKNOWN
from domain.fees import Line, bills
from domain.materials import Papers, examine
from domain.operations import Severity
from domain.packs.pack import Pack
from domain.questions import CannotAsk, Question
from domain.workflow import state_of, step


def answer(pack: Pack, kind: str, service: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A pure function of its arguments. Raises CannotAsk for an unknown kind or service, or a malformed fact."""
    answers = _KINDS.get(kind)
    if answers is None:
        raise CannotAsk(f"没有这种问题：“{kind}”")
    return answers(Question(pack, service, facts))


def eligibility(question: Question) -> dict[str, Any]:
    require_day(question)
    judgement = judge(question)
    failed = judgement.of(Severity.BLOCK)
    batch = question.service.kind == "batch" and bool(question.rows)
    rows = _rows(question, judgement)
    answer: dict[str, Any] = {
        "eligible": any(row["eligible"] for row in rows) if batch else not failed,
        "failed_rules": failed,
        "warned_rules": judgement.of(Severity.WARN),
        "messages": _messages(judgement),
        "next_services": sorted({each.next_service for each in judgement.findings if each.next_service}),
    }
    contacts = sorted({each.contact for each in judgement.findings if each.contact})
    if contacts:
        answer["contact"] = contacts[0]
    if failed:
        possible = judgement.possible_from()
        answer["possible_from"] = possible.isoformat() if possible else None
    if rows:
        answer["rows"] = rows
    computed = _computed(question)
    if computed:
        answer["computed"] = computed
    return answer


def _rows(question: Question, judgement: Judgement) -> list[dict[str, Any]]:
    made = []
    for row in question.rows or ():
        failed = judgement.of(Severity.BLOCK, row.id)
        warned = judgement.of(Severity.WARN, row.id)
        made.append({"row": row.id, "eligible": not failed, "failed_rules": failed, "warned_rules": warned})
    return made


def _messages(judgement: Judgement) -> dict[str, str]:
    made: dict[str, list[str]] = {}
    for finding in judgement.findings:
        texts = made.setdefault(finding.rule, [])
        if finding.message not in texts:
            texts.append(finding.message)
    return {rule: "；".join(texts) for rule, texts in sorted(made.items())}


def _computed(question: Question) -> dict[str, Any]:
    return _evaluated(question, question.service.computed)


def materials(question: Question) -> dict[str, Any]:
    papers = examine(question)
    failed = _paper_rules(papers, None)
    missing = sorted({place.material.id for place in papers.missing})
    invalid = sorted({each.material for each in papers.invalid})
    answer: dict[str, Any] = {
        "submittable": not (failed or missing or invalid),
        "missing_materials": missing,
        "failed_rules": failed,
        "invalid_materials": invalid,
        "warned_rules": sorted({each.rule for each in papers.findings if each.severity is Severity.WARN}),
        "messages": {each.rule: each.message for each in papers.findings},
    }
    if question.rows:
        answer["rows"] = [
            {
                "row": row.id,
                "missing_materials": sorted({place.material.id for place in papers.missing if place.row == row.id}),
                "invalid_materials": sorted({each.material for each in papers.invalid if each.row == row.id}),
                "failed_rules": _paper_rules(papers, row.id),
            }
            for row in question.rows
        ]
    return answer


def _paper_rules(papers: Papers, row: str | None) -> list[str]:
    rules = {
        each.rule for each in papers.findings if each.severity is Severity.BLOCK and (row is None or each.row == row)
    }
    rules.update(each.rule for each in papers.invalid if each.rule and (row is None or each.row == row))
    return sorted(rules)


def workflow(question: Question) -> dict[str, Any]:
    made = step(question)
    answer: dict[str, Any] = {
        "allowed": made.allowed,
        "next_state": made.state,
        "effects": list(made.effects),
        "failed_rules": sorted({each.rule for each in made.findings if each.severity is Severity.BLOCK}),
        "warned_rules": sorted({each.rule for each in made.findings if each.severity is Severity.WARN}),
        "missing_materials": list(made.missing),
        "notification": made.notification,
        "reason": made.reason,
    }
    spec = state_of(question.service, made.state)
    if spec is not None:
        answer.update(status_label=spec.label, outcome=spec.outcome, editable=list(spec.editable))
    return answer


def fee(question: Question) -> dict[str, Any]:
    made = bills(question)
    return {
        "bills": [
            {"kind": bill.kind, "lines": [_line(line) for line in bill.lines], "total": _money(bill.total)}
            for bill in made
        ],
        "bill_blocked": any(bill.total is None for bill in made),
    }


def _line(line: Line) -> dict[str, Any]:
    made: dict[str, Any] = {"type": line.type, "rule": line.rule, "quantity": line.quantity}
    made.update({key: value for key, value in (("person", line.person), ("row", line.row)) if value is not None})
    return {**made, "amount": _money(line.amount), "receipt": line.receipt}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def calendar(question: Question) -> dict[str, Any]:
    return _evaluated(question, question.service.calendar)


def document(question: Question) -> dict[str, Any]:
    return _evaluated(question, question.service.document)


def permission(question: Question) -> dict[str, Any]:
    judgement = judge(question, "permission")
    failed = judgement.of(Severity.BLOCK)
    answer: dict[str, Any] = {"allowed": not failed, "failed_rules": failed, "messages": _messages(judgement)}
    contacts = sorted({each.contact for each in judgement.findings if each.contact})
    if contacts:
        answer["contact"] = contacts[0]
    return answer


def _evaluated(question: Question, expressions: Mapping[str, Compiled]) -> dict[str, Any]:
    return {key: plain(expression(question.env)) for key, expression in expressions.items()}


def plain(value: Any) -> Any:
    """A value as it stands in JSON."""
    if value is UNKNOWN:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return {key: plain(each) for key, each in value.items()} if isinstance(value, dict) else value


_KINDS: dict[str, Callable[[Question], dict[str, Any]]] = {
    "eligibility": eligibility,
    "materials": materials,
    "workflow": workflow,
    "fee": fee,
    "calendar": calendar,
    "permission": permission,
    "document": document,
}
KINDS = tuple(_KINDS)
