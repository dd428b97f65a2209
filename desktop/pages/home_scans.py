"""New scans on the first page: which drafts wait for papers, and so where the files may go. Nothing goes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from desktop.scanning import words_of
from domain.packs import Pack
from sync.store.drafts import Draft
from sync.store.local import Reader
from sync.store.text import key_of

LATEST = 8  # drafts that are looked at
MOST = 3  # of them that are offered


@dataclass(frozen=True, slots=True)
class Wanting:
    """A draft that waits for papers."""

    label: str
    missing: int
    first: str  # 王海涛的毕业证扫描件
    route: str  # to the place of that paper


def wanting(reader: Reader, account: str, pack: Pack, day: date) -> tuple[Wanting, ...]:
    """The drafts edited last that lack papers, latest first."""
    drafts = [one for one in reader.drafts.all(account) if one.sent is None and one.service in pack.services]
    found = (_wanting(reader, account, pack, one, day) for one in drafts[:LATEST])
    return tuple(one for one in found if one is not None)[:MOST]


def _wanting(reader: Reader, account: str, pack: Pack, draft: Draft, day: date) -> Wanting | None:
    from desktop.pages.form_look import take_look  # only where a scanner brought something: the first page comes early
    from desktop.pages.materials_model import lines_of

    service, form, key = pack.services[draft.service], draft.form or {}, key_of(draft.id)
    look = take_look(account, pack, draft, form, 0, day, None, reader)
    whole = [each for each in look.check.materials if each.missing or each.invalid]
    lines = [(card, line) for card in service.cards for line in lines_of(service, card, form, look) if line.missing]
    if not whole and not lines:
        return None
    if lines:
        card, line = lines[0]
        first, route = f"{line.name}的{line.check.label}", f"materials/{key}:{card}:{line.row}"
    else:
        first, route = whole[0].label, f"{'amend' if draft.returned else 'form'}/{key}"
    return Wanting(service.label, len(whole) + len(lines), first, route)


@dataclass(frozen=True, slots=True)
class ScanLine:
    """One line of the first page about new scans."""

    what: str
    why: str
    route: str


def scan_lines(files: Sequence[Path], found: Sequence[Wanting]) -> tuple[ScanLine, ...]:
    """A line for each draft they may go to; without one the files are told all the same."""
    if not files:
        return ()
    if not found:
        return (ScanLine(words_of(files), "现在没有等资料的草稿；打开草稿的“资料”，就可以附上", ""),)
    return tuple(
        ScanLine(
            f"{words_of(files)}，可以附到{one.label}", f"那份草稿还缺 {one.missing} 处，先是{one.first}", one.route
        )
        for one in found
    )
