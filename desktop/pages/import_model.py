"""Importing a list of people: read, matched, judged, mended, then asked for. Imports no widget.

model.open_file(path)          on the reading lane, says how far it is; `cancel` stops it
model.rows, model.problems     what is in the table and in the list beside it
model.edit(row, key, text) · model.repair(problem, alike=True) · model.reassign(index, key)
model.run_import()             one Operation for each entry that is new or differs
model.undo(import id)          what an import did is taken back as far as nothing uses it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal

from desktop.alive import while_there
from desktop.background import Cancelled, Steps, Task
from desktop.context import Context
from desktop.pages.people_model import reading_of
from documents.excel import CellProblem, RosterRow, RosterSheet, open_roster
from documents.roster_cells import Reading
from documents.roster_columns import TITLES
from documents.spreadsheets import CannotRead, shown
from documents.workbooks import ExportColumn, bad_rows_workbook, table_workbook
from sync.actions import import_roster, undo_import
from sync.actions_roster import Import, Imported, Undone, document, imports
from sync.merge import same
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.store.people import is_listed
from sync.views import entities

CHOOSE, COLUMNS, CHECK, DONE = range(4)
ALL, GOOD, BAD, LOOK, SAME = "all", "good", "bad", "look", "same"
MOST_LISTED = 30  # problems beside the table at one time
Known = Mapping[str, Mapping[str, Any]]  # entries the unit has, by document


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of the table: the person, and what importing it would do."""

    row: RosterRow
    fate: str  # new, changed, same, bad

    @property
    def number(self) -> int:
        """As Excel counts."""
        return self.row.row + 1

    @property
    def name(self) -> str:
        return self.row.values.get("name", "")

    @property
    def looks(self) -> bool:
        """Goes in, but something is worth telling."""
        return self.row.good and bool(self.row.problems)

    def problem(self, key: str) -> CellProblem | None:
        found = [one for one in self.row.problems if one.key == key]
        return next((one for one in found if one.blocks), found[0] if found else None)

    @property
    def word(self) -> tuple[str, str]:
        """(word, role)."""
        if self.fate == "bad":
            return "要改", "bad"
        if self.fate == "same":
            return "与现有相同", "ok"
        if self.looks:
            return "请看一眼", "warn"
        return ("可导入", "ok") if self.fate == "new" else ("将更新", "ok")


@dataclass(frozen=True, slots=True)
class Judged:
    """A sheet with what importing each row would do."""

    sheet: RosterSheet
    rows: tuple[ImportRow, ...]
    known: Known


def judged(sheet: RosterSheet, known: Known) -> Judged:
    """Against what the unit has."""
    rows = tuple(ImportRow(row, _fate(row, known)) for row in sheet.rows)
    return Judged(sheet, rows, known)


def _fate(row: RosterRow, known: Known) -> str:
    if not row.good:
        return "bad"
    values = {key: value for key, value in row.values.items() if value}
    found = known.get(document(values) or str(values.get("name")))
    if found is None:
        return "new"
    return "same" if all(same(value, found.get(key)) for key, value in values.items()) else "changed"


class ImportModel(QObject):
    """One file on its way into the list."""

    changed = Signal()  # rows or step
    matched = Signal()  # columns are others: the table has to be made anew
    progress = Signal(int, int, str)
    finished = Signal()  # nothing is being worked on any more
    said = Signal(str, str)
    written = Signal(object, str)  # bytes of a file to be saved, and its name

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.step = CHOOSE
        self.file = ""
        self.judged: Judged | None = None
        self.done: Imported | None = None
        self.recent: tuple[Import, ...] = ()  # imports that can still be undone, latest first
        self._task: Task | None = None
        self._busy = 0

    # reading

    @property
    def reading(self) -> Reading:
        return reading_of(self.context.pack, self.context.today())

    @property
    def is_settled(self) -> bool:
        """Nothing is being worked on."""
        return self._busy == 0

    def open_file(self, path: Path) -> None:
        """Read it beside the screen."""
        self.file = path.name
        account, reading, store = self.context.account, self.reading, self.context.store

        def work(steps: Steps) -> Judged:
            sheet = open_roster(path, reading, path.name, lambda done, total: steps.say(done, total, "正在读取"))
            with store.reading() as reader:
                return judged(sheet, known_entries(reader, account))

        self._follow(work, self._opened)

    def _opened(self, found: Judged) -> None:
        self.judged, self.done = found, None
        self.step = COLUMNS if found.sheet.matching.missing else CHECK
        self.matched.emit()
        self.changed.emit()
        counts = self.counts()
        if self.step == CHECK and counts["same"] and not counts[GOOD] and not counts["bad"]:
            self.said.emit(f"这份名单里的 {counts['same']} 人都已经在名单里，内容也相同：不用再导入。", "ok")

    def reassign(self, index: int, key: str | None) -> None:
        """This column is that key."""
        self._again(
            lambda sheet, steps: sheet.reassign(index, key, lambda d, t: steps.say(d, t, "正在核对")), anew=True
        )

    def edit(self, row: int, key: str, text: str) -> None:
        """As a person wrote it."""
        self._again(lambda sheet, steps: sheet.edit({(row, key): text}))

    def repair(self, problem: CellProblem, *, alike: bool = False) -> None:
        """By the certain value; `alike`: every cell with the same trouble."""
        self._again(lambda sheet, steps: sheet.repair(problem, alike=alike))

    def _again(self, change: Callable[[RosterSheet, Steps], RosterSheet], *, anew: bool = False) -> None:
        before = self.judged
        if before is None or self._busy:
            return

        def work(steps: Steps) -> Judged:
            return judged(change(before.sheet, steps), before.known)

        def done(found: Judged) -> None:
            self.judged = found
            if anew:
                self.matched.emit()
            self.changed.emit()

        self._follow(work, done)

    def _follow(self, work: Callable[[Steps], Judged], done: Callable[[Judged], None]) -> None:
        self._busy += 1

        def ended(found: Judged) -> None:
            self._busy -= 1
            done(found)
            self.finished.emit()

        self._task = self.context.follow(
            work, done=while_there(self, ended), failed=while_there(self, self._broke), progress=self._moves
        )
        self.destroyed.connect(self._task.cancel)

    def _moves(self, done: int, total: int, words: str) -> None:
        if shiboken6.isValid(self):
            self.progress.emit(done, total, words)

    def cancel(self) -> None:
        """取消."""
        if self._task is not None:
            self._task.cancel()

    def _broke(self, error: BaseException) -> None:
        self._busy -= 1
        self.finished.emit()
        if isinstance(error, Cancelled):
            self.said.emit("已停下，什么也没有导入。", "wait")
        elif isinstance(error, CannotRead):
            self.said.emit(str(error), "bad")
        elif isinstance(error, StoreFailure):
            self.said.emit(f"{error.sentence}{error.remedy}", "bad")
        else:
            raise error

    # what is shown

    @property
    def rows(self) -> tuple[ImportRow, ...]:
        return self.judged.rows if self.judged is not None else ()

    @property
    def problems(self) -> tuple[tuple[ImportRow, CellProblem], ...]:
        """What has to be mended first, then what is worth a look."""
        found = [(row, one) for row in self.rows for one in row.row.problems]
        return tuple(sorted(found, key=lambda pair: not pair[1].blocks))

    def alike(self, problem: CellProblem) -> int:
        """How many cells have the same trouble and a certain value."""
        return sum(one.kind == problem.kind and one.repair is not None for _, one in self.problems)

    def counts(self) -> Counter[str]:
        """By chip, and by fate."""
        rows = self.rows
        made: Counter[str] = Counter(row.fate for row in rows)
        made[ALL] = len(rows)
        made[GOOD] = sum(row.fate in ("new", "changed") for row in rows)
        made[LOOK] = sum(row.looks for row in rows)
        made["cells"] = sum(one.blocks for row in rows for one in row.row.problems)
        return made

    def keeps(self, row: ImportRow, chip: str) -> bool:
        if chip == GOOD:
            return row.fate in ("new", "changed")
        return {ALL: True, BAD: row.fate == "bad", LOOK: row.looks, SAME: row.fate == "same"}[chip]

    def summary(self) -> str:
        """将新增 41 人，更新 282 人；3 人改好后再导入."""
        counts = self.counts()
        parts = []
        if counts["new"]:
            parts.append(f"新增 {counts['new']} 人")
        if counts["changed"]:
            parts.append(f"更新 {counts['changed']} 人")
        said = f"将{'，'.join(parts)}" if parts else "没有要导入的"
        if counts["same"]:
            said += f"；{counts['same']} 人与现有相同，不动"
        return f"{said}；{counts['bad']} 人改好后再导入" if counts["bad"] else said

    def show_columns(self) -> None:
        if self.judged is not None:
            self.step = COLUMNS
            self.changed.emit()

    def show_check(self) -> None:
        if self.judged is not None and not self.judged.sheet.matching.missing:
            self.step = CHECK
            self.changed.emit()

    def start_over(self) -> None:
        self.step, self.judged, self.done = CHOOSE, None, None
        self.changed.emit()

    # out

    def run_import(self) -> None:
        """先导入: those that are in order; the others stay on screen."""
        if self.judged is None or self._busy:
            return
        rows = [dict(row.row.values) for row in self.rows if row.fate in ("new", "changed")]
        if not rows:
            return
        self._busy += 1
        account, now, file = self.context.account, self.context.now(), self.file

        def work(store: LocalStore) -> tuple[Imported, Known, tuple[Import, ...]]:
            made = import_roster(store, account, rows, now=now, file=file)
            with store.reading() as reader:
                return made, known_entries(reader, account), imports(reader, account)

        self.progress.emit(0, 0, f"正在存下 {len(rows)} 人")
        self.context.write(work, done=while_there(self, self._imported), failed=while_there(self, self._broke))

    def _imported(self, answer: tuple[Imported, Known, tuple[Import, ...]]) -> None:
        self._busy -= 1
        self.done, known, self.recent = answer
        if self.judged is not None:
            self.judged = judged(self.judged.sheet, known)
        self.step = DONE
        self.finished.emit()
        self.changed.emit()

    # back

    def load_recent(self) -> None:
        """What was imported lately and can still be undone."""
        account = self.context.account
        self.context.read(lambda reader: imports(reader, account), done=while_there(self, self._recent))

    def _recent(self, found: tuple[Import, ...]) -> None:
        self.recent = found
        self.changed.emit()

    def undo(self, imported: str) -> None:
        """撤销这次导入."""
        if self._busy:
            return
        self._busy += 1
        account, now = self.context.account, self.context.now()

        def work(store: LocalStore) -> tuple[Undone, tuple[Import, ...]]:
            undone = undo_import(store, account, imported, now=now)
            with store.reading() as reader:
                return undone, imports(reader, account)

        self.context.write(work, done=while_there(self, self._undone), failed=while_there(self, self._broke))

    def _undone(self, answer: tuple[Undone, tuple[Import, ...]]) -> None:
        self._busy -= 1
        undone, self.recent = answer
        self.start_over()
        self.finished.emit()
        self.said.emit(undone_words(undone), "warn" if undone.left else "ok")

    def result(self) -> str:
        """What was done, in one sentence."""
        if self.done is None:
            return ""
        parts = [f"新增 {self.done.added} 人"] if self.done.added else []
        parts += [f"更新 {self.done.changed} 人"] if self.done.changed else []
        parts += [f"{self.done.same} 人本来就相同"] if self.done.same else []
        return f"{'，'.join(parts) or '没有变化'}。已放入待发送，联网后自动送达。"

    def export_bad(self) -> None:
        """The rows to be mended, with the reasons, as Excel."""
        if self.judged is not None:
            sheet, name = self.judged.sheet, f"{Path(self.file).stem}-要改的行.xlsx"
            self.context.read(
                lambda _reader: bad_rows_workbook(sheet),
                done=while_there(self, lambda data: self.written.emit(data, name)),
            )

    def export_template(self) -> None:
        """An empty list with the columns we know."""
        columns = [ExportColumn(title, 22 if key == "document_number" else 14) for key, title in TITLES.items()]
        self.context.read(
            lambda _reader: table_workbook(columns, []),
            done=while_there(self, lambda data: self.written.emit(data, "人员名单模板.xlsx")),
        )


def undone_words(undone: Undone) -> str:
    """What undoing did, and who was left as they are."""
    parts = [f"移出 {undone.removed} 人"] if undone.removed else []
    parts += [f"恢复 {undone.restored} 人原来的资料"] if undone.restored else []
    said = f"已撤销这次导入：{'，'.join(parts) or '没有要退回的'}。"
    if undone.left:
        some = "、".join(f"{name}（{why}）" for name, why in undone.left[:5])
        said += f"{len(undone.left)} 人保持不动：{some}{'等' if len(undone.left) > 5 else ''}。"
    return said


def known_entries(reader: Reader, account: str) -> Known:
    """What the unit has written, by document number, or by name where there is none."""
    made: dict[str, Mapping[str, Any]] = {}
    for one in entities(reader, account, "roster"):
        if is_listed(one.body):
            made[document(one.body) or str(one.body.get("name"))] = one.body
    return made


def cell_text(row: ImportRow, key: str, index: int) -> str:
    """What stands in the file, or what a person wrote instead."""
    cells = row.row.cells
    return shown(cells[index]) if index < len(cells) else ""
