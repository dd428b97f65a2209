"""Drafts: begin, type, share, take up, delete, split, copy. What typing saves is one row, durable when it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.operations import Kind
from domain.packs.pack import Pack
from sync.forecast import first_action
from sync.merge import decide, merge_forms
from sync.store.drafts import Draft
from sync.store.errors import NotAllowed
from sync.store.local import LocalStore, Writer
from sync.store.operations import CANCELLED, Sketch, shows
from sync.store.shown import next_version, shown
from sync.store.signing import ask
from sync.store.text import dumps, instant, key_of, new_id

GONE = NotAllowed("这份草稿已经不在了。", "请回到草稿列表再看。")
ON_ITS_WAY = NotAllowed("这份草稿已放入待发送。", "要改的话，请先在“待发送”里撤回。")


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
    store: LocalStore,
    account: str,
    draft_id: str,
    form: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    base: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """What a pause in typing saves: one row, durable when this returns; the form as it now is in the store.

    `base` is the form that the typing began from: what somebody else wrote since (people chosen on another page) stays,
    and a field that both changed is as typed. Without it the typed form stands alone. Attachments are not of it: they
    belong to `attach` and `detach`, which may run while somebody types. Tells no page unless it had to merge.
    """
    with store.transaction() as writer:
        typed = dumps(base) if base is not None else None
        if writer.drafts.type(account, draft_id, dumps(form), by, instant(now), typed):
            return form
        draft = editable(writer, account, draft_id)
        made = merged(base or {}, form, draft.form or {})
        writer.drafts.put(account, replace(draft, form=made, edited_by=by, edited_at=instant(now)))
        writer.touch("drafts")
        return made


def merged(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """One desk's form written from two places: what only one side changed is taken, what both changed is mine.

    Attachments are always as the store has them.
    """
    papers = list(theirs.get("attachments") or ())
    made = merge_forms(without_papers(base), without_papers(mine), without_papers(theirs))
    return {**theirs, **mine, **made.form, "attachments": papers}


def without_papers(form: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a form that typing writes."""
    return {**form, "attachments": []}


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
        draft = editable(writer, account, draft_id)
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
        editable(writer, account, draft_id)
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
        if _became_the_application(writer, account, body):
            raise GONE
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
        found = writer.mirror.get(account, application)
        here = writer.drafts.get(account, draft_id)
        if here is not None and not _was_answered(writer, here):
            return here
        if found is None:
            raise NotAllowed("本机没有这份申请。", "请联网后再打开。")
        shared = writer.mirror.get(account, draft_id)
        if shared is not None and here is None and _shared_since(shared.body, found.body):
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


def _was_answered(writer: Writer, draft: Draft) -> bool:
    """Whether it is only what an earlier round was sent from; what was never sent is somebody's work and stays."""
    return draft.sent is not None and not writer.operations.in_outbox([draft.sent])


def _became_the_application(writer: Writer, account: str, draft: Mapping[str, Any]) -> bool:
    """Whether what was shared has been sent, here or by a colleague: for a moment the mirror still has both."""
    application = str(draft["application"])
    if any(shows(kept) for kept in writer.operations.pending(account, [application])):
        return True
    found = writer.mirror.get(account, application)
    return found is not None and not _shared_since(draft, found.body)


def _shared_since(draft: Mapping[str, Any], application: Mapping[str, Any]) -> bool:
    """Whether a colleague took it up after it came back."""
    hops = application.get("history") or ()
    came_back = str(hops[-1].get("at") or "") if hops else ""
    return bool(draft.get("returned")) and str(draft.get("edited_at") or "") > came_back


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
        draft = editable(writer, account, draft_id)
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


def know_merges(store: LocalStore, account: str, draft_id: str) -> None:
    """What colleagues changed, and was taken over by itself, has been seen; it stays in the draft's history."""
    with store.transaction() as writer:
        draft = editable(writer, account, draft_id)
        history = tuple({**place, "seen": True} if place.get("merged_at") else place for place in draft.history)
        writer.drafts.put(account, replace(draft, history=history))
        writer.touch("drafts")


def split_failing(store: LocalStore, account: str, draft_id: str, rows: Sequence[str], *, now: datetime) -> Draft:
    """Move these rows, with their papers, into a draft of their own; what is left can go now."""
    moved = set(rows)
    with store.transaction() as writer:
        draft = editable(writer, account, draft_id)
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


def copy_as_new(
    store: LocalStore, account: str, application: str, *, now: datetime, form: Mapping[str, Any] | None = None
) -> Draft:
    """Any form that was sent, or `form` in its place, as the beginning of a new one: new ids, nothing of its fate."""
    with store.transaction() as writer:
        body = shown(writer, account, application)
        if body is None:
            raise NotAllowed("本机没有这份申请。", "请联网后再打开。")
        form = without_orphans(form or body.get("form") or {})
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


def editable(writer: Writer, account: str, draft_id: str) -> Draft:
    """The draft, if it may be changed now; raises NotAllowed."""
    draft = writer.drafts.get(account, draft_id)
    if draft is None:
        raise GONE
    if draft.sent is not None:
        raise ON_ITS_WAY
    return draft


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
