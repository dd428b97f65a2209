"""导入人员名单: choose a file, match the columns, check the rows, import the good ones; the bad go out as Excel."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.import_done import ImportDone, RecentImports
from desktop.pages.import_model import (
    ALL,
    BAD,
    CHECK,
    CHOOSE,
    COLUMNS,
    DONE,
    GOOD,
    LOOK,
    MOST_LISTED,
    SAME,
    ImportModel,
    ImportRow,
)
from desktop.pages.import_table import ImportTable
from desktop.printing import save_file
from desktop.widgets.base import Label, ScrollArea, clear_layout, column, row
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.dropzone import DropZone
from desktop.widgets.fields import Field
from desktop.widgets.inputs import ChoiceInput
from desktop.widgets.notes import Finding, FindingLine, Link, Notice, ProgressLine
from desktop.widgets.panel import Panel, Steps
from documents.excel import CellProblem
from documents.roster_columns import REQUIRED, TITLES
from documents.spreadsheets import address, shown

STEPS = (("选文件", ""), ("对列", ""), ("核对", ""), ("导入", ""))
EXCEL = "Excel (*.xlsx)"
PATTERNS = ("*.xlsx", "*.xls", "*.csv", "*.ods")

MOST_OF_A_NAME = 10  # characters in a heading of the panel; the whole of it stands in the table


class ImportPage(Page):
    """Four steps on one page."""

    def __init__(self, model: ImportModel) -> None:
        template = Button("下载模板", "quiet", icon="download")
        template.setObjectName("import.template")
        super().__init__(
            "导入人员名单", sub="单位人员档案", actions=[template], back=True, scroll=False, help_topic="import"
        )
        self.place = "people"
        self.model = model
        model.setParent(self)
        template.clicked.connect(model.export_template)
        self.table: ImportTable | None = None
        self._make_top()
        self._stack = QStackedLayout()
        for part in (self._make_choose(), self._make_columns(), self._make_check(), self._make_done()):
            self._stack.addWidget(part)
        self.body.addLayout(self._stack, 1)
        self._make_foot()
        model.changed.connect(self._refresh)
        model.matched.connect(self._new_table)
        model.progress.connect(self._progress.show_progress)
        model.finished.connect(self._progress.finish)
        model.said.connect(self._say)
        model.written.connect(self._save)
        self._refresh()
        model.load_recent()

    # making

    def _make_top(self) -> None:
        self._steps = QHBoxLayout()
        self.other = Button("换个文件", "quiet", icon="table")
        self.other.setObjectName("import.other")
        self.other.clicked.connect(self.model.start_over)
        self._notice = Notice()
        self._notice.acted.connect(self._notice.clear)
        self._progress = ProgressLine()
        self._progress.setObjectName("import.progress")
        self._progress.cancelled.connect(self.model.cancel)
        self.add(row(self._steps, None, self.other))
        self.add(8)
        self.add(self._notice)
        self.add(self._progress)

    def _make_choose(self) -> QWidget:
        self.zone = DropZone(
            limits="Excel（.xlsx、.xls）或 .csv，最大 50 MB。列的次序随意，表头认得出就行。",
            patterns=PATTERNS,
            name="人员名单",
            many=False,
        )
        self.zone.setObjectName("import.zone")
        self.zone.files_dropped.connect(self._dropped)
        words = Label(
            "原来怎么记的就怎么导：会先让您核对，确认后才存。同一份名单再导一次，什么也不会变。",
            "panel_body",
            "text2",
            wrap=True,
        )
        self.recent = RecentImports(self.model.context.now)
        self.recent.undo_asked.connect(self.model.undo)
        holder = QWidget()
        holder.setLayout(column(16, self.zone, 16, words, 24, self.recent, None, margins=(24, 0, 24, 0)))
        return holder

    def _make_columns(self) -> QWidget:
        self._grid_place = QVBoxLayout()
        self._columns_words = Label("", "panel_body", wrap=True)
        go = Button("对好了，去核对", "primary")
        go.setObjectName("import.columns.done")
        go.clicked.connect(self.model.show_check)
        self._columns_done = go
        inside = QWidget()
        inside.setLayout(
            column(self._columns_words, 12, self._grid_place, 16, row(go, None), None, margins=(24, 8, 24, 8))
        )
        return ScrollArea(inside)

    def _make_check(self) -> QWidget:
        self.chips = ChipRow([Chip(ALL, "全部", 0)], name="筛选")
        self.chips.setObjectName("import.chips")
        self.chips.chosen.connect(self._filter)
        self._file = Label("", "secondary", "text2", elide="middle")
        self._columns_button = Button("对列", "link", font="panel_body")
        self._columns_button.setObjectName("import.columns")
        self._columns_button.clicked.connect(self.model.show_columns)
        self._table_place = QVBoxLayout()
        holder = QWidget()
        top = row(self.chips, None, self._file, self._columns_button, spacing=12, margins=(24, 4, 24, 0))
        table = QHBoxLayout()
        table.setContentsMargins(16, 0, 16, 0)
        table.addLayout(self._table_place)
        holder.setLayout(column(top, 8, table))
        return holder

    def _make_done(self) -> QWidget:
        self.result = ImportDone()
        self.result.people_asked.connect(self._to_people)
        self.result.mend_asked.connect(self.model.show_check)
        self.result.export_asked.connect(self.model.export_bad)
        self.result.undo_asked.connect(self._undo)
        return self.result

    def _undo(self) -> None:
        if self.model.done is not None:
            self.model.undo(self.model.done.id)

    def _make_foot(self) -> None:
        self.export_button = Button("导出要改的行", icon="download")
        self.export_button.setObjectName("import.export")
        self.export_button.clicked.connect(self.model.export_bad)
        self.run_button = Button("导入", "primary")
        self.run_button.setObjectName("import.run")
        self.run_button.clicked.connect(self.model.run_import)

    # what the shell calls

    @property
    def settled(self) -> bool:
        """Nothing of the page is on its way."""
        return self.model.is_settled

    # what the model says

    def _refresh(self) -> None:
        step = self.model.step
        clear_layout(self._steps)
        self._steps.addWidget(Steps(STEPS, step, flat=True))
        self._stack.setCurrentIndex(step)
        self.other.setVisible(step not in (CHOOSE,))
        if step == COLUMNS:
            self._show_columns()
        if step == CHECK:
            self._show_check()
        else:
            self.set_panel(None)
            self.set_foot([])
        self.recent.show_imports(self.model.recent)
        if step == DONE:
            self._notice.clear()
            self.result.show_result(self.model.result(), self.model.counts()["bad"])
            self.result.people.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_columns(self) -> None:
        found = self.model.judged
        if found is None:
            return
        missing = found.sheet.matching.missing
        words = "、".join(TITLES[key] for key in missing)
        self._columns_words.setText(
            f"还没有找到：{words}。请指出它们在哪一列。" if missing else "每一列当作什么，可以在这里改。"
        )
        self._columns_words.set_role("warn" if missing else "text")
        self._columns_done.set_reason(f"先指出“{words}”在哪一列" if missing else "")
        clear_layout(self._grid_place)
        grid_holder = QWidget()
        grid = QGridLayout(grid_holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(12)
        choices = [
            ("", "不导入"),
            *((key, f"{title}{' *' if key in REQUIRED else ''}") for key, title in TITLES.items()),
        ]
        listed = [one for one in found.sheet.matching.columns if one.title]
        first = found.sheet.table.rows[found.sheet.matching.header + 1 : found.sheet.matching.header + 2]
        for at, one in enumerate(listed):
            letters = address(0, one.index).rstrip("1")
            sample = shown(first[0][one.index]) if first and one.index < len(first[0]) else ""
            choice = ChoiceInput(choices)
            choice.set_value(one.key or "")
            choice.setObjectName(f"import.column.{one.index}")
            choice.edited.connect(partial(self._reassign, one.index))
            made = Field(f"{letters} 列“{one.title}”", choice, help=f"例如 {sample[:20]}" if sample else "", width=240)
            grid.addWidget(made, at // 3, at % 3)
        grid.setColumnStretch(3, 1)
        self._grid_place.addWidget(grid_holder)

    def _reassign(self, index: int, key: str) -> None:
        self.model.reassign(index, key or None)

    def _new_table(self) -> None:
        clear_layout(self._table_place)
        self.table = ImportTable(self.model)
        self._table_place.addWidget(self.table)

    def _show_check(self) -> None:
        model, counts = self.model, self.model.counts()
        if self.table is None or model.judged is None:
            return
        chips = [
            Chip(ALL, "全部", counts[ALL]),
            Chip(GOOD, "可导入", counts[GOOD], icon="ok", role="ok"),
            Chip(BAD, "要改", counts["bad"], icon="bad", role="bad"),
        ]
        chips += [Chip(LOOK, "看一眼", counts[LOOK], icon="warn", role="warn")] if counts[LOOK] else []
        chips += [Chip(SAME, "与现有相同", counts["same"])] if counts["same"] else []
        self.chips.set_chips(chips)
        skipped = len(model.judged.sheet.skipped)
        more = f"　跳过 {skipped} 行" if skipped else ""
        self._file.setText(f"{model.file}　{model.judged.sheet.table.sheet}{more}")
        self._file.setToolTip(
            "\n".join(f"第 {one.row + 1} 行：{one.reason}" for one in model.judged.sheet.skipped[:30])
        )
        self.table.rows.show(model.rows)
        self._filter(self.chips.current)
        self.run_button = Button(f"先导入 {counts[GOOD]} 人" if counts["bad"] else f"导入 {counts[GOOD]} 人", "primary")
        self.run_button.setObjectName("import.run")
        self.run_button.clicked.connect(model.run_import)
        self.run_button.set_reason("" if counts[GOOD] else "没有新增或有变化的人")
        self.export_button = Button("导出要改的行", icon="download")
        self.export_button.setObjectName("import.export")
        self.export_button.clicked.connect(model.export_bad)
        summary = Label(model.summary(), "panel_body", elide="right")
        parts: list[QWidget | int | None] = [summary, None]
        parts += [self.export_button] if counts["bad"] else []
        self.set_foot([*parts, self.run_button])
        self._show_problems(counts["cells"])

    def _filter(self, chip: str) -> None:
        if self.table is not None:
            self.table.rows.set_filter(None if chip == ALL else lambda one: self.model.keeps(one, chip))

    def _show_problems(self, cells: int) -> None:
        panel = Panel(f"{cells} 格要改" if cells else "没有要改的", note="在表里直接改也行" if cells else "")
        panel.setObjectName("import.problems")
        problems = self.model.problems
        lines: list[QWidget] = [self._problem(one, problem) for one, problem in problems[:MOST_LISTED]]
        if len(problems) > MOST_LISTED:
            rest = len(problems) - MOST_LISTED
            words = f"还有 {rest} 处，改好前面的会接着显示；也可以导出后在 Excel 里改。"
            lines.append(Label(words, "secondary", "text2", wrap=True))
        if not lines:
            lines.append(Label("每一格都认得出，可以导入了。", "panel_body", "text2", wrap=True))
        panel.set_sections(lines)
        self.set_panel(panel)

    def _problem(self, one: ImportRow, problem: CellProblem) -> QWidget:
        links = []
        if problem.repair is not None:
            links.append(Link("repair", f"改为 {problem.repair}"))
            alike = self.model.alike(problem)
            if alike > 1:
                links.append(Link("alike", f"其余同样改（{alike}）"))
        links.append(Link("edit", "在表里改"))
        words = problem.reason + (f"\n原文 {problem.value}" if problem.value else "")
        name = one.name if len(one.name) <= MOST_OF_A_NAME else f"{one.name[: MOST_OF_A_NAME - 1]}…"
        head = "　".join(part for part in (problem.address, name, problem.column) if part)
        line = FindingLine(Finding("bad" if problem.blocks else "warn", head, words=words, links=links, key="edit"))
        line.followed.connect(partial(self._follow, one, problem))
        return line

    def _follow(self, one: ImportRow, problem: CellProblem, key: str) -> None:
        if key in ("repair", "alike"):
            self.model.repair(problem, alike=key == "alike")
        elif self.table is not None:
            if self.table.rows.place_of(one.row.row) < 0:
                self.chips.choose(ALL)
            self.table.reveal_problem(one.row.row, problem.key)

    # files

    def _dropped(self, paths: list[str]) -> None:
        if paths:
            self._notice.clear()
            self.model.open_file(Path(paths[0]))

    def _save(self, data: object, name: str) -> None:
        assert isinstance(data, bytes)
        try:
            saved = save_file(data, name, self, kinds=EXCEL)
        except OSError:
            self._say("文件写不进去：可能正在 Excel 里开着，或没有权限。请换个名字再导出。", "bad")
            return
        if saved is not None:
            self._say(f"已存为 {saved.name}。", "ok")

    def _say(self, words: str, role: str) -> None:
        self._notice.show_words(words, role=role, action="知道了")

    def _to_people(self) -> None:
        self.go.emit("people")

    def first_focus(self) -> None:
        place = self.zone.target if self.model.step == CHOOSE else self.table
        if place is not None:
            place.setFocus(Qt.FocusReason.OtherFocusReason)


def make(context: Context, key: str) -> ImportPage:
    return ImportPage(ImportModel(context))
