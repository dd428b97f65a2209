"""资料: a line for each person and paper; files are dropped, chosen or pasted, a folder finds its places by itself."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_page import DraftPage
from desktop.pages.form_papers import Incoming, Taken, limit_words, patterns_of
from desktop.pages.form_values import attachments
from desktop.pages.materials_lost import LostFiles
from desktop.pages.materials_model import Lost, PaperLine, assign, counts_of, files_in, lines_of, people_missing
from desktop.pages.materials_scans import ScanStrip
from desktop.pages.materials_table import paper_rows
from desktop.pages.paper_look import PaperLook, sought
from desktop.pages.preview import show_paper
from desktop.rows_chosen import ChosenBar
from desktop.rows_view import RowsView
from desktop.widgets.base import Label, row, show_if
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.dropzone import DropZone, png_bytes
from desktop.widgets.fields import InputFrame, SearchBox
from desktop.widgets.flow import FlowRow
from desktop.widgets.gap import Gap
from desktop.widgets.inputs import ChoiceInput
from desktop.widgets.notes import EmptyState
from desktop.widgets.panel import Panel, Section
from domain.entities import Attachment

LOW = 480  # px of page below which the list needs the room more than the words around it
FEW = 3  # files without a place that one sentence names
NO_PAPERS = ("这里不要资料", "这张卡片里的人都不用附资料。")


class MaterialsPage(DraftPage):
    """The papers of one card."""

    def __init__(self, context: Context, key: str) -> None:
        draft, _, rest = key.partition(":")
        super().__init__(context, draft, "资料", name="materials", back=True, scroll=False)
        self.card, _, self._first_row = rest.partition(":")
        self._lines: tuple[PaperLine, ...] = ()
        self._lost: tuple[Lost, ...] = ()
        self._matching = 0  # heaps of files whose places are being found
        self._asked: Path | None = None  # the folder of scans that was just chosen
        self._build()
        self._wire()

    def _build(self) -> None:
        self.done = Button("回到申请", "secondary")
        self.done.setObjectName("materials.back")
        self.set_actions([self.done])
        self.kind = ChoiceInput([("", "自动识别")], name="这批文件是")
        self.kind.setObjectName("materials.kind")
        frame = InputFrame(self.kind)
        frame.setFixedWidth(220)
        self.zone = DropZone(
            limits="整个文件夹或多个文件一起拖进来：按文件名里的姓名或证件号对到人，对不上的会列出来。",
            patterns=("*",),
            folders=True,
            name="资料",
        )
        self.zone.target.setObjectName("materials.drop")
        self.folder = Button("选文件夹", "secondary")
        self.folder.setObjectName("materials.folder")
        self.scanner = Button("扫描文件夹", "quiet", icon="inbox")
        self.scanner.setObjectName("materials.scanner")
        self.scans = self.context.scans
        self.strip = ScanStrip(self.scans)
        self.chips = ChipRow([Chip("all", "全部")], name="筛选")
        self.search = SearchBox("姓名、首字母、资料名", width=200)
        self.search.input.setObjectName("materials.search")
        self.rows = paper_rows(self)
        self._empty = EmptyState(*NO_PAPERS, icon="clip")
        self.view = RowsView(self.rows, name="资料", empty=self._empty, row_height=48)
        self.view.setObjectName("materials.table")
        self.bar = ChosenBar(self.view, [("same", "用同一个文件"), ("remove", "移除文件")], noun="处")
        asked = (Label("这批文件是", "secondary", "text2"), frame, self.folder, None, self.scanner)
        top = row(*asked, spacing=8, margins=(0, 0, 0, 8))
        self.lacking = Label("", "secondary", "warn", wrap=True)
        self.lost = LostFiles()
        for part in (self.notice, self.notice_gap, self.strip, Gap(self.strip), top, self.zone, self.progress, 8):
            self.add(part)
        self.add(FlowRow(self.chips, None, self.search, spacing=8, margins=(0, 0, 0, 8)))
        self.add(self.lacking)
        self.add(self.lost)
        self.add(self.view, stretch=1)
        self.add(self.bar)
        self.side = Panel("资料")
        self.side.setObjectName("materials.panel")
        self.set_panel(self.side)

    def _wire(self) -> None:
        self.form.opened.connect(self._show)
        self.form.looked.connect(self._show)
        self.zone.files_dropped.connect(self._dropped)
        self.zone.image_pasted.connect(self._pasted)
        self.folder.clicked.connect(self._choose_folder)
        self.scanner.clicked.connect(self._scanner)
        self.scans.offered.connect(self._folder)
        self.strip.here.connect(self._scans_here)
        self.strip.by_name.connect(self._dropped)
        self.lost.placed.connect(self._place)
        self.chips.chosen.connect(self._filter)
        self.search.searched.connect(self.rows.set_search)
        self.view.followed.connect(self._follow)
        self.view.opened.connect(lambda line: self._follow(line, "look" if line.papers else "choose"))
        self.view.current_changed.connect(self._moved)
        self.bar.acted.connect(self._bar_acted)
        self.shortcut("Ctrl+V", self._paste)
        self.done.clicked.connect(lambda: self.context.go(self.home))

    # what the shell calls

    def shown(self) -> None:
        super().shown()
        self._folder()

    @property
    def settled(self) -> bool:
        """What is on screen is all there is, in the scanner's folder too."""
        looks = self.side.findChildren(PaperLook)
        return super().settled and not self.scans.busy and not self._matching and all(look.settled for look in looks)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.zone.set_low(self.height() < LOW)

    def first_focus(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # showing

    def _show(self) -> None:
        service, look = self.form.service, self.form.look
        if service is None or look is None or self.card not in service.cards:
            return
        self._lines = lines_of(service, self.card, self.form.form, look)
        several = len(service.cards) > 1
        label = service.cards[self.card].label
        self.set_head("资料", f"{service.label}·{label}" if several else service.label)
        nobody = not (self.form.form.get("cards") or {}).get(self.card)
        self._empty.set_words(*(("还没有选人", "选人以后，这里列出每个人要附的资料。") if nobody else NO_PAPERS))
        self.rows.show(self._lines)
        counts = counts_of(self._lines)
        self.chips.set_chips(
            [
                Chip("all", "全部", counts["all"]),
                Chip("missing", "缺", counts["missing"], "warn", "warn"),
                Chip("bad", "不合格", counts["bad"], "bad", "bad"),
                Chip("ok", "已有", counts["ok"], "ok", "ok"),
            ]
        )
        lacking = people_missing(self._lines)
        self.lacking.setText(f"还缺：{lacking}" if lacking else "")
        show_if(self.lacking, bool(lacking))
        kinds = {line.check.id: line.check.label for line in self._lines}
        before = self.kind.value
        self.kind.set_choices([("", "自动识别"), *kinds.items()])
        self.kind.set_value(before)
        if before == "":
            self.kind.setCurrentIndex(0)
        if self.view.current is None and self._lines:
            at = next(
                (place for place, line in enumerate(self._lines) if line.row == self._first_row and line.missing), -1
            )
            at = at if at >= 0 else next((p for p, line in enumerate(self._lines) if line.row == self._first_row), 0)
            self.view.set_current(max(0, at))
        else:
            self._moved(self.view.current)

    def _filter(self, key: str) -> None:
        states = {"missing": ("warn",), "bad": ("bad",), "ok": ("ok",)}.get(key)
        self.rows.set_filter(None if states is None else lambda line: line.state in states)

    def _moved(self, line: PaperLine | None) -> None:
        self._folder()
        if line is None:
            self.side.set_title("资料")
            self.side.set_sections([])
            return
        self.side.set_title(line.name, line.words)
        parts: list[QWidget] = [Section(line.check.label, *self._facts(line))]
        zone = DropZone(limits=limit_words(line.check), patterns=patterns_of(line.check), name=line.check.label)
        zone.target.setObjectName("materials.one")
        zone.files_dropped.connect(partial(self._one_dropped, line))
        zone.image_pasted.connect(partial(self._one_pasted, line))
        parts.append(zone)
        if line.papers:
            parts.append(self._preview(line))
        others = self._others(line)
        if line.papers and others:
            more = Button(f"这个文件也用于其余缺这份的 {len(others)} 人", "link", font="panel_body")
            more.setObjectName("materials.share")
            more.clicked.connect(partial(self._share, line))
            holder = QWidget()
            holder.setLayout(row(more, None))
            parts.append(holder)
        if line.check.check:
            points = [Label(f"· {words}", "secondary", "text2", wrap=True) for words in line.check.check]
            parts.append(Section("审核时会看", *points))
        self.side.set_sections(parts)

    def _facts(self, line: PaperLine) -> list[QWidget]:
        made: list[QWidget] = []
        if line.check.clause:
            made.append(Label(f"依据 {line.check.clause}", "secondary", "text2"))
        made += [Label(words, "secondary", "bad", wrap=True) for words in line.check.invalid]
        if line.check.served_by == "profile":
            made.append(Label("人员档案里已有，不用再附；要换新的，直接附上。", "secondary", "text2", wrap=True))
        return made

    def _preview(self, line: PaperLine) -> QWidget:
        look = PaperLook(self.context)
        look.setObjectName("materials.look")
        look.setFixedHeight(220)
        look.show_paper(sought(line.papers[0]), profile=line.check.served_by == "profile")
        return look

    def _others(self, line: PaperLine) -> list[PaperLine]:
        return [
            each for each in self._lines if each.check.id == line.check.id and each.row != line.row and each.missing
        ]

    # doing

    def _dropped(self, paths: list[str]) -> None:
        lines, kind = self._lines, self.kind.value
        given = [Path(path) for path in paths]
        self._matching += 1
        self.progress.show_progress(0, 0, "正在对文件名")
        self.context.read(lambda _reader: assign(files_in(given), lines, kind), self._assigned)

    def _assigned(self, found: tuple[tuple[Incoming, ...], tuple[Lost, ...]]) -> None:
        files, lost = found
        self._matching -= 1
        self._lost = lost
        self.lost.show_files(lost)
        self.progress.finish()
        self.scans.done(file.source for file in files if isinstance(file.source, Path))
        if files:
            self.intake.take(files)
        else:
            self.taken(())

    def _place(self, path: str) -> None:
        line = self.view.current
        if line is None:
            self.say("请先在下面点一下它是谁的哪一种资料。", "info")
            return
        self.lost.take_away({Path(path)})
        self._one_dropped(line, [path])

    def _pasted(self, data: bytes) -> None:
        line = self.view.current
        if line is not None:
            self._one_pasted(line, data)

    def _paste(self) -> None:
        """From the clipboard onto the line under the cursor; the large zone takes files for everybody."""
        data, line = QGuiApplication.clipboard().mimeData(), self.view.current
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()] if data is not None else []
        if files and (line is None or self.zone.target.hasFocus()):
            self._dropped(files)
        elif files and line is not None:
            self._one_dropped(line, files)
        elif data is not None and data.hasImage() and line is not None:
            self._one_pasted(line, png_bytes(QGuiApplication.clipboard().image()))
        else:
            self.say("剪贴板里没有图片或文件。", "info")

    def _one_dropped(self, line: PaperLine, paths: list[str]) -> None:
        self._lost = ()
        replaces = self._replaced(line)
        self.intake.take([Incoming(line.check, (line.row,), Path(path), replaces=replaces) for path in paths])

    def _one_pasted(self, line: PaperLine, data: bytes) -> None:
        self._lost = ()
        name = f"{line.name}-{line.check.label}.png"
        self.intake.take([Incoming(line.check, (line.row,), data, name=name, replaces=self._replaced(line))])

    @staticmethod
    def _replaced(line: PaperLine) -> str:
        """A paper that will not do makes room for the new one; good ones stay beside it."""
        return str(line.papers[0]["blob"]) if line.check.invalid and line.papers else ""

    # what a scanner brings

    def _scan_place(self) -> str:
        line = self.view.current
        return f"{line.name}的{line.check.label}" if line is not None else ""

    @Slot()
    def _folder(self) -> None:
        folder = self.scans.folder
        if folder is not None and folder == self._asked:
            self._asked = None
            self.say(f"开始看“{folder}”。程序开着，新扫描的文件就会列在这里和首页。", "ok")
        self.scanner.setToolTip(f"正在看“{folder}”，新扫描的文件会列在这里" if folder is not None else "")
        self.strip.show_place(self._scan_place())

    def _scanner(self) -> None:
        if self.scans.folder is not None:
            words = f"正在看扫描文件夹“{self.scans.folder}”，新扫描的文件会列在这里。"
            self.say(words, "info", "不再看", self.scans.forget)
            return
        dialog = QFileDialog(self, "扫描仪把文件存在哪个文件夹")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.watch)
        dialog.open()

    def watch(self, folder: str) -> None:
        """Offer what a scanner writes into this folder from now on, at this desk."""
        self._asked = Path(folder)
        self.scans.choose(self._asked)

    def _scans_here(self, paths: list[str]) -> None:
        line = self.view.current
        if line is not None:
            self._one_dropped(line, paths)

    def _follow(self, line: PaperLine, act: str) -> None:
        if act == "look" and line.papers:
            show_paper(self.context, self, f"{line.name}·{line.check.label}", sought(line.papers[0]))
        elif act == "remove":
            self.intake.remove(line.check.id, line.row, str(line.papers[0]["blob"]))
        elif act == "choose":
            self._choose(line.check.label, patterns_of(line.check), partial(self._one_dropped, line))

    def _choose(self, label: str, patterns: tuple[str, ...], done: Any) -> None:
        dialog = QFileDialog(self, f"选择{label}")
        dialog.setNameFilter(f"{label} ({' '.join(patterns)})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(done)
        dialog.open()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "选择资料文件夹")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._dropped)
        dialog.open()

    def _bar_acted(self, key: str) -> None:
        chosen: tuple[PaperLine, ...] = self.rows.ticked
        if key == "remove":
            for line in chosen:
                for paper in line.papers if line.check.served_by == "upload" else ():
                    self.intake.remove(line.check.id, line.row, str(paper["blob"]))
            self.rows.set_ticked(())
            return
        patterns = tuple(dict.fromkeys(each for line in chosen for each in patterns_of(line.check)))
        self._choose("资料", patterns, partial(self._same, chosen))

    def _same(self, lines: tuple[PaperLine, ...], paths: list[str]) -> None:
        self._lost = ()
        by_material: dict[str, list[PaperLine]] = {}
        for line in lines:
            by_material.setdefault(line.check.id, []).append(line)
        self.intake.take(
            [
                Incoming(group[0].check, tuple(line.row for line in group), Path(path))
                for group in by_material.values()
                for path in paths
            ]
        )
        self.rows.set_ticked(())

    def _share(self, line: PaperLine) -> None:
        papers = [each for each in attachments(self.form.form) if each["material"] == line.check.id]
        mine = next((each for each in papers if each.get("row") == line.row), line.papers[0])
        # a spread keeps the keys of an Attachment, which the checker does not see
        copies: list[Attachment] = [{**mine, "row": each.row} for each in self._others(line)]  # type: ignore[typeddict-item]
        self.intake.restore(copies)

    def taken(self, taken: tuple[Taken, ...]) -> None:
        good = [each for each in taken if not each.problem]
        parts = [f"已添加 {len(good)} 个文件。"] if good else []
        parts += [each.problem for each in taken if each.problem][:4]
        parts += [each.note for each in good if each.note][:2]
        if self._lost:
            few = "；".join(f"“{each.path.name}”{each.reason}" for each in self._lost)
            many = f"还有 {len(self._lost)} 个没有对上，连同原因都列在下面。"
            parts.append(f"没有对上：{few}。" if len(self._lost) <= FEW else many)
        bad = len(parts) > (1 if good else 0)
        if parts:
            self.say("".join(parts), "warn" if bad else "ok")
        self._lost = ()


def make(context: Context, key: str) -> Page:
    """materials/<draft key>:<card>, or with :<row> the cursor on that person's first missing paper."""
    return MaterialsPage(context, key)
