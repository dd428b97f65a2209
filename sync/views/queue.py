"""Drafts and the outbox as people see them: where each thing is, why it is not further, and the one thing to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.operations import Finding, Kind, Receipt
from domain.packs.pack import Pack
from sync.failures import WORDS as FAILURE_WORDS
from sync.failures import FailureKind
from sync.protocol import STUMBLED, Problem, content_hash, receipt_holds
from sync.store.drafts import Draft
from sync.store.local import Reader
from sync.store.operations import ANSWERED, CONFLICT, OUTBOX, QUEUED, REFUSED, UNKNOWN, WAITING, Kept
from sync.store.text import instant, key_of

LATER = "later"  # queued or unknown, with a next try ahead

SHARING = frozenset({Kind.SAVE_DRAFT.value, Kind.DELETE_DRAFT.value})  # of drafts among colleagues: nobody asked for it

WORDS = {
    "queued": "排队",
    "sending": "正在送",
    "later": "等下次",
    "unknown": "等回音",
    "waiting": "待附件",
    "exported": "已导出",
    "applied": "已送达",
    "refused": "未接收",
    "conflict": "有冲突",
    "cancelled": "已撤回",
    "suspended": "随前件退回",
}

ASKED = {
    Kind.SAVE_DRAFT: "共享草稿",
    Kind.DELETE_DRAFT: "删除共享草稿",
    Kind.SAVE_ROSTER: "人员名单",
    Kind.REMOVE_ROSTER: "从人员名单移出",
    Kind.SET_CONFIG: "参数设置",
    Kind.SAVE_AGENCY: "机构资料",
    Kind.SAVE_DESK: "协会联系方式",
    Kind.SAVE_ACCOUNT: "账号资料",
    Kind.NOTE_BILL: "账单备注",
    Kind.STUDY_RESULT: "学习结果",
    Kind.PUBLISH_PACK: "规则包",
}


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft in a list."""

    id: str
    application: str
    service: str
    title: str
    summary: str  # "初始教育 4 人"
    edited_by: str
    edited_at: str
    returned: bool
    here: bool  # False: a colleague's, opened with `actions.open_draft`
    shared: bool
    refused: bool  # it came back from the association's machine
    conflict: bool
    findings: tuple[Finding, ...]
    asks: int  # places both sides changed
    over: str = ""  # how its application stands, where that takes no form any more: another desk sent or ended it


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One Operation in a list."""

    op_id: str
    entity: str
    kind: str
    action: str
    title: str
    people: str  # "初始教育 4 人", a name, a key
    code: str  # the short code on papers printed before there is a number
    number: str
    state: str  # a key of WORDS
    word: str
    attempts: int
    next_try_at: str | None
    reason: str
    remedy: str
    size: int  # bytes of content and attachments
    sent_bytes: int
    papers: int
    can_cancel: bool
    can_edit: bool
    draft: str | None
    made_at: str
    answered_at: str | None
    receipt: int | None  # its number
    findings: tuple[Finding, ...]

    @property
    def sharing(self) -> bool:
        """A draft on its way to colleagues: it goes by itself, and the association is asked for nothing."""
        return self.kind in SHARING and not self.can_edit


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Proof of delivery, and whether it holds: computed here, without the network."""

    op_id: str
    title: str
    association: str
    association_name: str
    sha256: str
    status: str
    receipt: Receipt
    server_key: str
    holds: bool
    seconds: float | None  # from the press of the button to the server's word


def short_code(entity: str) -> str:
    """The last eight digits of the key, as papers show it."""
    return key_of(entity).replace("-", "")[-8:].upper()


def drafts(reader: Reader, account: str, pack: Pack | None = None) -> tuple[DraftRow, ...]:
    """What is being filled in, latest first, colleagues' shared ones included; those on their way are in the outbox."""
    here = {draft.id: draft for draft in reader.drafts.all(account)}
    mine = [draft for draft in here.values() if draft.sent is None and draft.id.startswith("draft/")]
    known = reader.mirror.many(account, [draft.entity for draft in mine])
    rows = [_draft_row(draft, pack, known[draft.entity].body if draft.entity in known else None) for draft in mine]
    gone = reader.operations.entities_asked(account, Kind.DELETE_DRAFT)
    rows += [
        _shared_row(entity, found.body, pack)
        for entity, found in reader.mirror.of_kind(account, "draft").items()
        if entity not in here and entity not in gone
    ]
    return tuple(sorted(rows, key=lambda row: row.edited_at, reverse=True))


def outbox(reader: Reader, account: str, *, now: datetime) -> tuple[OutboxRow, ...]:
    """What has no good end yet: the outbox in the order made, then refusals and conflicts nobody has dealt with."""
    waiting = reader.operations.outbox(account)
    bad = reader.operations.answered(account, limit=1_000, unseen=True)
    ahead = sum(len(kept.content) for kept in waiting if kept.state != WAITING)
    return tuple(_outbox_row(reader, kept, now, ahead) for kept in (*waiting, *bad))


def delivered(reader: Reader, account: str, *, limit: int = 50) -> tuple[OutboxRow, ...]:
    """What was asked of the association and answered, latest first; drafts shared among colleagues are not told."""
    rows = [kept for kept in reader.operations.answered(account, limit=4 * limit) if kept.kind not in SHARING]
    return tuple(_outbox_row(reader, kept, None, 0) for kept in rows[:limit])


def operation(reader: Reader, op_id: str, *, now: datetime) -> OutboxRow | None:
    """One, wherever it is."""
    kept = reader.operations.get(op_id)
    return None if kept is None else _outbox_row(reader, kept, now, 0)


def receipt(reader: Reader, account: str, op_id: str) -> ReceiptView | None:
    """None while there is no final Outcome."""
    kept = reader.operations.get(op_id)
    if kept is None or kept.outcome is None or kept.outcome.receipt is None:
        return None
    me = reader.accounts.need(account)
    sent, back = kept.made_at, kept.outcome.receipt.received_at
    return ReceiptView(
        op_id,
        _title(kept),
        me.association,
        me.association_name,
        content_hash(kept.content),
        kept.outcome.status.value,
        kept.outcome.receipt,
        me.server_key,
        receipt_holds(me.server_key, me.association, kept.content, kept.outcome),
        _seconds(sent, back),
    )


def _seconds(start: str, end: str) -> float | None:
    try:
        return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except ValueError:
        return None


def _outbox_row(reader: Reader, kept: Kept, now: datetime | None, ahead: int) -> OutboxRow:
    size, sent = reader.blobs.totals(kept.account, kept.blobs) if kept.blobs else (0, 0)
    due = kept.next_try if kept.next_try and now and kept.next_try > instant(now) else None
    state = LATER if due and kept.state in (QUEUED, UNKNOWN) else kept.state
    if (kept.state == QUEUED and kept.last_error and not due) or _stumbled(kept):
        state = LATER
    reason, remedy = _why(reader, kept, state, ahead)
    body = kept.overlay or {}
    outcome = kept.outcome
    return OutboxRow(
        op_id=kept.op_id,
        entity=kept.entity,
        kind=kept.kind,
        action=kept.action,
        title=_title(kept),
        people=str(body.get("summary") or (kept.title if kept.kind != Kind.ACT else "")),
        code=short_code(kept.entity),
        number=str(body.get("number") or ""),
        state=state,
        word=WORDS[state],
        attempts=kept.attempts,
        next_try_at=due,
        reason=reason,
        remedy=remedy,
        size=len(kept.content) + size,
        sent_bytes=(len(kept.content) if kept.state == WAITING or kept.place != OUTBOX else 0) + sent,
        papers=len(kept.blobs),
        can_cancel=kept.can_cancel,
        can_edit=kept.place == ANSWERED and kept.state in (REFUSED, CONFLICT) and not kept.seen,
        draft=kept.draft,
        made_at=kept.made_at,
        answered_at=kept.answered_at,
        receipt=outcome.receipt.number if outcome and outcome.receipt else None,
        findings=outcome.findings if outcome else (),
    )


def _title(kept: Kept) -> str:
    return ASKED.get(Kind(kept.kind)) or kept.title or "申请"


def _why(reader: Reader, kept: Kept, state: str, ahead: int) -> tuple[str, str]:
    if kept.state in (REFUSED, CONFLICT):
        return _answer_words(kept)
    if kept.place != OUTBOX:
        return "", ""
    if _stumbled(kept):
        return "协会服务器暂时办不了这一件", "不用操作，会自动再试；一直如此请联系协会"
    if kept.state == WAITING and kept.missing:
        return _paper_words(reader, kept)
    if kept.state == WAITING:
        return "要等它依据的那一件先办完", "不用操作，会自动接着送"
    if kept.state == "exported":
        return "已存成文件，等您带到协会", "协会收下后联网一次，就会有回音"
    if kept.last_error in {kind.value for kind in FailureKind}:
        words = FAILURE_WORDS[FailureKind(kept.last_error)]
        return words.sentence, words.remedy
    if kept.last_error in {problem.value for problem in Problem}:
        return "协会服务器认不出这一件", "请重新登录；还不行就把它导出，交给协会"
    if state == "sending":
        return f"第 {kept.attempts} 次送", "不用操作"
    if kept.state == UNKNOWN:
        return "上次送到一半断了，不知道对方收到没有", "不用操作，会再问一次，不会重复"
    if reader.operations.in_outbox(kept.after):
        return "排在它依据的那一件之后", "不用操作，会自动接着送"
    return ("排队等着送" if ahead else ""), "不用操作，联网后自动送"


def _stumbled(kept: Kept) -> bool:
    """Whether a bug of the server keeps it from being decided."""
    return kept.state == WAITING and kept.last_error == STUMBLED


def _paper_words(reader: Reader, kept: Kept) -> tuple[str, str]:
    known = {blob.sha256: blob for blob in reader.blobs.many(kept.account, kept.missing)}
    lost = [address for address in kept.missing if address not in known or not known[address].here]
    troubled = [blob for blob in known.values() if blob.trouble]
    if troubled:
        words = FAILURE_WORDS.get(FailureKind(troubled[0].trouble or ""))
        return f"附件“{troubled[0].name}”送不出去", words.remedy if words else "请重新添加这个附件"
    if lost:
        return f"有 {len(lost)} 个附件不在这台电脑上", "请在添加它的电脑上联网，或重新添加"
    there = sum(1 for blob in known.values() if blob.delivered)
    return f"附件已送 {there} / {len(kept.missing)} 个", "不用操作，断网会从断处接着送"


def _answer_words(kept: Kept) -> tuple[str, str]:
    findings = kept.outcome.findings if kept.outcome else ()
    if kept.kind == Kind.REMOVE_ROSTER:
        why = "这一条在别处又改过，没有移出" if kept.state == CONFLICT or not findings else findings[0].message
        return why, "已放回人员名单，请核对；看过后点“知道了”"
    if kept.state == CONFLICT and kept.kind == Kind.ACT and not kept.draft:
        return "这份申请先有了变化，您办的这一步没有生效", "请看现在的情况，要办的再办一次；看过后点“知道了”"
    if kept.state == CONFLICT:
        return "别人先改过了", "请打开，比较两边后重新提交"
    more = f"（共 {len(findings)} 处）" if len(findings) > 1 else ""
    return (findings[0].message + more if findings else "协会没有接收"), "请打开改好，再重新提交"


def _over(pack: Pack | None, service: str, application: Mapping[str, Any] | None) -> str:
    """How the application stands, where its form cannot be changed."""
    state = str((application or {}).get("state") or "")
    if pack is None or not state or service not in pack.services:
        return ""
    spec = pack.services[service].states.get(state)
    return "" if spec is None or "form" in spec.editable else pack.status_label(service, state)


def _draft_row(draft: Draft, pack: Pack | None, application: Mapping[str, Any] | None) -> DraftRow:
    return DraftRow(
        draft.id,
        draft.entity,
        draft.service,
        _label(draft.service, draft.title, pack),
        _summary(draft.service, draft.form, pack),
        draft.edited_by,
        draft.edited_at,
        draft.returned,
        True,
        bool(draft.shared_version) or draft.share,
        draft.refused is not None and draft.supersedes is None,
        draft.supersedes is not None,
        draft.findings,
        len(draft.asks),
        _over(pack, draft.service, application),
    )


def _shared_row(entity: str, body: Mapping[str, Any], pack: Pack | None) -> DraftRow:
    service = str(body.get("service") or "")
    return DraftRow(
        entity,
        str(body.get("application") or ""),
        service,
        _label(service, str(body.get("title") or ""), pack),
        _summary(service, body.get("form"), pack),
        str(body.get("edited_by") or ""),
        str(body.get("edited_at") or ""),
        bool(body.get("returned")),
        False,
        True,
        False,
        False,
        (),
        0,
    )


def _label(service: str, title: str, pack: Pack | None) -> str:
    if title or pack is None or service not in pack.services:
        return title or service
    return pack.services[service].label


def _summary(service: str, form: Mapping[str, Any] | None, pack: Pack | None) -> str:
    return pack.describe({"service": service, "form": form or {}}) if pack is not None else ""
