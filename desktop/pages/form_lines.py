"""What the panel beside a form says, as plain lines: who may be sent, who not and why, what is missing, the cost.

Each line carries its next steps as keys: those of `next_steps` with `:<row>` behind, `out:<row>`,
`papers:<card>:<row>`, `letter:<document>`, `go:<path>`.
Pure: made from the check and the people, compared to know what changed on screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from desktop.pages.form_values import Form, all_rows
from desktop.pages.next_steps import Step, next_steps
from domain.checking import FormCheck, RowCheck
from domain.facts import all_bills
from domain.operations import Finding, Severity
from domain.packs.pack import Pack
from domain.packs.service import Service
from domain.view import View
from sync.views import PersonRow

PATH = re.compile(r"^(?P<card>[^\[\]]+)\[(?P<row>[^\]]+)\](?:\.(?P<place>.+))?$")
State = Literal["ok", "warn", "bad"]
SHOWN = 12  # people a group lists; the rest is a number


@dataclass(frozen=True, slots=True)
class Entry:
    """One person, or the form itself, within a group."""

    who: str
    words: str
    clause: str = ""
    steps: tuple[Step, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One state with those it concerns."""

    role: State
    head: str
    entries: tuple[Entry, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of what it will cost."""

    label: str
    note: str
    amount: str
    clause: str = ""
    rule: str = ""
    count: int = 0
    each: str = ""  # of one, where all cost the same
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What it will cost; `total` is empty while an amount is not set."""

    total: str
    lines: tuple[CostLine, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowState:
    """How one row stands, in a word for the table."""

    state: State
    short: str
    papers: str  # "3 / 4", "" where none is asked
    papers_missing: bool


def is_fill(pack: Pack, finding: Finding) -> bool:
    """A field that is empty or malformed: to be typed, not to be argued with."""
    return finding.rule == pack.spec.required.id


def is_paper(service: Service, finding: Finding, pack: Pack) -> bool:
    """A paper that is missing or not acceptable, rather than a condition that is not met."""
    found = PATH.match(finding.path)
    part = service.card_service(found["card"]) if found else service
    return not is_fill(pack, finding) and finding.rule not in part.rules and finding.rule not in service.rules


def settled_rules(service: Service, check: RowCheck) -> tuple[Finding, ...]:
    """Conditions that are not met for sure: those that hang on a field still empty wait until it is filled in."""
    pack, part = service.pack, service.card_service(check.card)
    empty = {found["place"] for each in check.findings if is_fill(pack, each) and (found := PATH.match(each.path))}

    def waits(finding: Finding) -> bool:
        rule = part.rules.get(finding.rule)
        return rule is not None and bool(empty & rule.request_keys)

    return tuple(
        each
        for each in check.findings
        if each.severity is Severity.BLOCK
        and not is_fill(pack, each)
        and not is_paper(service, each, pack)
        and not waits(each)
    )


def row_state(service: Service, check: RowCheck | None) -> RowState:
    """Red where a rule says no, amber where something is still to be brought or typed."""
    if check is None:
        return RowState("ok", "", "", False)
    pack, rules = service.pack, settled_rules(service, check)
    blocks = [
        each
        for each in check.findings
        if each.severity is Severity.BLOCK and (is_fill(pack, each) or is_paper(service, each, pack))
    ]
    needed = [each for each in check.materials if each.needed]
    served = [each for each in needed if each.served_by and not each.invalid]
    papers = f"{len(served)} / {len(needed)}" if needed else ""
    lacking = len(served) < len(needed)
    if rules:
        return RowState("bad", _shorts(rules), papers, lacking)
    if blocks:
        return RowState("warn", _shorts(blocks), papers, lacking)
    warned = [each for each in check.findings if each.severity is Severity.WARN]
    if warned:
        return RowState("warn", _shorts(warned), papers, lacking)
    return RowState("ok", "可办", papers, lacking)


def _shorts(findings: Sequence[Finding]) -> str:
    shorts = list(dict.fromkeys(each.short for each in findings if each.short))
    head = shorts[0] if shorts else "看右边"
    return head if len(findings) == 1 or len(shorts) == 1 else f"{head} 等{len(findings)}处"


def worst(states: Iterable[str]) -> str:
    """Of a tab: the worst of its rows; "" while it has none."""
    found = set(states)
    return next((state for state in ("bad", "warn", "ok") if state in found), "")


class Lines:
    """The groups of one look."""

    def __init__(
        self, service: Service, form: Form, check: FormCheck, people: Mapping[str, PersonRow], *, asked: bool
    ) -> None:
        self._service, self._pack, self._check = service, service.pack, check
        self._asked = asked
        self._rows = {str(row["row"]): (card, row) for card, row in all_rows(form)}
        self._people = people

    def groups(self) -> tuple[Group, ...]:
        """In the order in which they matter: what may go, what may not, what is to be brought, what to be typed."""
        made = [self._ready(), self._blocked(), self._papers(), self._unfilled(), self._whole(), self._warned()]
        return tuple(group for group in made if group is not None)

    def _ready(self) -> Group | None:
        states = [row_state(self._service, check) for check in self._check.rows.values()]
        count = sum(each.state == "ok" for each in states)
        if not states:
            return None
        return Group("ok", f"{count} {self._noun()}可办") if count else None

    def _blocked(self) -> Group | None:
        entries, people = [], 0
        for row_id, check in self._check.rows.items():
            rules = settled_rules(self._service, check)
            people += bool(rules)
            for at, finding in enumerate(rules):
                steps = [*self._next(finding, row_id)]
                if at == len(rules) - 1:
                    steps.append(Step(f"out:{row_id}", "移出本单"))
                entries.append(
                    Entry(
                        self._who(row_id) if at == 0 else "",
                        finding.message,
                        finding.clause,
                        tuple(steps),
                        f"go:{finding.path}",
                    )
                )
        return self._group("bad", f"{people} {self._noun()}不可办", entries)

    def _papers(self) -> Group | None:
        places = 0
        same: dict[tuple[str, str], list[str]] = {}  # those of one card who lack the same stand together
        for row_id, check in self._check.rows.items():
            wrong = [each for each in check.findings if each.severity is Severity.BLOCK and self._is_paper(each)]
            if wrong:
                places += len(wrong)
                same.setdefault((check.card, self._lacking(check, wrong)), []).append(row_id)
        entries = [
            Entry(
                self._whom(card, rows),
                words,
                "",
                (Step(f"papers:{card}:{rows[0]}", "去补资料"),),
                f"go:{card}[{rows[0]}]",
            )
            for (card, words), rows in same.items()
        ]
        for finding in self._form_findings():
            if self._is_paper(finding):
                places += 1
                entries.append(Entry("本单", finding.message, "", self._paper_steps(finding), f"go:{finding.path}"))
        return self._group("warn", f"{places} 处缺资料", entries)

    def _lacking(self, check: RowCheck, wrong: Sequence[Finding]) -> str:
        """缺：毕业证、社保证明; what is there but will not do keeps its own sentence."""
        labels = [each.label for each in check.materials if each.missing]
        invalid = [sentence for each in check.materials for sentence in each.invalid]
        missing = [f"缺：{'、'.join(labels)}"] if labels else []
        return "；".join([*missing, *invalid]) or "；".join(each.message for each in wrong)

    def _whom(self, card: str, rows: Sequence[str]) -> str:
        names = [self.name(self._rows[each][1]) for each in rows]
        shown = "、".join(names[:3]) + (f" 等 {len(names)} 人" if len(names) > 3 else "")
        several = len(self._service.cards) > 1
        return f"{shown}·{self._service.cards[card].label}" if several else shown

    def _unfilled(self) -> Group | None:
        entries = []
        places = 0
        for row_id, check in self._check.rows.items():
            empty = [each for each in check.findings if is_fill(self._pack, each)]
            if empty:
                places += len(empty)
                entries.append(
                    Entry(self._who(row_id), "；".join(each.message for each in empty), "", (), f"go:{empty[0].path}")
                )
        own = [each for each in self._form_findings() if is_fill(self._pack, each)]
        nobody = "还没有选人" if self._noun() == "人" else "还没有明细"
        if own:
            places += len(own)
            steps = (Step(f"go:{own[0].path}", "去填"),)
            entries.insert(
                0,
                Entry(
                    "本单",
                    "；".join(nobody if each.path in self._service.cards else each.message for each in own),
                    "",
                    steps,
                    f"go:{own[0].path}",
                ),
            )
        return self._group("warn", f"还有 {places} 处要填", entries)

    def _whole(self) -> Group | None:
        own = [each for each in self._form_findings() if self._is_rule(each) and each.severity is Severity.BLOCK]
        entries = [Entry("", each.message, each.clause, tuple(self._next(each, "")), f"go:{each.path}") for each in own]
        return self._group("bad", "这份申请还不能提交", entries)

    def _warned(self) -> Group | None:
        warned = [each for each in self._check.findings if each.severity is Severity.WARN]
        entries = [
            Entry(self._who(each.row) if each.row else "本单", each.message, each.clause, (), f"go:{each.path}")
            for each in warned
        ]
        return self._group("warn", f"{len(warned)} 处请留意", entries)

    # parts

    def _group(self, role: State, head: str, entries: list[Entry]) -> Group | None:
        return Group(role, head, tuple(entries[:SHOWN]), max(0, len(entries) - SHOWN)) if entries else None

    def _form_findings(self) -> list[Finding]:
        return [each for each in self._check.findings if each.row is None]

    def _is_paper(self, finding: Finding) -> bool:
        return is_paper(self._service, finding, self._pack)

    def _is_rule(self, finding: Finding) -> bool:
        return not is_fill(self._pack, finding) and not self._is_paper(finding)

    def _next(self, finding: Finding, row_id: str) -> Iterable[Step]:
        return (Step(f"{step.key}:{row_id}", step.words) for step in next_steps(self._pack, finding))

    def _paper_steps(self, finding: Finding) -> tuple[Step, ...]:
        found = next((each for each in self._check.materials if each.id == finding.path), None)
        document = self._pack.spec.documents.get(found.signed_version_of or "") if found else None
        if document is None:
            return (Step(f"go:{finding.path}", "去补资料"),)
        return (Step(f"letter:{document.id}", f"打印{document.label}"),)

    def _who(self, row_id: str) -> str:
        card, row = self._rows.get(row_id, ("", {}))
        label = self._service.cards[card].label if card in self._service.cards else ""
        several = len(self._service.cards) > 1
        name = self.name(row)
        return f"{name}·{label}" if several and label else name

    def name(self, row: Mapping[str, Any]) -> str:
        """Whom a row is about."""
        found = self._people.get(str(row.get("person") or row.get("roster") or ""))
        return found.name if found is not None else str(row.get("label") or "这一行")

    def _noun(self) -> str:
        return "人" if all(card.adds == "person" for card in self._service.cards.values()) else "项"


def owed_bills(service: Service, form: Form, view: View) -> tuple[Mapping[str, Any], ...]:
    """Bills that are there already and that the rows of a payment cover: by name, or by their form."""
    named = {row.get("bill") for _card, row in all_rows(form)} - {None}
    forms = {row.get("application") for _card, row in all_rows(form)} - {None}
    kinds = set(service.spec.payment.bills) if service.spec.payment is not None else set()
    return tuple(
        bill
        for key, bill in all_bills(view).items()
        if key in named
        or (bill.get("application") in forms and bill.get("status") != "paid" and bill.get("kind") in kinds)
    )


def cost_of(pack: Pack, service: Service, check: FormCheck, owed: Sequence[Mapping[str, Any]] = ()) -> Cost | None:
    """Bills by rule, those that will be made and those a payment covers; None where no money is asked at all."""
    if not service.fees and not check.bills and not owed:
        return None
    lines: list[CostLine] = []
    total = Decimal(0)
    known = True
    for bill in (*check.bills, *owed):
        grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for line in bill.get("lines") or ():
            grouped.setdefault((str(line["rule"]), str(line["label"])), []).append(line)
        for (rule, label), same in grouped.items():
            amounts = [line.get("amount") for line in same]
            whole = sum((Decimal(each) for each in amounts if each is not None), Decimal(0))
            unset = any(each is None for each in amounts)
            known = known and not unset
            total += whole
            count = sum(int(line.get("quantity") or 1) for line in same)
            each = {Decimal(amount) / int(line.get("quantity") or 1) for line in same if (amount := line.get("amount"))}
            people = len({line.get("row") or line.get("person") for line in same})
            lines.append(
                CostLine(
                    label,
                    f"{people} 人",
                    "未设定" if unset else money(whole),
                    str(same[0].get("clause") or ""),
                    rule,
                    count,
                    money(each.pop()) if len(each) == 1 else "",
                    pack.spec.receipts.get(str(same[0].get("receipt") or ""), ""),
                )
            )
    notes = tuple(_unset(pack, key) for key in check.bill_blocked_by)
    return Cost(money(total) if known else "", tuple(lines), notes)


def _unset(pack: Pack, key: str) -> str:
    spec = pack.parameters.get(key)
    label = spec.label if spec is not None else key
    after = f"，{spec.unset}" if spec is not None and spec.unset else ""
    return f"协会还没有设定“{label}”{after}。"


def money(amount: Decimal | str) -> str:
    """1,234.50"""
    return f"{Decimal(amount):,.2f}"
