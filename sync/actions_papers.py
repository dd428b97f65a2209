"""Attaching papers to a draft: the bytes go encrypted beside the store, the form names them by their SHA-256."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from domain.entities import Attachment
from sync.store.blobs import FRAME, BlobReader
from sync.store.drafts import Draft
from sync.store.errors import FileUnreadable, NotAllowed
from sync.store.local import LocalStore, Writer
from sync.store.text import instant

Going = Callable[[int], bool]  # told how many bytes are in; False stops it


class Stopped(Exception):
    """Somebody pressed 取消; nothing was kept."""


def attach(
    store: LocalStore,
    account: str,
    draft_id: str,
    material: str,
    source: Path | bytes,
    *,
    now: datetime,
    type: str,
    name: str = "",
    row: str | None = None,
    pages: int | None = None,
    proof: Mapping[str, Any] | None = None,
    going: Going | None = None,
) -> Attachment:
    """Take a file in, whatever its size; what is attached at this place already stays. Raises Stopped, DiskFull.

    `type` is what the file is by its content. Run it off the screen's thread.
    """
    sha256, size = keep(store, account, source, going)
    title = name or (source.name if isinstance(source, Path) else f"{material}.{type}")
    paper: Attachment = {"material": material, "row": row, "blob": sha256, "name": title, "type": type, "bytes": size}
    if pages is not None:
        paper["pages"] = pages
    if proof:
        paper["proof"] = dict(proof)
    with store.transaction() as writer:
        writer.blobs.keep(account, sha256, size, type=type, name=title, now=instant(now), here=True)
        _put(writer, account, draft_id, [paper], now)
        writer.touch("blobs")
    return paper


def attach_known(
    store: LocalStore,
    account: str,
    draft_id: str,
    papers: Sequence[Attachment],
    *,
    now: datetime,
) -> None:
    """Papers that are here or with the server already: one file for several rows, or one of a person's profile."""
    with store.transaction() as writer:
        _put(writer, account, draft_id, papers, now)


def detach(
    store: LocalStore,
    account: str,
    draft_id: str,
    *,
    material: str,
    row: str | None,
    now: datetime,
    blob: str | None = None,
) -> tuple[Attachment, ...]:
    """Take the papers of a place, or one of them, off the form; they are returned, for `attach_known` to undo it."""
    with store.transaction() as writer:
        draft = _draft(writer, account, draft_id)
        papers: list[Attachment] = list((draft.form or {}).get("attachments") or ())
        gone = [
            paper
            for paper in papers
            if paper["material"] == material and paper.get("row") == row and blob in (None, paper["blob"])
        ]
        _save(writer, account, draft, [paper for paper in papers if paper not in gone], now)
        return tuple(gone)


def keep(store: LocalStore, account: str, source: Path | bytes, going: Going | None = None) -> tuple[str, int]:
    """Encrypted beside the store, 64 KiB at a time; (SHA-256, size)."""
    file = store.files.write(account)
    try:
        with _opened(source) as plain:
            while data := plain.read(FRAME * 4):
                file.write(data)
                if going is not None and not going(file.size):
                    raise Stopped()
        return file.finish(), file.size
    except BaseException:
        file.abandon()
        raise


def fetch(store: LocalStore, account: str, sha256: str) -> BlobReader:
    """The plain bytes of a paper; raises BlobMissing (it is then fetched when online), BlobDamaged."""
    return store.files.open(account, sha256)


@contextmanager
def _opened(source: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield BytesIO(source)
        return
    try:
        with open(source, "rb") as file:
            yield file
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise FileUnreadable(source) from error


def _put(writer: Writer, account: str, draft_id: str, papers: Sequence[Attachment], now: datetime) -> None:
    draft = _draft(writer, account, draft_id)
    listed: list[Attachment] = list((draft.form or {}).get("attachments") or ())
    places = {(paper["material"], paper.get("row"), paper["blob"]) for paper in listed}
    listed += [paper for paper in papers if (paper["material"], paper.get("row"), paper["blob"]) not in places]
    _save(writer, account, draft, listed, now)


def _save(writer: Writer, account: str, draft: Draft, papers: list[Attachment], now: datetime) -> None:
    form = {**(draft.form or {}), "attachments": papers}
    writer.drafts.put(account, replace(draft, form=form, edited_at=instant(now)))
    writer.touch("drafts")


def _draft(writer: Writer, account: str, draft_id: str) -> Draft:
    draft = writer.drafts.get(account, draft_id)
    if draft is None:
        raise NotAllowed("这份草稿已经不在了。", "请回到草稿列表再看。")
    if draft.sent is not None:
        raise NotAllowed("这份草稿已放入待发送。", "要改的话，请先在“待发送”里撤回。")
    return draft
