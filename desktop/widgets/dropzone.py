"""Where a file comes in: chosen, dragged in or pasted; a scanner's folder is the page's business.

zone = DropZone(limits="JPEG、PNG、PDF，不超过 10 MB。", patterns=("*.jpg", "*.png", "*.pdf"), folders=False)
zone.files_dropped   Signal(list[str])   paths of files, or of folders if they are allowed
zone.image_pasted    Signal(bytes)       a PNG from the clipboard
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Icon, Label, show_if
from desktop.widgets.buttons import Button

ROOMY = 300  # px from which there is room to say that one can paste


def png_bytes(image: QImage) -> bytes:
    """A picture from the clipboard as a file would hold it."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know bytes only, Qt takes a str
    return bytes(buffer.data().data())


class _Target(QWidget):
    """The dashed rectangle; Space or Enter chooses a file, Ctrl+V pastes."""

    chosen = Signal()
    pasted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lit = False
        self.setFixedHeight(48)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(look.colour("accent" if self.lit else "field"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(look.colour("accent_soft" if self.lit else "ground"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class DropZone(QWidget):
    """Takes files by choosing, dragging and pasting, and says below what it takes."""

    files_dropped = Signal(list)
    image_pasted = Signal(bytes)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        limits: str = "",
        patterns: Sequence[str] = ("*",),
        folders: bool = False,
        name: str = "附件",
        many: bool = True,
    ) -> None:
        super().__init__(parent)
        self._patterns, self._folders, self._name, self._many = tuple(patterns), folders, name, many
        self._low, self._calm = False, True
        self.target = _Target(self)
        self.target.setObjectName("drop")
        pick = Button("选文件", "link", name=f"{name}：选文件", font="panel_body")
        pick.setObjectName("drop.choose")
        pick.setFixedHeight(32)
        inside = QHBoxLayout(self.target)
        inside.setContentsMargins(16, 0, 16, 0)
        inside.setSpacing(6)
        inside.addStretch(1)
        inside.addWidget(Icon("upload", "text2", 16))
        inside.addWidget(Label("拖到这里，或", "panel_body", "text2"))
        inside.addWidget(pick)
        self._keys = Label("·粘贴 Ctrl+V", "panel_body", "text2")
        inside.addWidget(self._keys)
        inside.addStretch(1)
        self._limits = Label(limits, "secondary", "text2", wrap=True)
        show_if(self._limits, bool(limits))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.target)
        layout.addWidget(self._limits)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.target.setAccessibleName(f"{name}：拖入、选择或粘贴文件")
        self.target.setAccessibleDescription(limits)
        self.target.chosen.connect(self.choose)
        self.target.pasted.connect(self.paste)
        pick.clicked.connect(self.choose)

    def minimumSizeHint(self) -> QSize:
        """Without the words about pasting: they are shown where there is room."""
        hint = super().minimumSizeHint()
        return QSize(hint.width() - (0 if self._keys.isHidden() else self._keys.sizeHint().width() + 6), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keys.setVisible(self.width() >= ROOMY)
        self._tell()

    def set_low(self, low: bool) -> None:
        """On a low window the limits go into the tooltip and the target is as high as a button."""
        self._low = low
        self.target.setFixedHeight(36 if low else 48)
        show_if(self._limits, bool(self._limits.text()) and not (low and self._calm))
        self._tell()

    def _tell(self) -> None:
        keys = "" if self._keys.isVisibleTo(self) else "也可以按 Ctrl+V 粘贴。"
        self.target.setToolTip("\n".join(filter(None, [self._limits.text() if self._limits.isHidden() else "", keys])))

    def set_words(self, words: str, role: str = "text2") -> None:
        """What was wrong with the last file, or the limits again."""
        self._limits.setText(words)
        self._limits.set_role(role)
        self._calm = role == "text2"
        show_if(self._limits, bool(words) and not (self._low and self._calm))
        self.target.setAccessibleDescription(words)

    def choose(self) -> None:
        dialog = QFileDialog(self, f"选择{self._name}")
        dialog.setNameFilter(f"{self._name} ({' '.join(self._patterns)})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if self._many else QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.files_dropped)
        dialog.open()

    def paste(self) -> None:
        """A file copied in the file manager, or a picture copied anywhere."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        paths = self._paths(data)
        if paths:
            self.files_dropped.emit(paths)
        elif data is not None and data.hasImage():
            self.image_pasted.emit(png_bytes(QGuiApplication.clipboard().image()))
        else:
            self.set_words("剪贴板里没有文件或图片，请先复制文件，或截图后再粘贴。", "warn")

    def _paths(self, data: QMimeData | None) -> list[str]:
        if data is None:  # an empty clipboard
            return []
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        return [str(path) for path in paths if self._folders or not path.is_dir()]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._paths(event.mimeData()):
            event.acceptProposedAction()
            self._light(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        paths = self._paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths if self._many else paths[:1])

    def _light(self, lit: bool) -> None:
        self.target.lit = lit
        self.target.update()
