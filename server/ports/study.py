"""The study platform's results: files in a watched folder, JSON or CSV, read into plain values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from sync.files import replace

MOST_BYTES = 16 << 20
HEADERS = {
    "学习任务": "task",
    "证件类型": "id_document_type",
    "证件号码": "id_number",
    "证书类型": "certificate_type",
    "业务": "service",
    "是否通过": "passed",
    "日期": "on",
    "成绩": "score",
    "备注": "note",
}
YES = frozenset({"true", "1", "yes", "是", "通过", "合格"})
NO = frozenset({"false", "0", "no", "否", "未通过", "不合格"})


class Unreadable(ValueError):
    """A file or a row that is no result: one sentence for whoever put it there."""


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt at an exam: of a study task, or of the one open task of a person."""

    task: str | None
    id_document_type: str
    id_number: str | None
    service: str | None
    certificate_type: str | None
    passed: bool
    on: date
    score: str | None
    note: str | None

    @property
    def payload(self) -> dict[str, Any]:
        """As an Operation carries it."""
        told: dict[str, Any] = {"passed": self.passed, "on": self.on.isoformat()}
        return told | {key: value for key, value in (("score", self.score), ("note", self.note)) if value}


class StudyResults(Protocol):
    """Where results come from."""

    def waiting(self, now: datetime) -> list[Path]:
        """Files that have come, oldest first."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """A folder. Whoever writes into it does so under a name that begins with a dot or ends in .part, and renames."""

    folder: Path
    _later: dict[Path, datetime] = field(default_factory=dict)

    def waiting(self, now: datetime) -> list[Path]:
        """Files that have come, in the order of their names."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = (path for path in self.folder.iterdir() if path.suffix.lower() in (".json", ".csv") and path.is_file())
        ready = (path for path in files if path not in self._later or self._later[path] <= now)
        return sorted(path for path in ready if not path.name.startswith("."))

    def leave(self, path: Path, until: datetime) -> None:
        """It stays, and is not looked at before then."""
        self._later[path] = until

    def put_away(self, path: Path, reasons: list[str]) -> Path:
        """To `done`, or to `rejected` with the reasons beside it; a name that is taken gets a number."""
        target = self.folder / ("rejected" if reasons else "done")
        target.mkdir(exist_ok=True)
        place, number = target / path.name, 1
        while place.exists():
            number += 1
            place = target / f"{path.stem}-{number}{path.suffix}"
        if reasons:
            place.with_name(place.name + ".reason.txt").write_text("\n".join(reasons) + "\n", encoding="utf-8")
        return replace(path, place)


def read_results(name: str, content: bytes) -> list[Result]:
    """Every result of a file; raises Unreadable when the file as a whole is none."""
    if len(content) > MOST_BYTES:
        raise Unreadable("文件太大")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("文件不是 UTF-8 编码") from None
    return [_result(row, at) for at, row in enumerate(_rows(name, text), start=1)]


def _rows(name: str, text: str) -> list[Mapping[str, Any]]:
    if name.lower().endswith(".csv"):
        reader = csv.DictReader(io.StringIO(text))
        return [{HEADERS.get((key or "").strip(), key or ""): value for key, value in row.items()} for row in reader]
    try:
        tree = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"不是 JSON：{error}") from None
    rows = tree if isinstance(tree, list) else [tree]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("应为一条结果或结果的列表")
    return rows


def _result(row: Mapping[str, Any], at: int) -> Result:
    def text(key: str) -> str | None:
        value = row.get(key)
        return str(value).strip() or None if value is not None else None

    passed = (text("passed") or "").lower()
    if passed not in YES | NO:
        raise Unreadable(f"第 {at} 条：passed（是否通过）应为 true 或 false")
    try:
        on = date.fromisoformat(text("on") or "")
    except ValueError:
        raise Unreadable(f"第 {at} 条：on（日期）应为 2026-03-18 这样的日期") from None
    task, number = text("task"), text("id_number")
    if not task and not number:
        raise Unreadable(f"第 {at} 条：要有 task（学习任务）或 id_number（证件号码）")
    if task and not task.startswith("study-task/"):
        task = f"study-task/{task}"
    kind = text("id_document_type") or "mainland_id"
    return Result(
        task, kind, number, text("service"), text("certificate_type"), passed in YES, on, text("score"), text("note")
    )
