"""The bill as a paper: what is owed line by line, by which rule, in figures and capitals, and where to pay it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from documents.amounts import capitals, figures
from documents.paper import NUMBER, Block, Code, Column, Facts, Paper, Para, Table, Title, Together, day_text
from domain.entities import Bill, BillLine

COLUMNS = (
    NUMBER,
    Column("项目", 2.4),
    Column("人员", 1.2),
    Column("依据", 1.9),
    Column("票据", 1.6),
    Column("数量", 0.6, "right"),
    Column("金额（元）", 1.3, "right"),
)
UNSET = "未设定"


class BillDoesNotAddUp(ValueError):
    """The lines of a bill and its total say different things: it is not printed."""


def bill_sheet(
    bill: Bill,
    *,
    association: str,
    unit: str,
    people: Mapping[str, str],
    receipts: Mapping[str, str] | None = None,
    unset: Sequence[str] = (),
    pay_to: Sequence[tuple[str, str]] = (),
    state: str = "",
    about: Sequence[tuple[str, str]] = (),
    forecast: bool = False,
    pay_code: str = "",
) -> Paper:
    """The bill as a paper.

    `people` are names by id, `receipts` words for receipt kinds, `pay_to` and `about` further facts; `unset` names the
    amounts that the association has not set: they are told, and count as unknown, never as zero.
    """
    lines = bill.get("lines", [])
    total = total_of(bill) if not unset else None
    title = "缴费预计" if forecast else "缴费单"
    number = bill.get("number", "")
    made = date.fromisoformat(bill["made_on"]) if bill.get("made_on") else None
    facts = [("收款单位：", association), ("缴费单位：", unit)]
    facts += [("缴费单号：", number)] if number else []
    facts += [("开单日期：", day_text(made))] if made else []
    facts += [("状态：", state)] if state else []
    rows = [
        [
            str(at),
            line.get("label") or line.get("type") or line["rule"],
            people.get(line.get("person", ""), ""),
            " ".join(filter(None, (line["rule"], f"（{clause}）" if (clause := line.get("clause")) else ""))),
            (receipts or {}).get(line.get("receipt", ""), line.get("receipt", "")),
            str(line.get("quantity", 1)),
            _amount(line),
        ]
        for at, line in enumerate(lines, 1)
    ]
    blocks: list[Block] = [Title(title, association), Facts([*facts, *about])]
    blocks.append(Table(COLUMNS, rows, foot=_total_words(lines, total)))
    if total is None:
        named = "、".join(unset) or "上表中注明“未设定”的金额"
        words = f"以下金额协会尚未设定，未计入合计，也不等于零：{named}。协会设定后才能开单缴费。"
        blocks.append(Para(words, indent=0, size=10.5, bold=True))
    if pay_to:
        blocks.append(Together([Para("缴费方式", indent=0, bold=True, before=6), Facts(pay_to, across=1)]))
    if pay_code:
        blocks.append(Code(pay_code, ("缴费时请核对收款单位与缴费单号。",), size=28))
    if forecast:
        words = "本页是按现有资料预计的费用，不是缴费凭据；以协会审核后生成的缴费单为准。"
        blocks.append(Para(words, indent=0, size=9, grey=True, before=6))
    return Paper(
        title=f"{title} {number}".strip(),
        blocks=blocks,
        author=association,
        subject=title,
        keywords=(number,) if number else (),
        made=made,
        foot="　".join(filter(None, (title, unit, number))),
        corner=number,
        corner_words=number,
    )


def total_of(bill: Bill) -> Decimal | None:
    """The total, in yuan; None as soon as one amount is not known."""
    amounts = [line.get("amount") for line in bill.get("lines", [])]
    if any(amount is None for amount in amounts):
        return None
    added = sum((Decimal(amount) for amount in amounts if amount is not None), Decimal("0.00"))
    said = bill.get("total")
    if said is not None and Decimal(said) != added:
        raise BillDoesNotAddUp(f"bill {bill.get('number') or '?'}: the lines add up to {added}, the total says {said}")
    return added


def _amount(line: BillLine) -> str:
    amount = line.get("amount")
    return UNSET if amount is None else f"{Decimal(amount):,.2f}"


def _total_words(lines: Sequence[BillLine], total: Decimal | None) -> list[str]:
    if total is not None:
        return [f"合计（大写）：{capitals(total)}\t合计：{figures(total)}"]
    known = sum((Decimal(amount) for line in lines if (amount := line.get("amount")) is not None), Decimal("0.00"))
    return [f"合计：暂不能确定\t其中已设定部分：{figures(known)}"]
