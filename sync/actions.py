"""What a person can do at this desk: each is one transaction, with its Operation where the association is asked.

Nothing here waits for the network. `account` is the id of a LocalAccount; `now` is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.operations import Kind
from domain.packs.pack import Pack
from sync.actions_carrying import export_operations, read_answers, resume_exported
from sync.actions_drafts import (
    GONE,
    change_draft,
    copy_as_new,
    decide_place,
    delete_draft,
    editable,
    know_merges,
    new_draft,
    open_draft,
    open_returned,
    rename_draft,
    restore_draft,
    save_draft_locally,
    share_draft,
    split_failing,
    without_orphans,
)
from sync.actions_papers import attach, attach_known, detach, fetch
from sync.actions_reminders import forget_reminder, remind
from sync.actions_roster import import_roster, save_roster, undo_import
from sync.actions_settings import (
    issue_invoice,
    note_bill,
    save_account,
    save_agency,
    save_desk,
    set_config,
)
from sync.forecast import NOTHING_YET, application_after, first_action
from sync.store import answers
from sync.store.drafts import Draft
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore, Writer
from sync.store.operations import CANCELLED, OUTBOX, Kept, Sketch
from sync.store.port import addresses_in
from sync.store.shown import next_version, shown
from sync.store.signing import ask
from sync.store.text import instant

__all__ = [
    "act",
    "attach",
    "attach_known",
    "cancel",
    "change_draft",
    "copy_as_new",
    "decide_place",
    "delete_draft",
    "detach",
    "dismiss",
    "edit_refused",
    "export_operations",
    "fetch",
    "forget_reminder",
    "import_roster",
    "issue_invoice",
    "know_merges",
    "new_draft",
    "note_bill",
    "open_draft",
    "open_returned",
    "read_answers",
    "remind",
    "rename_draft",
    "resolve",
    "restore_draft",
    "resume_exported",
    "save_account",
    "save_agency",
    "save_desk",
    "save_draft_locally",
    "save_roster",
    "set_config",
    "share_draft",
    "split_failing",
    "submit",
    "undo_import",
]


def submit(
    store: LocalStore,
    account: str,
    draft_id: str,
    *,
    pack: Pack,
    now: datetime,
    confirmed: Sequence[str] = (),
    action: str | None = None,
) -> str:
    """提交: draft and Operation change together or not at all; a second click finds the draft frozen. The op_id."""
    with store.transaction() as writer:
        draft = editable(writer, account, draft_id)
        if draft.asks:
            raise NotAllowed(f"还有 {len(draft.asks)} 处两边都改过，没有定下用哪一个。", "请打开草稿逐处选定，再提交。")
        me = writer.accounts.need(account)
        before = shown(writer, account, draft.entity)
        state = str((before or {}).get("state") or NOTHING_YET)
        chosen = action or draft.action or first_action(pack, draft.service, state, pack.actor_of(me.role)) or "submit"
        form = without_orphans(draft.form or {})
        payload: dict[str, Any] = {**(draft.payload or {}), "service": draft.service, "action": chosen, "form": form}
        if confirmed:
            payload["confirmed"] = list(confirmed)
        op_id = _act(writer, account, draft.entity, payload, pack=pack, now=now, draft=draft)
        writer.drafts.freeze(account, draft_id, op_id)
        if draft.refused:
            writer.operations.see(draft.refused)
        writer.touch("drafts")
        return op_id


def act(
    store: LocalStore,
    account: str,
    application: str,
    action: str,
    *,
    pack: Pack,
    now: datetime,
    reason: str = "",
    marks: Sequence[Mapping[str, Any]] = (),
    fields: Mapping[str, Any] | None = None,
) -> str:
    """A decision or step on an application that was sent: pass, return, withdraw, abandon … The op_id."""
    with store.transaction() as writer:
        body = shown(writer, account, application)
        if body is None:
            raise NotAllowed("本机没有这份申请。", "请联网后再打开。")
        payload: dict[str, Any] = {"service": body["service"], "action": action}
        for key, value in (("reason", reason), ("marks", list(marks)), ("fields", dict(fields or {}))):
            if value:
                payload[key] = value
        return _act(writer, account, application, payload, pack=pack, now=now)


def cancel(store: LocalStore, account: str, op_id: str, *, now: datetime) -> str:
    """撤回 of what has never left this machine, with all that was to follow it; the id of the draft it is again."""
    with store.transaction() as writer:
        kept = _mine(writer, account, op_id)
        if not kept.can_cancel:
            raise NotAllowed("这一件已经发过，不能直接撤回。", "等有了回音，可在申请里办“撤回”。")
        later = answers.followers(writer, account, kept)
        draft_id = answers.bring_back(writer, kept, later, now)
        writer.operations.take_back(op_id, CANCELLED, draft_id, instant(now))
        if kept.entity.startswith("roster/"):
            writer.people.touch(account, {kept.entity: None})
            writer.touch("people")
        return draft_id


def edit_refused(store: LocalStore, account: str, op_id: str) -> Draft:
    """The draft that a refused, conflicting or taken-back Operation became, with its reasons."""
    with store.transaction() as writer:
        kept = _mine(writer, account, op_id)
        for draft in writer.drafts.all(account):
            if draft.id == kept.draft or draft.refused == op_id:
                return draft
        raise GONE


def dismiss(store: LocalStore, account: str, op_id: str) -> None:
    """A refusal or conflict is known and needs nothing more; its content stays, its draft too."""
    with store.transaction() as writer:
        _mine(writer, account, op_id)
        writer.operations.see(op_id)
        writer.touch("outbox")


def resolve(store: LocalStore, account: str, draft_id: str, body: Mapping[str, Any], *, now: datetime) -> str:
    """A refused roster entry, setting or account, mended: asked again under a new op_id, which is returned."""
    with store.transaction() as writer:
        draft = editable(writer, account, draft_id)
        if draft.kind == Kind.ACT:
            raise NotAllowed("这是一份申请。", "请从草稿里提交。")
        mirrored = shown(writer, account, draft.entity) or {}
        sketch = Sketch(draft.title, draft.action, draft.id, {**mirrored, **body, "id": draft.entity}, mirrored or None)
        op_id = ask(
            writer,
            account,
            Kind(draft.kind),
            draft.entity,
            body,
            now=now,
            sketch=sketch,
            base_version=draft.base_version or next_version(writer, account, draft.entity),
            supersedes=draft.supersedes,
        )
        writer.drafts.remove(account, draft_id)
        if draft.refused:
            writer.operations.see(draft.refused)
        writer.touch("drafts")
        return op_id


def _act(
    writer: Writer,
    account: str,
    application: str,
    payload: dict[str, Any],
    *,
    pack: Pack,
    now: datetime,
    draft: Draft | None = None,
) -> str:
    me = writer.accounts.need(account)
    before = shown(writer, account, application)
    mirrored = writer.mirror.get(account, application)
    overlay = application_after(pack, me, before, application, payload, now=now)
    service = str(payload["service"])
    label = pack.services[service].label if service in pack.services else service
    return ask(
        writer,
        account,
        Kind.ACT,
        application,
        payload,
        now=now,
        sketch=Sketch(
            title=label,
            action=str(payload["action"]),
            draft=draft.id if draft else None,
            overlay=overlay,
            base=dict(mirrored.body) if mirrored else None,
        ),
        base_version=(draft.base_version if draft else 0) or next_version(writer, account, application),
        after=_builds_on(writer, account, application, payload),
        supersedes=draft.supersedes if draft else None,
        edition=pack.edition,
        blobs=addresses_in(payload.get("form")),
    )


def _builds_on(writer: Writer, account: str, application: str, payload: Mapping[str, Any]) -> list[str]:
    """Operations not answered yet about what this one names: roster entries, covered applications, the form itself."""
    cards = ((payload.get("form") or {}).get("cards") or {}).values()
    named = {str(row[key]) for rows in cards for row in rows for key in ("roster", "application") if row.get(key)}
    waiting = writer.operations.pending(account, named | {application})
    return [kept.op_id for kept in waiting if kept.place == OUTBOX]


def _mine(writer: Writer, account: str, op_id: str) -> Kept:
    kept = writer.operations.get(op_id)
    if kept is None or kept.account != account:
        raise NotAllowed("这一件不是这个账号的。", "请换到办理它的账号。")
    return kept
