"""What a person can do at this desk: each is one transaction, with its Operation where the association is asked.

Nothing here waits for the network. `account` is the id of a LocalAccount; `now` is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.operations import Kind
from domain.packs.pack import Pack
from sync.actions_papers import attach, attach_known, detach, fetch
from sync.actions_settings import (
    import_roster,
    note_bill,
    save_account,
    save_agency,
    save_desk,
    save_roster,
    set_config,
)
from sync.forecast import NOTHING_YET, application_after, first_action
from sync.merge import decide
from sync.store import answers
from sync.store.drafts import Draft
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore, Writer
from sync.store.operations import CANCELLED, OUTBOX, Kept, Sketch
from sync.store.port import addresses_in
from sync.store.shown import next_version, shown
from sync.store.signing import ask
from sync.store.text import dumps, instant, key_of, new_id

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
    "fetch",
    "import_roster",
    "new_draft",
    "note_bill",
    "open_draft",
    "open_returned",
    "restore_draft",
    "save_account",
    "save_agency",
    "save_desk",
    "save_draft_locally",
    "save_roster",
    "set_config",
    "share_draft",
    "split_failing",
    "submit",
]

GONE = NotAllowed("这份草稿已经不在了。", "请回到草稿列表再看。")
ON_ITS_WAY = NotAllowed("这份草稿已放入待发送。", "要改的话，请先在“待发送”里撤回。")


# ---- drafts ----------------------------------------------------------------------------------------------------------


def new_draft(
    store: LocalStore,
    account: str,
    service: str,
    *,
    now: datetime,
    form: Mapping[str, Any] | None = None,
    title: str = "",
) -> Draft:
    """An empty form, or one begun; the id of the application it will become is born here."""
    key = new_id()
    with store.transaction() as writer:
        draft = Draft(
            id=f"draft/{key}",
            entity=f"application/{key}",
            service=service,
            title=title,
            form={"values": {}, "cards": {}, "attachments": [], **(form or {})},
            edited_by=writer.accounts.need(account).name,
            edited_at=instant(now),
        )
        writer.drafts.put(account, draft)
        writer.touch("drafts")
    return draft


def save_draft_locally(
    store: LocalStore, account: str, draft_id: str, form: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """What a pause in typing saves: one row, durable when this returns. Tells no page: the one that types knows.

    Attachments are not of it: they belong to `attach` and `detach`, which may run while somebody types.
    """
    with store.transaction() as writer:
        if not writer.drafts.type(account, draft_id, dumps(form), by, instant(now)):
            raise ON_ITS_WAY if writer.drafts.get(account, draft_id) else GONE


def change_draft(
    store: LocalStore,
    account: str,
    draft_id: str,
    change: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    *,
    now: datetime,
) -> None:
    """A new form from the one that is there, in one step: people chosen on another page than the form's own."""
    with store.transaction() as writer:
        draft = _editable(writer, account, draft_id)
        by = writer.accounts.need(account).name
        made = replace(draft, form=dict(change(draft.form or {})), edited_by=by, edited_at=instant(now))
        writer.drafts.put(account, made)
        writer.touch("drafts")


def rename_draft(store: LocalStore, account: str, draft_id: str, title: str) -> None:
    """Its name in lists."""
    with store.transaction() as writer:
        writer.drafts.set(account, draft_id, title=title)
        writer.touch("drafts")


def share_draft(store: LocalStore, account: str, draft_id: str) -> None:
    """暂存: the unit's other accounts are to see it; its Operation is made when transport takes it."""
    with store.transaction() as writer:
        _editable(writer, account, draft_id)
        writer.drafts.set(account, draft_id, share=1)
        writer.touch("drafts", "outbox")


def open_draft(store: LocalStore, account: str, draft_id: str, *, now: datetime) -> Draft:
    """The draft to fill in: the one here, or a colleague's shared one, which from now on is here too."""
    with store.transaction() as writer:
        here = writer.drafts.get(account, draft_id)
        if here is not None:
            return here
        shared = writer.mirror.get(account, draft_id)
        if shared is None:
            raise GONE
        body = shared.body
        draft = Draft(
            id=draft_id,
            entity=str(body["application"]),
            service=str(body["service"]),
            title=str(body.get("title") or ""),
            form=body.get("form") or {},
            base=body.get("form") or {},
            shared_version=shared.version,
            returned=bool(body.get("returned")),
            base_version=next_version(writer, account, str(body["application"])),
            edited_by=str(body.get("edited_by") or ""),
            edited_at=str(body.get("edited_at") or instant(now)),
        )
        writer.drafts.put(account, draft)
        writer.touch("drafts")
        return draft


def open_returned(store: LocalStore, account: str, application: str, *, pack: Pack, now: datetime) -> Draft:
    """The returned application as an editable draft under its own id; taken up again where it was left."""
    with store.transaction() as writer:
        draft_id = f"draft/{key_of(application)}"
        here = writer.drafts.get(account, draft_id)
        if here is not None:
            return here
        found = writer.mirror.get(account, application)
        if found is None:
            raise NotAllowed("本机没有这份申请。", "请联网后再打开。")
        if writer.mirror.get(account, draft_id) is not None:
            return open_draft(store, account, draft_id, now=now)
        me = writer.accounts.need(account)
        service, state = str(found.body["service"]), str(found.body["state"])
        draft = Draft(
            id=draft_id,
            entity=application,
            action=first_action(pack, service, state, pack.actor_of(me.role)) or "",
            service=service,
            title=pack.services[service].label if service in pack.services else "",
            form=found.body.get("form") or {},
            base=found.body.get("form") or {},
            base_version=found.version,
            returned=True,
            edited_by=me.name,
            edited_at=instant(now),
        )
        writer.drafts.put(account, draft)
        writer.touch("drafts")
        return draft


def delete_draft(store: LocalStore, account: str, draft_id: str, *, now: datetime) -> Draft:
    """Gone here and, if it was shared, for the unit; what is returned goes into `restore_draft`, to undo it."""
    with store.transaction() as writer:
        draft = open_draft(store, account, draft_id, now=now)
        if draft.sent is not None:
            raise ON_ITS_WAY
        writer.drafts.remove(account, draft_id)
        if draft.shared_version:
            _ask_to_delete(writer, account, draft, now)
        writer.touch("drafts")
        return draft


def restore_draft(store: LocalStore, account: str, draft: Draft) -> None:
    """Undo a deletion; one that had been shared is shared again."""
    with store.transaction() as writer:
        shared = bool(draft.shared_version)
        gone = [kept for kept in writer.operations.of_entity(account, draft.id) if kept.kind == Kind.DELETE_DRAFT]
        version = draft.shared_version
        if gone and gone[-1].can_cancel:
            writer.operations.take_back(gone[-1].op_id, CANCELLED, draft.id, draft.edited_at)
        elif gone:
            version = 0
        writer.drafts.put(account, replace(draft, share=draft.share or shared, shared_version=version))
        writer.touch("drafts", "outbox")


def decide_place(store: LocalStore, account: str, draft_id: str, path: str, *, theirs: bool) -> Draft:
    """One place that both sides changed: mine or theirs; the other one stays in the draft's history."""
    with store.transaction() as writer:
        draft = _editable(writer, account, draft_id)
        asked = next((place for place in draft.asks if place["path"] == path), None)
        if asked is None:
            return draft
        loser = {**asked, "taken": "theirs" if theirs else "mine"}
        draft = replace(
            draft,
            form=decide(draft.form or {}, asked, theirs=theirs),
            asks=tuple(place for place in draft.asks if place["path"] != path),
            history=(*draft.history, loser),
        )
        writer.drafts.put(account, draft)
        writer.touch("drafts")
        return draft


def split_failing(store: LocalStore, account: str, draft_id: str, rows: Sequence[str], *, now: datetime) -> Draft:
    """Move these rows, with their papers, into a draft of their own; what is left can go now."""
    moved = set(rows)
    with store.transaction() as writer:
        draft = _editable(writer, account, draft_id)
        stays, goes = split_form(draft.form or {}, moved)
        if not any(goes["cards"].values()):
            raise NotAllowed("没有可移出的人。", "请先勾选。")
        writer.drafts.put(account, replace(draft, form=stays, edited_at=instant(now)))
        writer.touch("drafts")
        return new_draft(store, account, draft.service, form=goes, title=draft.title, now=now)


def split_form(form: Mapping[str, Any], rows: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(without these rows, with these rows only); papers of the whole form go with both."""

    def part(keep: Callable[[str], bool]) -> dict[str, Any]:
        cards = {
            card: [row for row in listed if keep(row["row"])] for card, listed in (form.get("cards") or {}).items()
        }
        papers = [
            paper for paper in form.get("attachments") or () if paper.get("row") is None or keep(str(paper["row"]))
        ]
        return {**form, "cards": cards, "attachments": papers}

    return part(lambda row: row not in rows), part(lambda row: row in rows)


def without_orphans(form: Mapping[str, Any]) -> dict[str, Any]:
    """Without the papers of rows that were taken out."""
    rows = {row["row"] for listed in (form.get("cards") or {}).values() for row in listed}
    papers = [paper for paper in form.get("attachments") or () if paper.get("row") is None or paper["row"] in rows]
    return {**form, "attachments": papers}


def copy_as_new(store: LocalStore, account: str, application: str, *, now: datetime) -> Draft:
    """Any form that was sent, as the beginning of a new one: new ids, nothing of its fate."""
    with store.transaction() as writer:
        body = shown(writer, account, application)
        if body is None:
            raise NotAllowed("本机没有这份申请。", "请联网后再打开。")
        form = body.get("form") or {}
        fresh = {row["row"]: new_id() for rows in (form.get("cards") or {}).values() for row in rows}
        cards = {
            card: [{**row, "row": fresh[row["row"]]} for row in rows]
            for card, rows in (form.get("cards") or {}).items()
        }
        papers = [
            {**paper, "row": fresh.get(str(paper.get("row"))) if paper.get("row") else None}
            for paper in form.get("attachments") or ()
        ]
        return new_draft(
            store, account, str(body["service"]), form={**form, "cards": cards, "attachments": papers}, now=now
        )


# ---- asking ----------------------------------------------------------------------------------------------------------


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
        draft = _editable(writer, account, draft_id)
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
        if kept.kind == Kind.SAVE_ROSTER:
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
        draft = _editable(writer, account, draft_id)
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


def _editable(writer: Writer, account: str, draft_id: str) -> Draft:
    draft = writer.drafts.get(account, draft_id)
    if draft is None:
        raise GONE
    if draft.sent is not None:
        raise ON_ITS_WAY
    return draft


def _mine(writer: Writer, account: str, op_id: str) -> Kept:
    kept = writer.operations.get(op_id)
    if kept is None or kept.account != account:
        raise NotAllowed("这一件不是这个账号的。", "请换到办理它的账号。")
    return kept


def _ask_to_delete(writer: Writer, account: str, draft: Draft, now: datetime) -> None:
    ask(
        writer,
        account,
        Kind.DELETE_DRAFT,
        draft.id,
        {},
        now=now,
        sketch=Sketch(draft.title),
        base_version=next_version(writer, account, draft.id),
    )
