"""Handing over: one account's drafts and unsent work go to another account of the same place, in one sealed file.

A signed Operation belongs to its account and is never sent by another: forms come back as drafts under their own ids,
entries of the unit's list are asked for anew by whoever takes them in, and any other step is named, to be done again.
Ids stay, so that whatever did reach the association is met there, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.operations import Kind
from sync.actions_drafts import open_draft
from sync.actions_roster import save_roster
from sync.merge import merge_forms
from sync.protocol import decode_content, finding_body, read_finding
from sync.store import kit
from sync.store.accounts import LocalAccount
from sync.store.blobs import disk_errors
from sync.store.drafts import Draft
from sync.store.errors import BlobDamaged, KitUnreadable, NotAllowed
from sync.store.local import LocalStore, Reader, Writer
from sync.store.operations import Kept
from sync.store.shown import next_version, shown
from sync.store.text import instant, key_of, kind_of, new_id

NOTHING = NotAllowed("这个账号没有草稿，也没有没送出的内容，不用移交。", "请核对要移交的是哪个账号。")
TAKEN = "handover:"  # settings of an account: kits it took in, and when
KEPT = ("id", "entity", "kind", "action", "service", "title", "form", "payload", "base_version", "base",
        "shared_version", "returned", "edited_by", "edited_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """An unsent step that is no form: it is named, so that somebody may do it again."""

    title: str
    kind: str
    action: str
    entity: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What an account would hand over."""

    drafts: tuple[Draft, ...]
    rosters: Mapping[str, tuple[int, Mapping[str, Any]]]  # entity -> the version it was made upon, and the entry
    steps: tuple[Step, ...]
    papers: Mapping[str, Mapping[str, Any]]  # SHA-256 -> name, type, bytes

    @property
    def is_empty(self) -> bool:
        """Nothing of this account is nowhere else."""
        return not (self.drafts or self.rosters or self.steps)


@dataclass(frozen=True, slots=True)
class Handed:
    """What a kit holds."""

    drafts: int
    rosters: int
    steps: int
    papers: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking a kit in; `before`: when it had been taken in already, and then nothing was done."""

    name: str  # whose work it was
    drafts: int = 0
    merged: int = 0  # drafts that were here too: both sides are in them
    rosters: int = 0
    known: int = 0  # dealt with by somebody of the place meanwhile, or sent after all
    steps: tuple[Step, ...] = ()
    before: str = ""


def work_of(reader: Reader, account: str) -> Work:
    """All that this account has here and the association has not."""
    drafts = {draft.id: draft for draft in reader.drafts.all(account) if _is_open(reader, draft)}
    rosters: dict[str, tuple[int, Mapping[str, Any]]] = {}
    steps: list[Step] = []
    for kept in reader.operations.outbox(account):
        if kept.kind in (Kind.SAVE_DRAFT, Kind.DELETE_DRAFT) or kept.draft in drafts:
            continue
        payload = kept.payload
        if kept.kind == Kind.SAVE_ROSTER:
            since = rosters[kept.entity][0] if kept.entity in rosters else _base_version(kept)
            rosters[kept.entity] = since, payload
        elif kept.kind == Kind.ACT and payload.get("form") and kind_of(kept.entity) == "application":
            made = _draft_again(kept, payload)
            drafts[made.id] = made
        else:
            steps.append(Step(kept.title, kept.kind, kept.action, kept.entity, str(payload.get("reason") or "")))
    for draft in [one for one in drafts.values() if one.kind != Kind.ACT]:  # refused: no form, but somebody's work
        del drafts[draft.id]
        if draft.kind == Kind.SAVE_ROSTER:
            rosters.setdefault(draft.entity, (draft.base_version, draft.form))
        else:
            steps.append(Step(draft.title, draft.kind, draft.action, draft.entity))
    papers = {
        str(paper["blob"]): {key: paper.get(key) for key in ("name", "type", "bytes")}
        for draft in drafts.values()
        for paper in (draft.form or {}).get("attachments") or ()
        if paper.get("blob")
    }
    return Work(tuple(drafts.values()), rosters, tuple(steps), papers)


def hand_over(store: LocalStore, account: str, target: Path, *, now: datetime) -> Handed:
    """Write this account's unsent work into a kit; here it stays as it is. Raises StoreFailure."""
    with store.reading() as reader:
        me, work = reader.accounts.need(account), work_of(reader, account)
        here = [blob.sha256 for blob in reader.blobs.many(account, list(work.papers)) if blob.here]
    if work.is_empty:
        raise NOTHING
    papers = {address: path for address in here if (path := store.files.path(account, address)).exists()}
    told = {
        "kit": new_id(),
        "association": me.association,
        "association_name": me.association_name,
        "place": _place(me),
        "login": me.login,
        "name": me.name,
        "made_at": instant(now),
        "drafts": [_body(draft, me.name) for draft in work.drafts],
        "rosters": [{"entity": one, "base": base, "body": dict(body)} for one, (base, body) in work.rosters.items()],
        "steps": [{name: getattr(step, name) for name in Step.__slots__} for step in work.steps],
        "papers": {address: work.papers[address] for address in papers},
    }
    size = kit.write(target, store.folder, store.key, told, papers)
    return Handed(len(work.drafts), len(work.rosters), len(work.steps), len(papers), size)


def take_over(store: LocalStore, account: str, source: Path, code: str, *, now: datetime) -> Taken:
    """Take a kit in for this account; again it changes nothing.

    Raises WrongSecret, KitUnreadable, FileUnreadable, NotAllowed (another association, another place), DiskFull.
    """
    with kit.opened(source, code) as opened:
        try:
            told = opened.work
            drafts = tuple(map(_read_draft, told["drafts"]))
            steps = tuple(Step(**step) for step in told["steps"])
            rosters = [(str(one["entity"]), int(one["base"]), dict(one["body"])) for one in told["rosters"]]
            name, papers, number = str(told["name"]), dict(told["papers"]), str(told["kit"])
            house, place = str(told["association"]), str(told["place"])
        except (KeyError, TypeError, ValueError) as error:
            raise KitUnreadable() from error
        with store.reading() as reader:
            me = reader.accounts.need(account)
            before = reader.settings.get(account, TAKEN + number)
        _check(me, house, str(told.get("association_name") or ""), place)
        if before is not None:
            return Taken(name, steps=steps, before=str(before))
        for address, paper in papers.items():
            _take_paper(store, account, opened, address, paper, now)
    with store.transaction() as writer:
        ends = [_take_draft(store, writer, account, draft, now) for draft in drafts]
        roster_ends = [_take_roster(store, writer, account, *one, now) for one in rosters]
        writer.settings.put(account, TAKEN + number, instant(now))
        writer.touch("drafts", "outbox", "people")
        known = ends.count("known") + roster_ends.count(False)
        return Taken(name, ends.count("new"), ends.count("merged"), roster_ends.count(True), known, steps)


def _check(me: LocalAccount, house: str, house_name: str, place: str) -> None:
    if me.revoked:
        raise NotAllowed("这个账号已被停用，不能接收移交。", "请换一个在用的账号。")
    if house != me.association:
        raise NotAllowed(f"这份移交文件是另一个协会的（{house_name or house}）。", "请换到那个协会的账号再接收。")
    if place != _place(me):
        raise NotAllowed("这份移交文件是另一个单位的。", "只有同一单位的账号可以接收，请核对文件或换一个账号。")


def _place(me: LocalAccount) -> str:
    """Whose work it is: the unit, the agency, or the association's own house."""
    return str(me.unit or me.agency or "")


def _is_open(reader: Reader, draft: Draft) -> bool:
    """Being filled in, or on its way and not answered; not what an earlier round was sent from."""
    return draft.sent is None or bool(reader.operations.in_outbox([draft.sent]))


def _base_version(kept: Kept) -> int:
    return decode_content(kept.content).base_version


def _draft_again(kept: Kept, payload: Mapping[str, Any]) -> Draft:
    """A form that was on its way, as it can be filled in again."""
    return Draft(
        id=f"draft/{key_of(kept.entity)}",
        entity=kept.entity,
        action=kept.action,
        service=str(payload.get("service") or ""),
        title=kept.title,
        form=payload["form"],
        base_version=_base_version(kept),
        edited_at=kept.made_at,
    )


def _body(draft: Draft, name: str) -> dict[str, Any]:
    told = {key: getattr(draft, key) for key in KEPT} | {"edited_by": draft.edited_by or name}
    return told | {"asks": list(draft.asks), "findings": [finding_body(finding) for finding in draft.findings]}


def _read_draft(body: Mapping[str, Any]) -> Draft:
    """Editable; which Operation it was sent by or came from is the other account's affair."""
    findings = tuple(map(read_finding, body["findings"]))
    return Draft(**{name: body[name] for name in KEPT}, asks=tuple(body["asks"]), findings=findings)


def _take_draft(store: LocalStore, writer: Writer, account: str, theirs: Draft, now: datetime) -> str:
    """new, merged, or known: the association, or somebody here, has gone on from it already."""
    here = writer.drafts.get(account, theirs.id)
    if next_version(writer, account, theirs.entity) > theirs.base_version or (here is not None and here.sent):
        return "known"
    if here is None and writer.mirror.get(account, theirs.id) is not None:
        here = open_draft(store, account, theirs.id, now=now)  # a colleague sees the shared one
        fresh = True
    else:
        fresh = here is None
    if here is None:
        writer.drafts.put(account, replace(theirs, shared_version=0))
        return "new"
    made = merge_forms(theirs.base, here.form, theirs.form, by=theirs.edited_by, at=theirs.edited_at)
    form = {**here.form, **made.form}
    if form == here.form and not made.asks:
        return "known"
    asks = {str(place["path"]): place for place in here.asks} | {place.path: place.body() for place in made.asks}
    history = tuple({**place.body(), "taken": "theirs", "merged_at": instant(now)} for place in made.automatic)
    told: dict[str, Any] = {"form": form, "asks": tuple(asks.values()), "history": (*here.history, *history)}
    if fresh:
        told |= {"edited_by": theirs.edited_by, "edited_at": theirs.edited_at}
    writer.drafts.put(account, replace(here, **told))
    return "new" if fresh else "merged"


def _take_roster(
    store: LocalStore,
    writer: Writer,
    account: str,
    entity: str,
    base: int,
    body: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Asked for anew by this account, unless it, or a later one, is known already."""
    if next_version(writer, account, entity) > base:
        return False
    known = shown(writer, account, entity) or {}
    if known and all(known.get(key) == value for key, value in body.items()):
        return False
    save_roster(store, account, body, now=now, roster=entity)
    return True


def _take_paper(
    store: LocalStore, account: str, opened: kit.Kit, address: str, paper: Mapping[str, Any], now: datetime
) -> None:
    """Into this account's own attachments, proved by its SHA-256; one that is here stays."""
    with store.reading() as reader:
        there = reader.blobs.get(account, address)
    if there is not None and there.here:
        return
    with disk_errors(), opened.paper(address) as source:
        file = store.files.write(account)
        try:
            for data in source.chunks():
                file.write(data)
            file.finish(address)
        except BlobDamaged as error:
            raise KitUnreadable() from error
        except BaseException:
            file.abandon()
            raise
    kind, name = str(paper.get("type") or ""), str(paper.get("name") or "")
    with store.transaction() as writer:
        writer.blobs.keep(account, address, file.size, type=kind, name=name, now=instant(now), here=True)
        writer.touch("blobs")
