"""The page before sending, as plain values: the verdict, who by card, what to pay by rule, papers, what comes after."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from desktop.pages.form_lines import Group, RowState, row_state, worst
from desktop.pages.form_look import Look
from desktop.pages.form_over import SENDING
from desktop.pages.form_papers import outdated
from desktop.pages.form_rows import named, subject_of
from desktop.pages.form_values import Form, Row, attachments, rows_of
from documents.summary import size_text
from domain.checking import FormCheck
from domain.operations import Finding, Severity
from domain.packs.rules import Action
from domain.packs.service import Service
from sync.actions_drafts import without_orphans

ONWARDS = ("approve", "confirm", "pay", "result")
MOST_STEPS = 12
STANDS = (("ok", "可办"), ("bad", "不可办"), ("warn", "未齐"))


@dataclass(frozen=True, slots=True)
class CardLine:
    """One card: how many, who, and how the worst of them stands."""

    key: str
    label: str
    count: str
    names: str
    state: RowState


@dataclass(frozen=True, slots=True)
class Verdict:
    """May it be sent; what is left to do where not."""

    role: str
    head: str
    words: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A paper of the whole form and how it stands."""

    id: str
    label: str
    words: str
    role: str
    state: str
    blob: str
    name: str


def card_lines(service: Service, form: Form, look: Look) -> tuple[CardLine, ...]:
    """Cards that have rows."""
    made = []
    for key, spec in service.cards.items():
        rows = rows_of(form, key)
        if not rows:
            continue
        states = [row_state(service, look.check.rows.get(str(row["row"]))) for row in rows]
        bad = worst(state.state for state in states)
        counts = [(sum(state.state == kind for state in states), word) for kind, word in STANDS]
        several = "，".join(f"{count} {word}" for count, word in counts if count)
        short = "可办" if bad == "ok" else several if counts[0][0] else "都还不能"
        counted = "人" if spec.adds == "person" else "项"
        names = "、".join(_name(service, row, look, spec.adds) for row in rows[:24]) + (" 等" if len(rows) > 24 else "")
        made.append(CardLine(key, spec.label, f"{len(rows)} {counted}", names, RowState(_state(bad), short, "", False)))
    return tuple(made)


def _name(service: Service, row: Row, look: Look, adds: str) -> str:
    """Of a person the name alone; what a payment covers has its number with it."""
    name, number = named(service, subject_of(row), look)
    return name if adds == "person" else f"{name} {number}".strip()


def noun(service: Service) -> str:
    """What is counted: people, or what a payment covers."""
    return "人" if all(card.adds == "person" for card in service.cards.values()) else "项"


def _state(word: str) -> Any:
    return word or "ok"


def failing(service: Service, check: FormCheck) -> tuple[str, ...]:
    """Rows that cannot go now, with what is theirs to mend."""
    return tuple(
        row_id
        for row_id, each in check.rows.items()
        if any(finding.severity is Severity.BLOCK for finding in each.findings)
    )


def form_blocks(check: FormCheck) -> tuple[Finding, ...]:
    """What stands in the way of the whole form, whoever is in it."""
    return tuple(each for each in check.findings if each.row is None and each.severity is Severity.BLOCK)


def verdict(service: Service, form: Form, look: Look, groups: tuple[Group, ...]) -> Verdict:
    """One sentence, and one more."""
    check, count = look.check, len(look.check.rows)
    if check.ok:
        head = f"{count} {noun(service)}都可以提交" if count else "可以提交"
        return Verdict("ok", head, f"逐条查过 {asked(service, form)} 条规则，没有不可办的。")
    bad = [group.head for group in groups if group.role != "ok"]
    role = "bad" if any(group.role == "bad" for group in groups) else "warn"
    return Verdict(role, "还不能提交", f"{'，'.join(bad)}。" if bad else "请回去看每一处提示。")


def asked(service: Service, form: Form) -> int:
    """How many conditions were looked at."""
    whole = sum("submit" in rule.spec.stage for rule in service.rules.values())
    for key in service.cards:
        part = service.card_service(key)
        own = sum("submit" in rule.spec.stage for rule in part.rules.values()) + len(part.materials)
        whole += own * len(rows_of(form, key))
    return whole


def sealed_papers(form: Form, look: Look) -> tuple[Sealed, ...]:
    """Papers of the whole form: those to be sealed first."""
    made = []
    for check in look.check.materials:
        mine = [each for each in attachments(form) if each["material"] == check.id and each.get("row") is None]
        if not mine and not check.needed:
            continue
        pages = sum(int(each.get("pages") or 0) for each in mine)
        size = sum(int(each.get("bytes") or 0) for each in mine)
        words = f"已附 {len(mine)} 个，{f'{pages} 页，' if pages else ''}{size_text(size)}" if mine else "还没有附上"
        old = outdated(form, mine)
        if check.invalid:
            role, state = "bad", check.invalid[0]
        elif old and mine:
            role, state = "warn", old
        else:
            role, state = ("ok", "合格") if check.served_by else ("warn", "缺")
        made.append(
            Sealed(
                check.id,
                check.label,
                words,
                role,
                state,
                str(mine[0]["blob"]) if mine else "",
                str(mine[0].get("name") or check.label) if mine else "",
            )
        )
    return tuple(made)


def to_send(form: Form, delivered: Collection[str]) -> tuple[int, int]:
    """(files, bytes) that are still to be sent, the form's own text included; what the server has is not sent again."""
    going = without_orphans(form)
    sizes = {str(each["blob"]): int(each.get("bytes") or 0) for each in attachments(going)}
    rest = {blob: size for blob, size in sizes.items() if blob not in delivered}
    return len(rest), sum(rest.values()) + len(json.dumps(going, ensure_ascii=False).encode())


def line_words(size: int, rate: float, *, online: bool) -> str:
    """How long that takes at so many bytes a second, as last measured on this line."""
    if rate <= 0:
        return "送过一次就知道快慢"
    seconds = max(1, round(size / rate))
    words = f"约 {seconds} 秒" if seconds < 100 else f"约 {-(-seconds // 60)} 分钟"
    return words if online else f"联网后{words}"


def follows(service: Service, look: Look, state: str, agency: str) -> tuple[tuple[str, str], ...]:
    """What comes after sending: (title, words) of each step, from the workflow."""
    flow = service.workflow
    steps: list[tuple[str, str]] = [("待发送", "在本机，可撤回")]
    action = _first(flow, state, tuple(SENDING), look)
    seen: set[str] = set()
    while action is not None and len(steps) < MOST_STEPS:
        target = action.spec.to
        spec = flow.states.get(target)
        if spec is None or target in seen:
            break
        seen.add(target)
        desk = service.pack.spec.actors[spec.actor].desk if spec.actor else ""
        words = agency if desk == "agency" and agency else spec.explain
        steps.append((spec.label, words))
        action = _first(flow, target, ONWARDS, look)
    return tuple(steps)


def _first(flow: Service, state: str, verbs: tuple[str, ...], look: Look) -> Action | None:
    found = [each for each in flow.actions.get(state, ()) if flow.pack.verb(each.spec.do) in verbs]
    for action in found:
        target = flow.states.get(action.spec.to)
        paying = target is not None and target.category == "pay"
        if action.when is None or (paying and look.check.bills):
            return action
    return found[-1] if found else None
