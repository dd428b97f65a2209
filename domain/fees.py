"""What is owed, and which rule says so. Yuan with fen; an amount that is not set blocks its bill and names itself."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.expressions.env import Env
from domain.packs.rules import Fee
from domain.packs.service import Service
from domain.questions import Question

FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill. `amount` is for the whole quantity; None: not set."""

    rule: str
    type: str
    label: str
    clause: str
    quantity: int
    amount: Decimal | None
    receipt: str
    person: str | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True)
class NewBill:
    """Lines of one kind. `total` is None while an amount is not set."""

    kind: str
    lines: tuple[Line, ...]
    blocked_by: tuple[str, ...] = ()  # parameters that are not set

    @property
    def total(self) -> Decimal | None:
        amounts = [line.amount for line in self.lines]
        return None if any(each is None for each in amounts) else sum((each for each in amounts if each), Decimal(0))


def fee_service(service: Service) -> Service:
    """The service whose fees are owed: a part of a combined form names the form."""
    named = service.spec.fees_of
    return service.pack.services[named] if named else service


def bills(question: Question, only: frozenset[str] | None = None) -> tuple[NewBill, ...]:
    """Bills by kind in the order of the pack. One that would be zero does not exist."""
    env, service = question.env, fee_service(question.service)
    if service is not question.service:
        env = Env({**env.facts, "service": {"id": question.service.id, "name": question.service.label}}, env.params)
    made: dict[str, list[Line]] = {}
    unset: dict[str, list[str]] = {}
    for fee in service.fees:
        items = fee.each(env)
        for item in items if isinstance(items, list) else []:
            line = _line(fee, env.overlaid({"item": item}))
            if line is None or (only is not None and line.type not in only):
                continue
            made.setdefault(fee.spec.bill, []).append(line)
            if line.amount is None:
                unset.setdefault(fee.spec.bill, []).extend(_unset(fee, env))
    whole = (NewBill(kind, tuple(lines), tuple(dict.fromkeys(unset.get(kind, ())))) for kind, lines in made.items())
    return tuple(bill for bill in whole if bill.total is None or bill.total != 0)


def _line(fee: Fee, env: Env) -> Line | None:
    quantity, amount = fee.quantity(env), fee.amount(env)
    if not isinstance(quantity, int) or quantity < 1:
        return None
    each = Decimal(amount) if isinstance(amount, int | Decimal) and not isinstance(amount, bool) else None
    if each == 0:
        return None
    return Line(
        fee.spec.id,
        fee.spec.type,
        fee.spec.label,
        fee.spec.clause,
        quantity,
        None if each is None else (each * quantity).quantize(FEN),
        fee.spec.receipt,
        _text(fee.person(env)) if fee.person else None,
        _text(fee.row(env)) if fee.row else None,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _unset(fee: Fee, env: Env) -> list[str]:
    return sorted(key for key in fee.amount.parameters if env.params.get(key) in (None, {}, []))
