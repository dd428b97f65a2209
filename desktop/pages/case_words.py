"""An application in words: its story, its people, its papers, what changed from round to round. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop import words
from desktop.widgets.timeline import Moment
from domain.packs import Pack, Service
from domain.packs.forms import FieldSpec
from domain.transitions import ActionChoice, actions_for
from sync.views import Case, OutboxRow, PersonRow
from sync.views.cases import Paper, Step

VERB_ICONS = {
    "submit": ("send", "wait"), "resubmit": ("send", "wait"), "pay": ("money", "wait"), "approve": ("ok", "ok"),
    "confirm": ("ok", "ok"), "return": ("return", "warn"), "reject": ("bad", "bad"), "withdraw": ("close", "text2"),
    "result": ("book", "ok"), "save": ("pencil", "text2"),
}  # fmt: skip
FORM, LETTER, BILL = "form", "letter:", "bill/"  # papers that are made here, not attached
FORWARD = ("approve", "confirm", "pay", "submit", "resubmit")


@dataclass(frozen=True)
class PersonLine:
    """One row of the form, in words."""

    id: str
    name: str
    number: str
    card: str
    what: str
    state: str
    subject: str


@dataclass(frozen=True)
class PaperLine:
    """One paper: an attachment, or one that is made here from what was sent."""

    id: str
    paper: Paper | None  # the attachment
    material: str
    name: str  # of its file
    who: str
    about: str  # JPG, 1 页, 812 KB
    here: bool
    made: str = ""  # form, letter:<document>, bill/<key>


@dataclass(frozen=True)
class Change:
    """One place that is different from the round before."""

    id: str
    place: str
    before: str
    after: str
    role: str


def moments(case: Case, pack: Pack, now: datetime, *, desk: str) -> tuple[Moment, ...]:
    """Newest first: what comes next, who has it now, then what was done, with each delivery."""
    told: list[Moment] = []
    row = case.row
    if row.open:
        ahead = next_step(pack, case) if not row.pending else Moment(row.status, "送达后到这一步", "", "next")
        if ahead is not None:
            told.append(ahead)
        if not row.pending:
            mine = pack.spec.actors.get(row.holder_actor)
            whose = "在您手上" if mine is not None and mine.desk == desk else f"在 {holder_words(case, pack)} 手上"
            told.append(Moment(f"{row.status}　已 {words.since(row.since, now)}", whose, "现在", "now"))
    asked = {one.op_id: one for one in case.asked}
    rounds = _rounds(case.steps, pack)
    for number, step in reversed(list(enumerate(case.steps))):
        told += _told(case, pack, step, asked.get(step.op_id), rounds[number])
    return tuple(told)


def _rounds(steps: Sequence[Step], pack: Pack) -> list[int]:
    """The round that stood after each step."""
    rounds, now = [], 0
    for step in steps:
        now += pack.verb(step.action) in ("submit", "resubmit") if step.action in pack.spec.actions else 0
        rounds.append(now)
    return rounds


def _told(case: Case, pack: Pack, step: Step, asked: OutboxRow | None, number: int) -> Iterator[Moment]:
    verb = pack.verb(step.action) if step.action in pack.spec.actions else "save"
    icon, role = VERB_ICONS[verb]
    when = words.stamp(step.at)
    if asked is not None and asked.receipt and asked.answered_at:
        took = words.took(words.between(asked.made_at, asked.answered_at))
        yield Moment("已送达", f"用时 {took}，回执 {asked.receipt}" if took else f"回执 {asked.receipt}",
                     words.stamp(asked.answered_at), "ok", "ok")  # fmt: skip
    sends = verb in ("submit", "resubmit")
    round_words = f"（第 {number} 轮）" if sends and number > 1 else ""
    sub = case.row.summary if sends else f"之后：{step.status}" if step.status else ""
    if step.pending:
        sub, icon, role = "还在路上，等协会回音", "clock", "wait"
    changed = len(changes(case, pack)) if sends and number == case.row.round and case.previous else 0
    said, key, link = "", "", ""
    if step.reason or step.marks:
        said = f"“{step.reason}”" if step.reason else ""
        said += f"　{len(step.marks)} 处" if step.marks else ""
        key, link = ("compare", "看是哪几处") if step.marks else ("", "")
    elif changed:
        said, key, link = f"与第 {number - 1} 轮相比：{changed} 处不同", "compare", "逐项比较"
    yield Moment(f"{step.name or pack_actor(pack, step.actor)} {step.label}{round_words}", sub, when, icon, role,
                 said=said.strip(), said_role="warn" if verb == "return" else "", action=link, key=key)  # fmt: skip


def pack_actor(pack: Pack, actor: str) -> str:
    return pack.spec.actors[actor].label if actor in pack.spec.actors else actor


def holder_words(case: Case, pack: Pack) -> str:
    """Name and contact of whoever has it."""
    name = case.row.holder or str(case.desk.get("name") or "") or pack_actor(pack, case.row.holder_actor) or "对方"
    contact = str(case.desk.get("contact") or "")
    return f"{name} {contact}".strip()


def next_step(pack: Pack, case: Case) -> Moment | None:
    """Where it goes when the present holder says yes, as far as the pack tells."""
    service = pack.services.get(case.row.service)
    if service is None:
        return None
    states = service.workflow.states
    for action in service.workflow.actions.get(case.row.state, ()):
        if pack.verb(action.spec.do) in FORWARD and case.row.holder_actor in action.actors:
            target = states.get(action.spec.to)
            if target is None or action.spec.to == case.row.state:
                continue
            who = pack_actor(pack, target.actor) if target.actor else ""
            return Moment(target.label, "。".join(part for part in (who, target.explain) if part), "", "next")
    return None


def own_actions(pack: Pack, case: Case, actor: str) -> tuple[ActionChoice, ...]:
    """What may be ended or taken back here: 作废, 撤回."""
    if case.row.pending:
        return ()
    return tuple(one for one in actions_for(pack, case.body, actor) if one.verb == "withdraw")


def people_lines(case: Case, pack: Pack, people: Mapping[str, PersonRow]) -> tuple[PersonLine, ...]:
    """Every row of every card."""
    service = pack.services.get(case.row.service)
    made = []
    for card, rows in (case.form.get("cards") or {}).items():
        spec = service.cards.get(card) if service is not None else None
        fields = service.row_fields(card) if service is not None else ()
        for row in rows:
            subject = str(row.get("person") or row.get("roster") or "")
            found = people.get(subject)
            what = "，".join(_row_words(pack, fields, row))
            made.append(
                PersonLine(
                    str(row["row"]), found.name if found else "—", found.masked if found else "",
                    spec.label if spec is not None else card, what, case.row.pending or case.row.status, subject,
                )
            )  # fmt: skip
    return tuple(made)


def _row_words(pack: Pack, fields: Sequence[FieldSpec], row: Mapping[str, Any]) -> Iterator[str]:
    values = row.get("values") or {}
    for field in fields:
        text = value_words(pack, field, values.get(field.key))
        if text:
            yield text


def value_words(pack: Pack, field: FieldSpec, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return field.label if value else ""
    if isinstance(value, list | tuple):
        return "、".join(value_words(pack, field, one) for one in value)
    if isinstance(value, Mapping):
        return ""
    if isinstance(field.options, str) and field.options in pack.enums:
        return pack.label(field.options, value)
    return "" if "/" in str(value) and str(value).split("/")[0] in ("certificate", "agency", "unit") else str(value)


def paper_lines(case: Case, pack: Pack, people: Mapping[str, PersonRow]) -> tuple[PaperLine, ...]:
    """What was sent: the form and the letter as papers, every attachment with its person; then the bills."""
    service = pack.services.get(case.row.service)
    if service is None:
        return ()
    made = [PaperLine(FORM, None, f"{service.label}表", "送出的全部内容", "整份申请", "PDF", True, FORM)]
    for each in service.spec.templates:
        if each in pack.spec.documents:
            label = pack.spec.documents[each].label
            made.append(PaperLine(LETTER + each, None, label, "按送出的内容生成，未盖章", "整份申请", "PDF", True,
                                  LETTER + each))  # fmt: skip
    labels = material_labels(pack, service)
    who = {line.id: line.name for line in people_lines(case, pack, people)}
    for number, paper in enumerate(case.papers):
        about = [paper.type.upper(), f"{paper.pages} 页" if paper.pages else "", words.size(paper.bytes)]
        made.append(
            PaperLine(f"{number}-{paper.blob}", paper, labels.get(paper.material, paper.name or paper.material),
                      paper.name, who.get(paper.row or "", "整份申请"), "，".join(part for part in about if part),
                      paper.here)
        )  # fmt: skip
    for bill in case.bills:
        kind = pack.spec.bill_kinds.get(str(bill.get("kind")), "缴费单")
        state = pack.spec.bill_statuses.get(str(bill.get("status")), "")
        total = words.yuan(bill.get("total")) if bill.get("total") else "有金额未设定"
        made.append(PaperLine(str(bill["id"]), None, f"{kind}账单", str(bill.get("number") or ""), "整份申请",
                              "，".join(part for part in (total, state) if part), True, str(bill["id"])))  # fmt: skip
    return tuple(made)


def material_labels(pack: Pack, service: Service | None) -> dict[str, str]:
    """Of the service and of the services behind its cards."""
    if service is None:
        return {}
    parts = [service, *(service.card_service(card) for card in service.cards)]
    return {one.id: one.spec.label for part in parts for one in part.materials}


def changes(case: Case, pack: Pack) -> tuple[Change, ...]:
    """What the last round has otherwise than the one before: fields, rows, papers."""
    return tuple(_changes(case, pack)) if case.previous else ()


def _changes(case: Case, pack: Pack) -> Iterator[Change]:
    service = pack.services.get(case.row.service)
    if service is None:
        return
    before, after = case.previous, case.form
    old, new = before.get("values") or {}, after.get("values") or {}
    for field in service.fields:
        if old.get(field.key) != new.get(field.key):
            yield Change(f"f-{field.key}", field.label, value_words(pack, field, old.get(field.key)) or "（空）",
                         value_words(pack, field, new.get(field.key)) or "（空）", "text")  # fmt: skip
    for card, spec in service.cards.items():
        rows = [(form.get("cards") or {}).get(card) or () for form in (before, after)]
        yield from _row_changes(pack, spec.label, service.row_fields(card), *rows)
    labels = material_labels(pack, service)
    gone, come = _papers(before), _papers(after)
    for blob in gone.keys() - come.keys():
        yield Change(f"p-{blob}", labels.get(gone[blob][0], gone[blob][0]), gone[blob][1], "（拿掉）", "warn")
    for blob in come.keys() - gone.keys():
        yield Change(f"p+{blob}", labels.get(come[blob][0], come[blob][0]), "（没有）", come[blob][1], "ok")


def _row_changes(
    pack: Pack, card: str, fields: Sequence[FieldSpec], before: Sequence[Any], after: Sequence[Any]
) -> Iterator[Change]:
    old, new = {row["row"]: row for row in before}, {row["row"]: row for row in after}
    for row in old.keys() - new.keys():
        yield Change(f"r-{row}", card, "有这一人", "（移出）", "warn")
    for row in new.keys() - old.keys():
        yield Change(f"r+{row}", card, "（没有）", "加了一人", "ok")
    for row in old.keys() & new.keys():
        for field in fields:
            one, other = (kept[row].get("values", {}).get(field.key) for kept in (old, new))
            if one != other:
                yield Change(f"r-{row}-{field.key}", f"{card}·{field.label}", value_words(pack, field, one) or "（空）",
                             value_words(pack, field, other) or "（空）", "text")  # fmt: skip


def _papers(form: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        f"{paper.get('row')}:{paper['blob']}": (str(paper["material"]), str(paper.get("name") or "文件"))
        for paper in form.get("attachments") or ()
    }
