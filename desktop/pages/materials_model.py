"""The papers of one card, a line for each person and paper; files find their place by their own names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.pages.form_look import Look
from desktop.pages.form_papers import Incoming
from desktop.pages.form_values import Form, attachments, rows_of
from documents.files import match_files
from domain.checking import MaterialCheck
from domain.packs.service import Service
from sync.store.pinyin import initials

MOST_FILES = 5000
WORDS = {"": "缺", "upload": "已附", "profile": "档案已有", "other": "已有其他资料代替"}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper of one person."""

    row: str
    name: str
    document: str
    check: MaterialCheck
    papers: tuple[Mapping[str, Any], ...]
    search: str

    @property
    def key(self) -> tuple[str, str]:
        return self.row, self.check.id

    @property
    def state(self) -> str:
        """ok, warn (missing), bad (will not do), wait (may be left out)."""
        if self.check.invalid:
            return "bad"
        if self.check.served_by:
            return "ok"
        return "warn" if self.check.needed else "wait"

    @property
    def words(self) -> str:
        if self.check.invalid:
            return "不合格"
        if not self.check.served_by and not self.check.needed:
            return "可以不附"
        return WORDS[self.check.served_by]

    @property
    def missing(self) -> bool:
        return self.state in ("warn", "bad")


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that found no place, and why."""

    path: Path
    reason: str


def lines_of(service: Service, card: str, form: Form, look: Look) -> tuple[PaperLine, ...]:
    """What is missing first within each person; persons in the order of the card."""
    made: list[PaperLine] = []
    papers = attachments(form)
    for row in rows_of(form, card):
        row_id = str(row["row"])
        check = look.check.rows.get(row_id)
        person = look.around.people.get(str(row.get("person") or row.get("roster") or ""))
        name, document = (person.name, person.document) if person is not None else ("不在本机的资料里", "")
        stored = {str(each.get("material")): each for each in ((person.body.get("materials") or ()) if person else ())}
        for material in check.materials if check is not None else ():
            mine = [each for each in papers if each["material"] == material.id and each.get("row") == row_id]
            if not mine and material.served_by == "profile" and material.id in stored:
                mine = [stored[material.id]]
            found = f"{name} {initials(name)} {document} {material.label}"
            made.append(PaperLine(row_id, name, document, material, tuple(mine), found))
    return tuple(made)


def counts_of(lines: Iterable[PaperLine]) -> dict[str, int]:
    """For the chips."""
    listed = tuple(lines)
    return {
        "all": len(listed),
        "missing": sum(each.state == "warn" for each in listed),
        "bad": sum(each.state == "bad" for each in listed),
        "ok": sum(each.state == "ok" for each in listed),
    }


def people_missing(lines: Iterable[PaperLine]) -> str:
    """张三：社保证明、毕业证；李四：… of what is missing."""
    by_person: dict[str, list[str]] = {}
    for line in lines:
        if line.missing:
            by_person.setdefault(line.name, []).append(line.check.label)
    shown = [f"{name}：{'、'.join(labels)}" for name, labels in list(by_person.items())[:6]]
    more = f"；还有 {len(by_person) - 6} 人" if len(by_person) > 6 else ""
    return "；".join(shown) + more


def files_in(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files, and those within folders, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(each for each in path.rglob("*") if each.is_file())[: MOST_FILES - len(found)])
        else:
            found.append(path)
    return tuple(found[:MOST_FILES])


def assign(
    paths: Sequence[Path], lines: Sequence[PaperLine], material: str = ""
) -> tuple[tuple[Incoming, ...], tuple[Lost, ...]]:
    """Whose each file is, by name or number, and which paper, by the words of its label; the rest with the reason."""
    people = {line.row: (line.name, line.document) for line in lines}
    matched, rest = match_files(paths, people)
    lost = [Lost(each.path, each.reason) for each in rest]
    taken: list[Incoming] = []
    for each in matched:
        mine = [line for line in lines if line.row == each.person and material in ("", line.check.id)]
        line, reason = _which(each.path, mine)
        if line is None:
            lost.append(Lost(each.path, reason))
        else:
            taken.append(Incoming(line.check, (line.row,), each.path))
    return tuple(taken), tuple(lost)


def _which(path: Path, lines: Sequence[PaperLine]) -> tuple[PaperLine | None, str]:
    if len(lines) == 1:
        return lines[0], ""
    text = _bare(f"{path.parent.name}{path.stem}")
    labels = [(_bare(line.check.label), line) for line in lines]
    scored = sorted(((_alike(text, label), -len(label), at) for at, (label, _line) in enumerate(labels)), reverse=True)
    if scored and scored[0][0] >= 2 and (len(scored) == 1 or scored[0][:2] > scored[1][:2]):
        return lines[scored[0][2]], ""
    open_ = [line for line in lines if line.missing]
    if len(open_) == 1:
        return open_[0], ""
    return None, "看不出是哪一种资料，请在文件名里写上，或先选定“这批文件是”"


def _alike(text: str, label: str) -> int:
    """The longest run of characters of the label that stands in the text."""
    best = 0
    for start in range(len(label)):
        while start + best < len(label) and label[start : start + best + 1] in text:
            best += 1
    return best


def _bare(text: str) -> str:
    plain = re.sub(r"[\s_·.\-（）()]+", "", unicodedata.normalize("NFKC", text))
    return plain.replace("扫描件", "").replace("照片", "").upper()
