"""What a person does with files: drags them in, pastes them, chooses them in a dialog, says where to save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp

from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from desktop.demo.hands import STEP_MS, calm, find, keys, reveal, wait


def drop(root: QWidget, name: str, files: Sequence[Path]) -> None:
    """Drag files or folders from the folder window and let go over a place."""
    target = _place(root, name)
    while not target.acceptDrops() and (outer := target.parentWidget()) is not None:
        target = outer  # as the window system does
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    where = QPointF(target.rect().center())
    for kind in (QDragEnterEvent, QDropEvent):
        event = kind(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, event)
    QTest.qWait(STEP_MS)


def paste_picture(root: QWidget, name: str, picture: bytes) -> None:
    """A screen shot taken elsewhere, then Ctrl+V here."""
    target = _place(root, name)
    QGuiApplication.clipboard().setImage(QImage.fromData(picture))
    target.setFocus()
    keys(target, Qt.Key.Key_V, ctrl=True)
    QTest.qWait(STEP_MS)


def _place(root: QWidget, name: str) -> QWidget:
    """In sight, once the page rests: while it does not, it may lay everything out anew."""
    find(root, name)
    calm(root)
    reveal(find(root, name))
    return find(root, name)


def choose_files(press_it: Callable[[], object], files: Sequence[Path]) -> None:
    """Press what asks for files and name them in the dialog."""
    said = " ".join(f'"{file.name}"' for file in files)

    def answer(dialog: QFileDialog) -> None:
        dialog.setDirectory(str(files[0].parent))
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        assert line is not None
        line.setText(said if len(files) > 1 else files[0].name)
        QTest.keyClick(line, Qt.Key.Key_Return)

    _dialog(press_it, answer, "选择文件的对话框")


def save_in(folder: Path, press_it: Callable[[], object]) -> None:
    """Press what asks where to save, and take the proposed name in this folder, whenever the dialog comes."""

    def answer(dialog: QFileDialog) -> None:
        dialog.setDirectory(str(folder))
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    _dialog(press_it, answer, "保存文件的对话框")


def save_as(folder: Path, press_it: Callable[[], object]) -> Path:
    """As `save_in`, in a new folder below this one, where nothing is overwritten; the file that came of it."""
    place = Path(mkdtemp(dir=folder))
    save_in(place, press_it)

    def made() -> Path | None:
        return next((file for file in place.iterdir() if file.stat().st_size), None)

    return wait(made, "存下来的文件")


def _dialog(press_it: Callable[[], object], answer: Callable[[QFileDialog], object], what: str) -> None:
    """The dialog may hold up whoever opened it: it is answered from a timer."""
    timer = QTimer()
    answered: list[bool] = []

    def look() -> None:
        dialog = next((one for one in QApplication.topLevelWidgets() if _asks(one)), None)
        if isinstance(dialog, QFileDialog):
            timer.stop()
            answer(dialog)
            answered.append(True)

    timer.timeout.connect(look)
    timer.start(60)
    try:
        press_it()
        wait(lambda: answered, what)
        wait(lambda: not any(_asks(one) for one in QApplication.topLevelWidgets()), f"{what}关上")
    finally:
        timer.stop()


def _asks(widget: QWidget) -> bool:
    return isinstance(widget, QFileDialog) and widget.isVisible()
