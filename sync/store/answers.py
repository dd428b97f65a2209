"""What an Outcome does to the store: answered for good, waiting, or back as a draft with what was to follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.operations import Finding, Kind, Outcome, Status
from sync.merge import Merged, merge_forms, merge_values
from sync.protocol import STUMBLED, Problem, decode_content, made_on, undecided
from sync.store.drafts import Draft, thawed
from sync.store.local import Writer
from sync.store.operations import OUTBOX, QUEUED, SUSPENDED, WAITING, Brief, Kept, Sketch
from sync.store.signing import ask
from sync.store.text import dumps, instant, key_of, kind_of

STUMBLED_AGAIN, STUMBLED_LATEST = timedelta(seconds=30), timedelta(hours=1)  # a bug of the server: ever more seldom
UNDECIDED_AGAIN = timedelta(hours=1)  # a server that cannot even read it is not asked all the time


ASKED_ANEW = frozenset({Kind.SAVE_ROSTER, Kind.REMOVE_ROSTER, Kind.DELETE_DRAFT})  # of a desk that was shut out since
SHUT_OUT = "这一件是恢复以前那台电脑签的名，协会已停用那台电脑。请核对后重新提交。"


def record(writer: Writer, account: str, outcomes: Sequence[Outcome], now: datetime, retry_at: datetime | None) -> bool:
    """All of one push, in the caller's transaction; whether the server does not know the key of this desk."""
    asked = writer.operations.briefs([outcome.op_id for outcome in outcomes])
    # Never ours, or answered before: the first answer stands.
    ours = {op_id for op_id, brief in asked.items() if brief.account == account and brief.place == OUTBOX}
    outcomes = [outcome for outcome in outcomes if outcome.op_id in ours]
    final = [outcome for outcome in outcomes if outcome.final and undecided(outcome) is None]
    writer.operations.answer(final, instant(now))
    applied = [(asked[outcome.op_id], outcome.positions) for outcome in final if outcome.status is Status.APPLIED]
    plain = _without_draft(writer, account, [brief for brief, _ in applied])
    others = [outcome for outcome in outcomes if outcome.op_id not in plain]
    known = writer.operations.many([outcome.op_id for outcome in others])
    login_needed = False
    for outcome in others:
        kept, problem = known[outcome.op_id], undecided(outcome)
        if problem is Problem.DEVICE_UNKNOWN and _by_another_desk(writer, kept):
            _shut_out(writer, kept, replace(outcome, findings=(Finding(problem.value, SHUT_OUT),)), now)
        elif problem is not None:
            login_needed |= problem is Problem.DEVICE_UNKNOWN
            _not_decided(writer, kept, problem, now)
        elif outcome.status is Status.WAITING:
            _waiting(writer, kept, outcome, _stumbled_until(kept, outcome, now) or retry_at)
        elif outcome.status is Status.APPLIED:
            _applied(writer, kept, outcome, now)
        else:
            _came_back(writer, kept, outcome, now)
    rosters = [brief.entity for op_id, brief in asked.items() if op_id in ours and brief.entity.startswith("roster/")]
    writer.people.touch(account, dict.fromkeys(rosters))
    _lift(writer, account, applied)
    writer.touch("outbox")
    return login_needed


def _shut_out(writer: Writer, kept: Kept, outcome: Outcome, now: datetime) -> None:
    """What nobody has to look at again is asked by this desk; a form or a decision comes back to be looked at."""
    writer.operations.answer([outcome], instant(now))
    if kept.kind == Kind.SAVE_DRAFT:
        writer.operations.see(kept.op_id)
        writer.drafts.set(kept.account, kept.entity, share=1)
    elif kept.kind in ASKED_ANEW:
        writer.operations.see(kept.op_id)
        made = decode_content(kept.content)
        ask(
            writer,
            kept.account,
            made.kind,
            kept.entity,
            made.payload,
            now=now,
            sketch=Sketch(kept.title, kept.action, kept.draft, kept.overlay, kept.base),
            base_version=made.base_version,
            edition=made.edition,
            blobs=made.blobs,
        )
    else:
        _came_back(writer, kept, outcome, now)


def _by_another_desk(writer: Writer, kept: Kept) -> bool:
    """Signed before this desk was restored from a backup: no log-in here makes its key known again."""
    device = writer.accounts.device(kept.account)
    return device is not None and not made_on(kept.content, device.id)


def _without_draft(writer: Writer, account: str, applied: Sequence[Brief]) -> set[str]:
    """op_ids of those that no draft waits for: nothing more is to be done about them."""
    drafts = {brief.op_id: brief.entity if brief.kind == Kind.SAVE_DRAFT else brief.draft for brief in applied}
    there = writer.drafts.among(account, [draft for draft in drafts.values() if draft is not None])
    return {op_id for op_id, draft in drafts.items() if draft not in there}


def lift(writer: Writer, account: str) -> None:
    """Take the overlay off where the mirror has reached the Outcome's positions, in the scopes this account sees."""
    _lift(writer, account, writer.operations.unlifted(account))


def _lift(writer: Writer, account: str, applied: Sequence[tuple[Brief, Mapping[str, int]]]) -> None:
    if not applied:
        return
    reached = {scope: cursor.seq for scope, cursor in writer.mirror.cursors(account).items()}
    done = [
        brief
        for brief, positions in applied
        if all(seq <= reached[scope] for scope, seq in positions.items() if scope in reached)
    ]
    writer.operations.lift([brief.op_id for brief in done])
    writer.people.touch(account, {brief.entity: None for brief in done if brief.entity.startswith("roster/")})


def followers(writer: Writer, account: str, kept: Kept) -> tuple[Kept, ...]:
    """What was to come after this one: later on the same entity, or built upon it; in the order made."""
    waiting = writer.operations.outbox(account)
    upon, found = {kept.op_id}, []
    for later in waiting:
        same_entity = later.entity == kept.entity and later.seq > kept.seq
        if later.op_id != kept.op_id and (same_entity or upon.intersection(later.after)):
            upon.add(later.op_id)
            found.append(later)
    return tuple(found)


def bring_back(
    writer: Writer, kept: Kept, later: Iterable[Kept], now: datetime, *, state: str = SUSPENDED, **marks: Any
) -> str:
    """One editable draft of what was asked and of all that was to follow on the same entity; its id.

    `later` that never left this machine is taken back with it (`state`); what may have left it goes on.
    """
    asked = [kept]
    others: dict[str, list[Kept]] = {}
    for follower in later:
        if not follower.can_cancel:
            continue
        if follower.entity == kept.entity:
            asked.append(follower)
        else:
            others.setdefault(follower.entity, []).append(follower)
    draft_id = _draft_of(writer, asked, now, **marks)
    for follower in asked[1:]:
        writer.operations.take_back(follower.op_id, state, draft_id, instant(now))
    for group in others.values():
        other_id = _draft_of(writer, group, now)
        for follower in group:
            writer.operations.take_back(follower.op_id, state, other_id, instant(now))
    writer.touch("drafts", "outbox")
    return draft_id


def _draft_of(writer: Writer, asked: Sequence[Kept], now: datetime, **marks: Any) -> str:
    first, last = asked[0], asked[-1]
    payloads = [kept.payload for kept in asked]
    forms = [payload["form"] for payload in payloads if payload.get("form")]
    draft_id = next((kept.draft for kept in asked if kept.draft), None) or _draft_id(first, bool(forms))
    here = writer.drafts.get(first.account, draft_id)
    whole = first.kind != Kind.ACT
    draft = Draft(draft_id, first.entity, first.kind, edited_at=instant(now)) if here is None else thawed(here)
    rest = {key: value for payload in payloads for key, value in payload.items() if key != "form"}
    told: dict[str, Any] = {
        "action": last.action or first.action,
        "service": str(payloads[0].get("service") or draft.service),
        "title": draft.title or first.title,
        "form": payloads[-1] if whole else forms[-1] if forms else draft.form,
        "payload": {} if whole else rest,
        "base_version": draft.base_version or decode_content(first.content).base_version,
    }
    draft = replace(draft, **(told | marks))
    writer.drafts.put(first.account, draft)
    return draft_id


def _draft_id(kept: Kept, has_form: bool) -> str:
    if kept.kind == Kind.ACT and has_form and kind_of(kept.entity) == "application":
        return f"draft/{key_of(kept.entity)}"
    return f"local/{kept.entity}"


def _not_decided(writer: Writer, kept: Kept, problem: Problem, now: datetime) -> None:
    next_try = None if problem is Problem.DEVICE_UNKNOWN else instant(now + UNDECIDED_AGAIN)
    writer.operations.set_state(kept.account, [kept.op_id], QUEUED, last_error=problem.value, next_try=next_try)


def _stumbled_until(kept: Kept, outcome: Outcome, now: datetime) -> datetime | None:
    """When to ask again a server that could not decide it for a bug of its own."""
    if not any(finding.rule == STUMBLED for finding in outcome.findings):
        return None
    doubled: int = 2 ** min(max(kept.attempts - 1, 0), 10)
    return now + min(STUMBLED_AGAIN * doubled, STUMBLED_LATEST)


def _waiting(writer: Writer, kept: Kept, outcome: Outcome, retry_at: datetime | None) -> None:
    writer.blobs.lacking(kept.account, outcome.missing)
    waits_elsewhere = set(outcome.waits_for) - writer.operations.in_outbox(outcome.waits_for)
    next_try = instant(retry_at) if retry_at is not None and (waits_elsewhere or not outcome.missing) else None
    writer.operations.set_state(
        kept.account,
        [kept.op_id],
        WAITING,
        missing=_json(outcome.missing),
        waits_for=_json(outcome.waits_for),
        next_try=next_try,
        last_error=outcome.findings[0].rule if outcome.findings else None,
    )
    writer.touch("blobs")


def _applied(writer: Writer, kept: Kept, outcome: Outcome, now: datetime) -> None:
    if kept.kind == Kind.SAVE_DRAFT:
        draft = writer.drafts.get(kept.account, kept.entity)
        if draft is not None:
            writer.drafts.put(
                kept.account, replace(draft, shared_version=outcome.version, base=kept.payload.get("form"))
            )
        return
    if kept.kind != Kind.ACT or kept.draft is None:
        return
    draft = writer.drafts.get(kept.account, kept.draft)
    if draft is None or draft.sent != kept.op_id:
        return
    writer.drafts.remove(kept.account, draft.id)
    writer.touch("drafts")
    shared = writer.mirror.get(kept.account, draft.id)
    if shared is not None or draft.shared_version:
        version = shared.version if shared is not None else draft.shared_version
        ask(writer, kept.account, Kind.DELETE_DRAFT, draft.id, {}, now=now, sketch=Sketch(), base_version=version)


def _came_back(writer: Writer, kept: Kept, outcome: Outcome, now: datetime) -> None:
    unshared = kept.kind == Kind.SAVE_DRAFT and outcome.status is Status.REFUSED
    if kept.kind == Kind.REMOVE_ROSTER:
        return  # the entry stands in the list again: it stays in the outbox until somebody has seen why
    if kept.kind == Kind.DELETE_DRAFT or unshared:
        writer.operations.see(kept.op_id)  # nothing of anybody's depends on it
    elif kept.kind == Kind.SAVE_DRAFT:
        writer.operations.see(kept.op_id)
        merge_shared(writer, kept.account, kept.entity, outcome.current or {}, _version(outcome), now, share=True)
    elif outcome.status is Status.CONFLICT:
        _conflict(writer, kept, outcome, now)
    else:
        later = followers(writer, kept.account, kept)
        bring_back(writer, kept, later, now, refused=kept.op_id, findings=outcome.findings)


def _conflict(writer: Writer, kept: Kept, outcome: Outcome, now: datetime) -> None:
    """Somebody else was first: what merges without asking is asked again at once, the rest comes back as a draft."""
    later = followers(writer, kept.account, kept)
    current, mine = outcome.current or {}, kept.payload
    mirrored = writer.mirror.get(kept.account, kept.entity)
    version = _version(outcome) or (mirrored.version if mirrored else 0)
    if kept.kind == Kind.SAVE_ROSTER and kept.base is not None and not later:
        merged = merge_values(*(_fields(side) for side in (kept.base, mine, current)))
        if not merged.asks:
            writer.operations.see(kept.op_id)
            sketch = Sketch(kept.title, kept.action, kept.draft, {**current, **merged.form}, current)
            ask(
                writer,
                kept.account,
                Kind(kept.kind),
                kept.entity,
                merged.form,
                now=now,
                sketch=sketch,
                base_version=version,
                supersedes=kept.op_id,
            )
            return
    merged = _merged(kept, mine, current)
    bring_back(
        writer,
        kept,
        later,
        now,
        supersedes=kept.op_id,
        refused=kept.op_id,
        findings=outcome.findings,
        base_version=version,
        asks=tuple(place.body() for place in merged.asks),
    )


def _version(outcome: Outcome) -> int:
    """Of the body that was there first; a conflict tells it within the body."""
    return outcome.version or int((outcome.current or {}).get("version") or 0)


def _merged(kept: Kept, mine: Mapping[str, Any], current: Mapping[str, Any]) -> Merged:
    if kept.kind != Kind.ACT:
        return merge_values(*(_fields(side) for side in (kept.base or {}, mine, current)))
    if not mine.get("form") or not current.get("form"):
        return Merged({})
    before = (kept.base or {}).get("form")
    return merge_forms(before, mine["form"], current["form"])


def _fields(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ("id", "unit", "person", "same_as", "version")}


def merge_shared(
    writer: Writer,
    account: str,
    draft_id: str,
    theirs: Mapping[str, Any],
    version: int,
    now: datetime,
    *,
    share: bool = False,
) -> None:
    """A colleague's version of a shared draft meets what is being filled in here."""
    draft = writer.drafts.get(account, draft_id)
    if draft is None or draft.sent is not None or version <= draft.shared_version:
        return
    by, at = str(theirs.get("edited_by") or ""), str(theirs.get("edited_at") or "")
    merged = merge_forms(draft.base, draft.form, theirs.get("form"), by=by, at=at)
    told = [{**place.body(), "taken": "theirs", "merged_at": instant(now)} for place in merged.automatic]
    asks = {str(place["path"]): place for place in draft.asks} | {place.path: place.body() for place in merged.asks}
    writer.drafts.put(
        account,
        replace(
            draft,
            form=merged.form,
            base=theirs.get("form"),
            shared_version=version,
            asks=tuple(asks.values()),
            history=(*draft.history, *told),
            share=draft.share or share,
        ),
    )
    writer.touch("drafts")


def sent_elsewhere(writer: Writer, account: str, application: str) -> None:
    """What was shared was sent from another desk: a copy in which nothing was written since is not kept beside it."""
    draft = writer.drafts.get(account, f"draft/{key_of(application)}")
    if draft is None or draft.sent is not None or draft.returned or draft.asks or not draft.shared_version:
        return
    if draft.form == draft.base:
        writer.drafts.remove(account, draft.id)
        writer.touch("drafts")


def _json(values: Iterable[str]) -> str:
    return dumps(list(values))
