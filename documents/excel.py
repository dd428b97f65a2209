"""A list of people from Excel, understood: which rows are good, which cells are bad and why, and what mends them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from documents.identity import Identity, Trouble
from documents.roster_cells import PARSERS, Parsed, Reading, document_number, plain
from documents.roster_columns import REQUIRED, TITLES, Matching, best_table
from documents.spreadsheets import COMPUTE, CannotRead, Cell, RawTable, address, read_tables, shown

SUM = re.compile(r"(合计|总计|小计|共计)[:：]?\d*人?")
CLOSING = (
    "合计",
    "总计",
    "小计",
    "共计",
    "制表",
    "填表",
    "审核",
    "说明",
    "注：",
    "注:",
    "备注",
    "单位（",
    "单位(",
    "填报",
)
EXAMPLES = ("例：", "例:", "示例", "样例", "（例", "(例")
TOLD_BY_NUMBER = ("birth_date", "gender")
NO_RESULT = Trouble("formula", f"这一格是公式，文件里没有存下它的结果。{COMPUTE}")
Progress = Callable[[int, int], object]  # rows done, rows in all; whoever raises in it stops the reading


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One bad cell: where it is, what stands there, what is wrong, and what mends it where that is certain."""

    address: str  # C7
    key: str  # of the roster entry
    column: str  # the title in the file
    value: str
    kind: str  # the same for the same trouble: what one click mends in all rows
    reason: str
    repair: str | None = None
    blocks: bool = True  # a row goes in although something is only worth telling


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of the list, as roster entry keys have it."""

    row: int  # in the file, from 0
    values: Mapping[str, str]
    problems: tuple[CellProblem, ...]
    cells: tuple[Cell, ...]  # as they stand in the file, or as they were mended

    @property
    def good(self) -> bool:
        """Whether it can go in."""
        return not any(problem.blocks for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is nobody: empty, a sum, a repeated header, or exactly a row that came before."""

    row: int
    reason: str


@dataclass(frozen=True)
class RosterSheet:
    """A whole list, read. Mending a cell gives a new one; the file itself is never touched."""

    table: RawTable
    matching: Matching
    reading: Reading
    rows: tuple[RosterRow, ...]
    skipped: tuple[Skipped, ...]
    mended: Mapping[tuple[int, str], str]  # (row, key) -> what a person wrote instead

    @property
    def good(self) -> tuple[RosterRow, ...]:
        """The rows that can go in."""
        return tuple(row for row in self.rows if row.good)

    @property
    def bad(self) -> tuple[RosterRow, ...]:
        """The rows that cannot."""
        return tuple(row for row in self.rows if not row.good)

    def edit(self, changes: Mapping[tuple[int, str], str]) -> RosterSheet:
        """The list with these cells, by row and key, as a person wrote them."""
        mended = {**self.mended, **changes}
        touched = {row for row, _ in changes}
        judged = [self._judge(row.row, mended) if row.row in touched else _alone(row) for row in self.rows]
        skipped = list(self.skipped)
        rows = tuple(_compared(judged, skipped, self.matching))
        return replace(self, rows=rows, skipped=tuple(skipped), mended=mended)

    def repair(self, problem: CellProblem, *, alike: bool = False) -> RosterSheet:
        """The list with this cell mended; `alike`: and every other with the same trouble and a certain value."""
        changes = {
            (row.row, other.key): other.repair
            for row in self.rows
            for other in row.problems
            if other.repair is not None and (other == problem or (alike and other.kind == problem.kind))
        }
        return self.edit(changes)

    def reassign(self, index: int, key: str | None, progress: Progress | None = None) -> RosterSheet:
        """The list read again with this column taken for that key."""
        return read_roster(self.table, self.matching.assign(index, key), self.reading, progress)

    def _judge(self, row: int, mended: Mapping[tuple[int, str], str]) -> RosterRow:
        cells = _with(self.table.rows[row], self.matching, row, mended)
        empty = {key for key in _uncomputed(row, self.table, self.matching) if (row, key) not in mended}
        return _row(row, cells, self.matching, self.reading, empty)


def open_roster(
    source: Path | bytes, reading: Reading, name: str = "", progress: Progress | None = None
) -> RosterSheet:
    """The list in a file: the sheet whose header fits best. Raises CannotRead with one sentence when there is none."""
    table, matching = best_table(read_tables(source, name))
    if matching is None:
        why = f"表格里有公式没有存下结果。{COMPUTE}" if table.uncomputed else "需要有“姓名”和“身份证号码”两列。"
        raise CannotRead(f"“{table.file}”里没有找到表头：{why}")
    return read_roster(table, matching, reading, progress)


def read_roster(table: RawTable, matching: Matching, reading: Reading, progress: Progress | None = None) -> RosterSheet:
    """The rows under the header, each judged by itself and against the rows before it."""
    skipped: list[Skipped] = []
    judged = list(_judged(table, matching, reading, skipped, progress))
    rows = tuple(_compared(judged, skipped, matching))
    return RosterSheet(table, matching, reading, rows, tuple(sorted(skipped, key=lambda row: row.row)), {})


def _judged(
    table: RawTable, matching: Matching, reading: Reading, skipped: list[Skipped], progress: Progress | None
) -> Iterator[RosterRow]:
    header = [plain(cell) for cell in table.rows[matching.header]]
    count = len(table.rows)
    for at in range(matching.header + 1, count):
        if progress and at % 500 == 0:
            progress(at, count)
        cells = table.rows[at]
        empty = _uncomputed(at, table, matching)
        reason = _nobody(cells, header, matching, waits=any(key in REQUIRED for key in empty))
        if reason is None:
            yield _row(at, _without_filled(cells, at, table, matching), matching, reading, empty)
        elif reason:
            skipped.append(Skipped(at, reason))
    if progress:
        progress(count, count)


def _uncomputed(at: int, table: RawTable, matching: Matching) -> frozenset[str]:
    """The keys in a row whose value a formula never came to give."""
    if not table.uncomputed:
        return frozenset()
    return frozenset(column.key for column in matching.columns if column.key and (at, column.index) in table.uncomputed)


def _nobody(cells: Sequence[Cell], header: Sequence[str], matching: Matching, *, waits: bool) -> str | None:
    """Why a row is no person (an empty reason: not worth a word), or None. `waits`: a formula stands for the person."""
    texts = [plain(cell) for cell in cells]
    if not any(texts):
        return None if waits else ""
    if sum(one == other != "" for one, other in zip(texts, header, strict=False)) >= 2:
        return "重复的表头"
    used = {column.key: texts[column.index] for column in matching.columns if column.key and column.index < len(texts)}
    who = used.get("name", "")
    free = [text for at, text in enumerate(texts) if text and at not in {c.index for c in matching.columns if c.key}]
    first = next(text for text in texts if text)
    ends = (who or first).startswith(CLOSING) or SUM.fullmatch(first) is not None
    if not used.get("document_number") and ends:
        return "表尾或合计"
    if any(text.startswith(EXAMPLES) for text in (who, *free[:1])):
        return "填写示例"
    return None if waits or any(used.values()) else "没有人员资料"


def _without_filled(cells: Sequence[Cell], at: int, table: RawTable, matching: Matching) -> Sequence[Cell]:
    """A merged department is everybody's; a merged name or number is not."""
    own = [column.index for column in matching.columns if column.key in REQUIRED and (at, column.index) in table.filled]
    return [None if index in own else cell for index, cell in enumerate(cells)] if own else cells


def _with(cells: Sequence[Cell], matching: Matching, row: int, mended: Mapping[tuple[int, str], str]) -> Sequence[Cell]:
    changed = list(cells)
    for column in matching.columns:
        if column.key and (row, column.key) in mended:
            changed += [None] * (column.index + 1 - len(changed))
            changed[column.index] = mended[row, column.key]
    return changed


def _row(
    at: int, cells: Sequence[Cell], matching: Matching, reading: Reading, uncomputed: Set[str] = frozenset()
) -> RosterRow:
    """One row: each cell by its column, then what the identity number says against what else is written."""
    values: dict[str, str] = {}
    problems: list[CellProblem] = []
    places = {column.key: column for column in matching.columns if column.key}

    def note(key: str, trouble: Trouble) -> None:
        column = places.get(key)
        cell = cells[column.index] if column and column.index < len(cells) else None
        where = address(at, column.index) if column else f"第 {at + 1} 行"
        title = column.title if column else TITLES[key]
        problems.append(
            CellProblem(where, key, title, shown(cell), trouble.kind, trouble.reason, trouble.repair, trouble.blocks)
        )

    def take(key: str, parsed: Parsed) -> None:
        if parsed.value:
            values[key] = parsed.value
        if key in uncomputed:
            note(key, NO_RESULT)
        elif parsed.trouble:
            note(key, parsed.trouble)

    def cell(key: str) -> Cell:
        column = places.get(key)
        return cells[column.index] if column and column.index < len(cells) else None

    for key, parse in PARSERS.items():
        if key in places or key in REQUIRED:
            take(key, parse(key, TITLES[key], cell(key), reading))
    kind = values.get("document_type")
    if kind is None and "document_type-unknown" not in {problem.kind for problem in problems}:
        kind = values["document_type"] = reading.identity_type
    parsed, found = document_number(cell("document_number"), kind == reading.identity_type, reading)
    take("document_number", parsed)
    if found and found.birth:
        problems[:] = [one for one in problems if one.kind != NO_RESULT.kind or one.key not in TOLD_BY_NUMBER]
        for key, trouble in _against(found, values, reading):
            note(key, trouble)
    order = {key: at for at, key in enumerate(places)}
    problems.sort(key=lambda problem: order.get(problem.key, -1))
    return RosterRow(at, values, tuple(problems), tuple(cells))


def _against(found: Identity, values: dict[str, str], reading: Reading) -> Iterator[tuple[str, Trouble]]:
    """Birth date and sex are in the number: filled in where nothing is written, and what differs is told."""
    assert found.birth is not None
    birth = found.birth.isoformat()
    if values.setdefault("birth_date", birth) != birth:
        words_ = f"出生日期与身份证号不一致：身份证号里是 {birth}。"
        yield "birth_date", Trouble("birth-differs", words_, birth)
    label = "男" if found.male else "女"
    gender = reading.choices.get("gender", {}).get(label, label)
    if values.setdefault("gender", gender) != gender:
        yield "gender", Trouble("gender-differs", f"性别与身份证号不一致：身份证号里是{label}。", label)


DOUBLE = "double"


def _alone(row: RosterRow) -> RosterRow:
    """The row without what was said of it beside others."""
    if not any(problem.kind == DOUBLE for problem in row.problems):
        return row
    return replace(row, problems=tuple(problem for problem in row.problems if problem.kind != DOUBLE))


def _compared(rows: Iterable[RosterRow], skipped: list[Skipped], matching: Matching) -> Iterator[RosterRow]:
    """Rows with a number that came before: the very same person again is skipped, a different one is a problem."""
    seen: dict[tuple[str, str], RosterRow] = {}
    for row in rows:
        number = row.values.get("document_number", "")
        key = (row.values.get("document_type", ""), number)
        first = seen.setdefault(key, row) if number else row
        if first is row:
            yield row
        elif first.values == row.values:
            skipped.append(Skipped(row.row, f"与第 {first.row + 1} 行完全相同"))
        else:
            yield replace(row, problems=(*row.problems, _double(row, first, matching)))


def _double(row: RosterRow, first: RosterRow, matching: Matching) -> CellProblem:
    who = first.values.get("name", "")
    reason = f"证件号码与第 {first.row + 1} 行{f'（{who}）' if who else ''}相同，请只留一行。"
    number = row.values["document_number"]
    column = next(column for column in matching.columns if column.key == "document_number")
    return CellProblem(address(row.row, column.index), "document_number", column.title, number, DOUBLE, reason)
