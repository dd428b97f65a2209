"""The attachment at the right of a desk that decides: picture or PDF, zoom, rotation, next, previous, tabs.

pane = PaperPane()
pane.show_tabs(papers, key)          .tab_chosen(object)   .turned(int)  -1 or 1   .compared(bool)
pane.show_bytes(data) · show_wait("…", 0.3) · show_words("…", "…") · clear()
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from desktop.pages.review_sheet import Sheet
from desktop.pages.words import size_words
from desktop.theme import theme
from desktop.widgets.base import Box, Label, ScrollArea, clear_layout, column, rounded, row, show_if, without_mnemonic
from desktop.widgets.buttons import Button
from desktop.widgets.notes import EmptyState, ProgressBar
from desktop.widgets.previews import ImageView, PdfPreview

TAB = 92


class _Tab(QPushButton):
    """One attachment: a sheet of paper and what it is."""

    def __init__(self, words: str, on: bool, parent: QWidget | None = None) -> None:
        super().__init__(without_mnemonic(words), parent)
        self._words = words
        self.setObjectName("paper.tab")
        self.setCheckable(True)
        self.setChecked(on)
        self.setAutoDefault(False)
        self.setFixedSize(TAB, 66)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"附件：{words}")
        self.setToolTip(words)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(TAB, 66)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, on = theme(), QPainter(self), self.isChecked()
        sheet = QRectF(self.width() / 2 - 14, 4, 28, 36)
        border = look.colour("accent" if on else "edge")
        rounded(painter, sheet, 3, look.colour("accent_soft" if on else "surface"), border, 2 if on else 1)
        for at in range(4):
            width = 10 if at == 0 else 16
            painter.fillRect(QRectF(sheet.center().x() - width / 2, sheet.y() + 8 + 6 * at, width, 1.5), border)
        painter.setFont(look.font("secondary", 500 if on else 400))
        painter.setPen(look.colour("accent" if on or self.underMouse() else "text"))
        words = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width() - 8)
        painter.drawText(QRect(0, 44, self.width(), 18), Qt.AlignmentFlag.AlignCenter, words)


class PaperPane(QWidget):
    """What hangs before the reviewer's eyes."""

    tab_chosen = Signal(object)
    turned = Signal(int)
    compared = Signal(bool)
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._old, self._low = False, False
        self._title, self._about = Label("", "row_title", elide="right", weight=600), Label("", "secondary", "text2")
        self._percent, self._place = Label("", "secondary", "text2"), Label("", "row_title")
        self.image, self.pdf = ImageView(), PdfPreview(name="附件")
        self._pdf = False
        self._meter = ProgressBar(width=200)
        self._wait_words = Label("", "panel_body", "text2", align=Qt.AlignmentFlag.AlignHCenter)
        waiting = QWidget()
        waiting.setLayout(column(None, self._wait_words, 12, row(None, self._meter, None), None))
        self._empty = EmptyState("这一份没有附件", icon="file")
        self._empty.acted.connect(self.again)
        self._trouble = EmptyState("附件打不开", "", action="再取一次", icon="file-x")
        self._trouble.acted.connect(self.again)
        self._stack = QStackedLayout()
        for part in (self.image, self.pdf, waiting, self._empty, self._trouble):
            self._stack.addWidget(part)
        self._bar = self._make_bar()
        self._tabs = QHBoxLayout()
        self._tabs.setSpacing(4)
        strip = QWidget()
        strip.setLayout(row(self._tabs, None))
        self._compare = Button("", "link", font="panel_body")
        self._compare.setObjectName("review.compare")
        self._compare.clicked.connect(self._turn_round)
        self._strip = Box(fill="surface", sides="t")
        self._strip.setFixedHeight(87)
        scroll = ScrollArea(strip)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        scroll.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._strip.setLayout(row(scroll, self._compare, spacing=12, margins=(12, 8, 16, 4)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addLayout(self._stack, 1)
        layout.addWidget(self._strip)
        self.image.zoomed.connect(self._zoomed)
        self.setAccessibleName("附件")
        self._stack.setCurrentWidget(self._empty)

    def _make_bar(self) -> Box:
        bar = Box(fill="surface", sides="b")
        bar.setFixedHeight(48)
        buttons = {}
        for key, icon, name in (
            ("out", "zoom-out", "缩小（-）"),
            ("in", "zoom-in", "放大（+）"),
            ("fit", "fit", "适合窗口（0）"),
            ("turn", "rotate", "旋转 90 度（]）"),
            ("back", "chevron-left", "上一个附件（←）"),
            ("next", "chevron-right", "下一个附件（→）"),
        ):
            buttons[key] = Button("", "icon", icon=icon, name=name)
            buttons[key].setFixedWidth(32)
            buttons[key].setFocusPolicy(Qt.FocusPolicy.NoFocus)
            buttons[key].setObjectName(f"paper.{key}")
        buttons["out"].clicked.connect(self.zoom_out)
        buttons["in"].clicked.connect(self.zoom_in)
        buttons["fit"].clicked.connect(self.fit)
        buttons["turn"].clicked.connect(self.image.rotate)
        buttons["back"].clicked.connect(self._back)
        buttons["next"].clicked.connect(self._next)
        self._turn_button = buttons["turn"]
        one = row(self._title, 8, self._about, None)
        two = row(
            buttons["out"], self._percent, buttons["in"], buttons["fit"], buttons["turn"], 4,
            buttons["back"], self._place, buttons["next"], spacing=2,
        )  # fmt: skip
        inside = QHBoxLayout(bar)
        inside.setContentsMargins(16, 0, 8, 0)
        inside.addLayout(one, 1)
        inside.addLayout(two)
        return bar

    # what is shown

    def show_tabs(self, sheets: Sequence[Sheet], key: tuple[str, str], *, old: bool = False, round_: int = 1) -> None:
        """The attachments of what is open, and which one is."""
        clear_layout(self._tabs)
        at = next((at for at, sheet in enumerate(sheets) if sheet.key == key), -1)
        for sheet in sheets:
            tab = _Tab(sheet.label, sheet.key == key)
            tab.clicked.connect(lambda _on=False, chosen=sheet.key: self.tab_chosen.emit(chosen))
            self._tabs.addWidget(tab)
        self._place.setText(f"{at + 1} / {len(sheets)}" if sheets else "")
        show_if(self._strip, bool(sheets) and not self._low)
        here = sheets[at] if at >= 0 else None
        paper = here.before if here is not None and old and here.before is not None else here.paper if here else None
        self._old = old
        self._title.setText(f"{here.label}{'（上一轮）' if old else ''}" if here else "附件")
        about = [f"{paper.pages} 页"] if paper and paper.pages else []
        if paper and paper.bytes:
            about.append(size_words(paper.bytes))
        if here is not None and here.profile:
            about.append("取自个人档案")
        self._about.setText("，".join(about))
        can = here is not None and here.before is not None
        self._compare.set_text(f"看第 {round_} 轮的" if old else f"与第 {round_ - 1} 轮的比")
        show_if(self._compare, can)
        if not sheets:
            self._stack.setCurrentWidget(self._empty)

    def show_bytes(self, data: bytes) -> None:
        self._pdf = data.startswith(b"%PDF")
        good = self.pdf.show_bytes(data) > 0 if self._pdf else self.image.show_bytes(data)
        if not good:
            self.show_words(
                "这个附件在这里显示不了", "文件可能已损坏，或不是图片和 PDF。可以退回请单位重新上传。", again=False
            )
            return
        self._percent.setText("" if self._pdf else f"{self.image.percent} %")
        show_if(self._turn_button, not self._pdf)
        self._stack.setCurrentWidget(self.pdf if self._pdf else self.image)

    def show_wait(self, words: str, part: float) -> None:
        """On its way."""
        self._wait_words.setText(words)
        self._meter.set_part(part)
        self._stack.setCurrentIndex(2)

    def show_words(self, words: str, remedy: str, *, again: bool = True) -> None:
        """Why it cannot be shown."""
        self._percent.setText("")
        part = self._trouble if again else self._empty
        part.set_words(words, remedy)
        self._stack.setCurrentWidget(part)

    def clear(self, words: str = "这一份没有附件", remedy: str = "") -> None:
        self._percent.setText("")
        self._empty.set_words(words, remedy)
        self._stack.setCurrentWidget(self._empty)

    def set_low(self, low: bool) -> None:
        """Without the sheets below: there the paper itself needs the room. ← and → still turn to the next."""
        self._low = low
        for part in (self._empty, self._trouble):
            part.set_low(low)
        show_if(self._strip, not low and self._tabs.count() > 0)

    # keys and buttons

    def zoom_in(self) -> None:
        (self.pdf if self._pdf else self.image).zoom(1.25)

    def zoom_out(self) -> None:
        (self.pdf if self._pdf else self.image).zoom(0.8)

    def fit(self) -> None:
        if self._pdf:
            self.pdf.setZoomMode(PdfPreview.ZoomMode.FitToWidth)
        else:
            self.image.fit()

    def rotate(self) -> None:
        if not self._pdf:
            self.image.rotate()

    def _zoomed(self, percent: int) -> None:
        if self._stack.currentWidget() is self.image:
            self._percent.setText(f"{percent} %")

    def _back(self) -> None:
        self.turned.emit(-1)

    def _next(self) -> None:
        self.turned.emit(1)

    def _turn_round(self) -> None:
        self.compared.emit(not self._old)
