"""Taking papers in for a draft: looked at, told at once why one will not do, kept encrypted, attached to its place.

intake = PaperIntake(context, "draft/…")
intake.take([Incoming(check, ("row-1", "row-2"), Path("社保.pdf"))])      one file may serve several rows
intake.finished  Signal(object)      tuple[Taken, …]: what became of each
intake.progress  Signal(int, int, str)
intake.remove(material, row, blob)   and `intake.restore(papers)` undoes it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.alive import while_there
from desktop.context import Context
from desktop.pages.form_values import Form, subjects_in
from documents.files import SAME, Limits, look
from documents.summary import size_text
from domain.checking import MaterialCheck
from domain.entities import Attachment
from sync import actions
from sync.actions_papers import Stopped
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore

NO_LIMIT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file for a place: the whole form (no rows), one row, or several."""

    check: MaterialCheck
    rows: tuple[str, ...]
    source: Path | bytes
    name: str = ""
    replaces: str = ""  # the blob whose place it takes
    people: tuple[str, ...] = ()  # whom the form names now; a sealed letter is remembered with those it was printed for


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file; `problem` is empty when it was attached."""

    material: str
    rows: tuple[str, ...]
    name: str
    problem: str = ""
    note: str = ""


def limits_of(check: MaterialCheck) -> Limits:
    """The pack's limits as `documents.files` reads them."""
    types = tuple(dict.fromkeys(SAME.get(each, each) for each in check.types)) or ("jpg", "png", "pdf")
    return Limits(types=types, max_bytes=check.max_bytes or NO_LIMIT)


def limit_words(check: MaterialCheck) -> str:
    """JPG、PNG、PDF，不超过 10 MB。"""
    kinds = "、".join(limits_of(check).types).upper()
    if not check.max_bytes:
        return f"{kinds}。"
    whole, rest = divmod(check.max_bytes, 1024 * 1024)  # packs count in these megabytes
    return f"{kinds}，不超过 {f'{whole} MB' if not rest else size_text(check.max_bytes)}。"


def patterns_of(check: MaterialCheck) -> tuple[str, ...]:
    """For the file dialog."""
    kinds = limits_of(check).types
    extra = tuple(other for other, kind in SAME.items() if kind in kinds)
    return tuple(f"*.{kind}" for kind in (*kinds, *extra))


def paper_words(paper: Any) -> str:
    """1 页·0.6 MB"""
    pages = f"{paper['pages']} 页·" if paper.get("pages") else ""
    return f"{pages}{size_text(int(paper.get('bytes') or 0))}"


def outdated(form: Form, papers: Sequence[Mapping[str, Any]]) -> str:
    """A sealed list of people stands for those it was printed with; one that stands for these serves."""
    stood = [set(people) for paper in papers if (people := (paper.get("proof") or {}).get("people")) is not None]
    return "盖章后名单变了，请重新打印盖章" if stood and set(subjects_in(form)) not in stood else ""


def printed_key(draft_id: str, document: str) -> str:
    """Where this desk remembers with whom a letter was last printed."""
    return f"printed:{draft_id}:{document}"


class PaperIntake(QObject):
    """One draft's way in for papers; the work is done on the writing lane, file by file."""

    finished = Signal(object)
    progress = Signal(int, int, str)
    failed = Signal(str, str)
    removed = Signal(object)
    _going = Signal(int, int, str)

    def __init__(self, context: Context, draft_id: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._draft = context, draft_id
        self._stop = Event()
        self.busy = 0
        self._going.connect(self.progress)

    def take(self, files: Sequence[Incoming]) -> None:
        """Look at them and attach those that will do."""
        if not files:
            return
        self._stop.clear()
        self.busy += 1
        listed, account, draft_id, now = tuple(files), self._context.account, self._draft, self._context.now()

        def work(store: LocalStore) -> tuple[Taken, ...]:
            made: list[Taken] = []
            for at, file in enumerate(listed):
                name = file.name or (file.source.name if isinstance(file.source, Path) else "粘贴的图片.png")
                if self._stop.is_set():
                    made.append(Taken(file.check.id, file.rows, name, "已取消，没有添加。"))
                    continue
                self._going.emit(at, len(listed), f"正在添加“{name}”")
                made.append(self._one(store, account, draft_id, file, name, now))
            return tuple(made)

        self._context.write(work, self._ended, self._broke)

    def _one(self, store: LocalStore, account: str, draft_id: str, file: Incoming, name: str, now: Any) -> Taken:
        facts = look(file.source, limits_of(file.check), name)
        if not facts.ok:
            return Taken(file.check.id, file.rows, name, facts.problem)
        rows: tuple[str | None, ...] = file.rows or (None,)
        try:
            first = actions.attach(
                store,
                account,
                draft_id,
                file.check.id,
                file.source,
                now=now,
                type=facts.type,
                name=name,
                row=rows[0],
                pages=facts.pages or None,
                proof=_stands_for(store, account, draft_id, file),
                going=lambda _bytes: not self._stop.is_set(),
            )
        except Stopped:
            return Taken(file.check.id, file.rows, name, "已取消，没有添加。")
        if file.replaces and file.replaces != first["blob"]:  # the old one goes only when the new one is safe
            for row in rows:
                actions.detach(store, account, draft_id, material=file.check.id, row=row, blob=file.replaces, now=now)
        others: list[Attachment] = [{**first, "row": row} for row in rows[1:]]
        if others:
            actions.attach_known(store, account, draft_id, others, now=now)
        return Taken(file.check.id, file.rows, name, note=facts.note)

    def cancel(self) -> None:
        """What is attached already stays."""
        self._stop.set()

    def remove(self, material: str, row: str | None, blob: str) -> None:
        """Take one paper off a place; `removed` carries what `restore` takes to undo it."""
        account, draft_id, now = self._context.account, self._draft, self._context.now()
        self.busy += 1
        self._context.write(
            lambda store: actions.detach(store, account, draft_id, material=material, row=row, blob=blob, now=now),
            self._removed,
            self._broke,
        )

    def restore(self, papers: Sequence[Attachment]) -> None:
        """Put back what was taken off, or what lies here already."""
        account, draft_id, now = self._context.account, self._draft, self._context.now()
        self.busy += 1
        self._context.write(
            lambda store: actions.attach_known(store, account, draft_id, papers, now=now),
            while_there(self, lambda _none: self._ended(())),
            self._broke,
        )

    def _removed(self, papers: tuple[Attachment, ...]) -> None:
        self.busy -= 1
        self.removed.emit(papers)

    def _ended(self, taken: tuple[Taken, ...]) -> None:
        self.busy -= 1
        self.finished.emit(taken)

    def _broke(self, error: BaseException) -> None:
        self.busy -= 1
        if not isinstance(error, StoreFailure):
            raise error
        self.failed.emit(error.sentence, error.remedy)


def _stands_for(store: LocalStore, account: str, draft_id: str, file: Incoming) -> Mapping[str, Any] | None:
    if not file.check.signed_version_of:
        return None
    with store.reading() as reader:
        printed = reader.settings.get(account, printed_key(draft_id, file.check.signed_version_of))
    return {"people": list((printed or {}).get("people") or file.people)}
