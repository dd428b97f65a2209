"""Looking at one paper in a window of its own beside the work: a picture or a PDF; Esc closes it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.context import Context
from desktop.theme import theme
from desktop.widgets.notes import EmptyState
from desktop.widgets.previews import ImageDesk, PdfPreview
from sync.store.errors import BlobMissing, StoreFailure
from sync.store.local import LocalStore, Reader


class PaperWindow(QDialog):
    """Not modal: one may go on typing with the paper beside."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName("preview")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 720)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_bytes(self, data: bytes) -> None:
        if data.startswith(b"%PDF"):
            paper = PdfPreview(name=self.windowTitle())
            paper.show_bytes(data)
            self._layout.addWidget(paper)
        else:
            desk = ImageDesk()
            desk.show_bytes(data, self.windowTitle())
            self._layout.addWidget(desk)

    def show_words(self, words: str, remedy: str) -> None:
        self._layout.addWidget(EmptyState(words, remedy, icon="file"))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().colour("surface"))


def read_paper(store: LocalStore, account: str, sha256: str) -> bytes:
    """The plain bytes of a paper that is on this machine."""
    with store.files.open(account, sha256) as reader:
        return reader.read()


def show_paper(context: Context, parent: QWidget, title: str, sha256: str) -> None:
    """Read it on the lane, then show it, or say why it cannot be shown."""

    def work(_reader: Reader) -> bytes:
        return read_paper(context.store, context.account, sha256)

    def done(data: bytes) -> None:
        window = PaperWindow(title, parent)
        window.show_bytes(data)
        window.show()

    def failed(error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        window = PaperWindow(title, parent)
        later = "联网后会自动取来，到时再看。" if isinstance(error, BlobMissing) else error.remedy
        window.show_words(error.sentence, later)
        window.show()

    context.read(work, done, failed)
