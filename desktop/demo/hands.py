"""What a person does at a window: looks for a thing by its name, clicks, types, waits for what comes, takes a picture.

Every click and key is a real event at a real widget; nothing here knows what stands behind it. A thing that does not
come within its time raises Stuck, with one sentence that says what was waited for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from desktop.rows_delegate import SIDE, act_rects
from desktop.rows_model import CELL_ROLE, Cell
from desktop.rows_view import RowsView

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)
PATIENCE = 30.0  # seconds that a person would wait here before saying that it does not work
STEP_MS = 15


class Stuck(Exception):
    """Something that had to come did not."""


def wait(until: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """The first true answer, while the windows go on living; raises Stuck."""
    deadline = time.monotonic() + seconds
    while True:
        found = until()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Stuck(f"等了 {seconds:g} 秒没有等到：{what}")
        QTest.qWait(STEP_MS)


def find(root: QWidget, name: str, kind: type[W] = QWidget, seconds: float = PATIENCE) -> W:  # type: ignore[assignment]
    """The widget of this objectName that can be seen."""

    def look() -> W | None:
        return next((one for one in root.findChildren(kind, name) if one.isVisible()), None)

    return wait(look, f"窗口里的“{name}”", seconds)


def there(root: QWidget, name: str) -> bool:
    """Whether it can be seen just now."""
    return any(one.isVisible() for one in root.findChildren(QWidget, name))


def press(root: QWidget, name: str, seconds: float = PATIENCE) -> None:
    """Click a button, once it can be clicked."""
    button = find(root, name, QWidget, seconds)
    wait(lambda: button.isEnabled(), f"“{name}”可以点", seconds)
    reveal(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def press_words(root: QWidget, words: str, seconds: float = PATIENCE) -> None:
    """Click the button that says this."""

    def look() -> QAbstractButton | None:
        buttons = (one for one in root.findChildren(QAbstractButton) if one.isVisible() and one.isEnabled())
        return next((one for one in buttons if words in (one.text() or one.accessibleName())), None)

    button = wait(look, f"按钮“{words}”", seconds)
    reveal(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def reveal(widget: QWidget) -> None:
    """Scroll to it, as one does before one clicks."""
    part: QWidget | None = widget.parentWidget()
    while part is not None:
        ensure = getattr(part, "ensureWidgetVisible", None)
        if ensure is not None:
            ensure(widget, 0, 60)
        part = part.parentWidget()
    QTest.qWait(STEP_MS)


def editor_in(widget: QWidget) -> QLineEdit | QPlainTextEdit | QComboBox:
    """What takes the keys: the widget itself or the editor inside it."""
    if isinstance(widget, QLineEdit | QPlainTextEdit | QComboBox):
        return widget
    for kind in (QLineEdit, QPlainTextEdit, QComboBox):
        inner = widget.findChild(kind)
        if isinstance(inner, QLineEdit | QPlainTextEdit | QComboBox):
            return inner
    raise Stuck(f"“{widget.objectName()}”里没有可以填写的地方")


def write(root: QWidget, name: str, words: str) -> None:
    """Put the cursor into a field, take out what is there and type."""
    fill(find(root, name), words)


def fill(widget: QWidget, words: str) -> None:
    """Type into this editor, or choose from it if it is a list."""
    editor = editor_in(widget)
    reveal(editor)
    if isinstance(editor, QComboBox) and not editor.isEditable():
        pick(editor, words)
        return
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    type_words(editor, words)
    QTest.qWait(STEP_MS)


def type_words(editor: QWidget, words: str) -> None:
    """ASCII comes from keys, everything else from an input method, as with a person."""
    for part in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", words):
        if part.isascii():
            QTest.keyClicks(editor, part)
        else:
            event = QInputMethodEvent()
            event.setCommitString(part)
            QApplication.sendEvent(editor, event)


def choose(root: QWidget, name: str, words: str) -> None:
    """Choose the entry of a list that says this, with the keyboard."""
    box = editor_in(find(root, name))
    if not isinstance(box, QComboBox):
        raise Stuck(f"“{name}”不是可以选择的列表")
    reveal(box)
    pick(box, words)


def pick(box: QComboBox, words: str) -> None:
    """Go down a list with the arrow key to what says this."""
    at = next((index for index in range(box.count()) if words in box.itemText(index)), -1)
    if at < 0:
        raise Stuck(f"“{box.objectName()}”里没有“{words}”这一项")
    view = box.view()
    if view is not None and view.isVisible():  # its list is open already
        QTest.keyClick(view, Qt.Key.Key_Home)
        for _ in range(box.count()):
            if view.currentIndex().row() == at:
                break
            QTest.keyClick(view, Qt.Key.Key_Down)
        QTest.keyClick(view, Qt.Key.Key_Return)
        QTest.qWait(STEP_MS)
        return
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.currentIndex() == at:
            break
        QTest.keyClick(box, Qt.Key.Key_Down)
    if box.currentIndex() != at:
        raise Stuck(f"“{box.objectName()}”选不到“{words}”")


def listed(root: QWidget, name: str, words: str) -> bool:
    """Whether a list of this name says so just now."""
    return any(row_of(view, words) is not None for view in root.findChildren(RowsView, name) if view.isVisible())


def row_of(view: RowsView, words: str) -> int | None:
    """The first row in which a cell says just this; else the first in which one says it among other words."""
    model, among = view.rows, None
    for place in range(model.rowCount()):
        for column in range(model.columnCount()):
            said = str(model.index(place, column).data(Qt.ItemDataRole.DisplayRole) or "")
            if said == words:
                return place
            if among is None and words in said + str(
                model.index(place, column).data(Qt.ItemDataRole.AccessibleTextRole) or ""
            ):
                among = place
    return among


def headed(root: QWidget, name: str, words: str) -> bool:
    """Whether a row of a list of this name begins with just these words."""
    return any(begins(view, words) for view in root.findChildren(RowsView, name) if view.isVisible())


def begins(view: RowsView, words: str) -> bool:
    """Whether one of its rows begins with just these words."""
    rows = range(view.rows.rowCount())
    return any(view.rows.index(place, 0).data(Qt.ItemDataRole.DisplayRole) == words for place in rows)


def row(root: QWidget, name: str, words: str, seconds: float = PATIENCE) -> tuple[RowsView, int]:
    """The list of this name and the row that says this, once it is there."""

    def look() -> tuple[RowsView, int] | None:
        for view in root.findChildren(RowsView, name):
            place = row_of(view, words) if view.isVisible() else None
            if place is not None:
                return view, place
        return None

    return wait(look, f"列表“{name}”里的“{words}”", seconds)


def click_row(root: QWidget, name: str, words: str, seconds: float = PATIENCE) -> None:
    """Put the cursor on a row."""
    _click_cell(root, name, words, _plain, seconds)


def open_row(root: QWidget, name: str, words: str, seconds: float = PATIENCE) -> None:
    """Enter on a row."""
    click_row(root, name, words, seconds)
    view, _ = row(root, name, words, seconds)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)


def tick_row(root: QWidget, name: str, words: str, seconds: float = PATIENCE) -> None:
    """Click into the check box of a row."""
    _click_cell(root, name, words, lambda _view: 0, seconds)


def act_row(root: QWidget, name: str, words: str, act: str, seconds: float = PATIENCE) -> None:
    """Click the link or button in a row: `act` is its key or what it says."""

    def hit() -> tuple[RowsView, QPoint] | None:
        views = [view for view in root.findChildren(RowsView, name) if view.isVisible()]
        for view in sorted(views, key=lambda one: not begins(one, words)):
            place = row_of(view, words)
            point = _act(view, place, act) if place is not None else None
            if point is not None:
                return view, point
        return None

    view, point = wait(hit, f"列表“{name}”里“{words}”的“{act}”", seconds)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)


def click_cell(root: QWidget, name: str, words: str, title: str) -> None:
    """Click into the cell of this row under this heading, twice as one does to write into it."""

    def column(view: RowsView) -> int:
        titles = [
            str(view.rows.headerData(at, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) or "")
            for at in range(view.rows.columnCount())
        ]
        if title not in titles:
            raise Stuck(f"列表“{name}”没有“{title}”这一列")
        return titles.index(title)

    _click_cell(root, name, words, column, PATIENCE)


def _click_cell(root: QWidget, name: str, words: str, column: Callable[[RowsView], int], seconds: float) -> None:
    """Click into a cell; a list that is made anew while the hand moves is looked for again."""
    for _ in range(5):
        view, place = row(root, name, words, seconds)
        try:
            point = _cell(view, place, column(view))
            QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
        except RuntimeError:  # the view went away meanwhile
            continue
        return
    raise Stuck(f"列表“{name}”一直在变，点不到“{words}”")


def save_in(folder: Path, press_it: Callable[[], object]) -> None:
    """Press what asks where to save, and take the proposed name in this folder, whenever the dialog comes."""
    timer = QTimer()
    answered: list[bool] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            timer.stop()
            dialog.setDirectory(str(folder))
            QTest.keyClick(dialog, Qt.Key.Key_Return)
            answered.append(True)

    timer.timeout.connect(answer)
    timer.start(100)
    press_it()
    try:
        wait(lambda: answered, "保存文件的对话框")
    finally:
        timer.stop()


def save_as(folder: Path, name: str, press_it: Callable[[], object]) -> Path:
    """As `save_in`; the file of the name that is proposed."""
    save_in(folder, press_it)
    file = folder / name
    wait(file.exists, f"文件 {name}")
    return file


def again_until(act: Callable[[], object], there_is: Callable[[], object], what: str, tries: int = 6) -> None:
    """Click, look, and click once more where a list moved under the hand."""
    for _ in range(tries):
        act()
        try:
            wait(there_is, what, 2)
        except Stuck:
            continue
        return
    raise Stuck(f"点了 {tries} 次没有等到：{what}")


def _cell(view: RowsView, place: int, column: int) -> QPoint:
    index = view.rows.index(place, column)
    view.scrollTo(index)
    reveal(view)
    return view.visualRect(index).center()


def _plain(view: RowsView) -> int:
    """A column without a check box."""
    return 1 if view.rows.ticks else 0


def _act(view: RowsView, place: int, act: str) -> QPoint | None:
    for column in range(view.rows.columnCount()):
        index = view.rows.index(place, column)
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            continue
        view.scrollTo(index)
        inner = view.visualRect(index).adjusted(SIDE, 1, -SIDE, 0)
        for one, rect in act_rects(list(cell.acts), inner, cell.align):
            if act in (one.key, one.words):
                centre: QPointF = rect.center()
                return centre.toPoint()
    return None


def keys(widget: QWidget, key: Qt.Key, *, ctrl: bool = False) -> None:
    """One key, with Ctrl or without."""
    modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(widget, key, modifier)


def says(root: QWidget, words: str, seconds: float = PATIENCE) -> None:
    """Wait until the window says this somewhere."""
    wait(lambda: words in everything(root), f"窗口上的“{words}”", seconds)


def everything(root: QWidget) -> str:
    """All words that can be read in the window just now."""
    found: list[str] = []
    for part in root.findChildren(QWidget):
        if not part.isVisible():
            continue
        for name in ("text", "full_text"):
            words = getattr(part, name, None)
            if callable(words):
                try:
                    found.append(str(words()))
                except TypeError:
                    continue
        if part.accessibleName():
            found.append(part.accessibleName())
        if isinstance(part, RowsView):
            model = part.rows
            found += [
                str(model.index(place, column).data(Qt.ItemDataRole.DisplayRole) or "")
                for place in range(min(model.rowCount(), 200))
                for column in range(model.columnCount())
            ]
    return "\n".join(found)


def settle(window: QWidget) -> None:
    """Let what was asked for arrive before a picture is taken."""
    for _ in range(8):
        QApplication.processEvents()
        QTest.qWait(STEP_MS)
    page = getattr(window, "page", None)
    if page is not None and hasattr(page, "settled"):
        deadline = time.monotonic() + 5
        while not page.settled and time.monotonic() < deadline:
            QTest.qWait(STEP_MS)


def picture(window: QWidget, file: Path) -> None:
    """What stands in the window now."""
    settle(window)
    if not window.grab().save(str(file)):
        raise Stuck(f"图片没有写成：{file}")


def drop(target: QWidget, files: Sequence[Path]) -> None:
    """Drag files from the folder window and let go over a place."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    where = QPointF(target.rect().center())
    for kind in (QDragEnterEvent, QDropEvent):
        place = where.toPoint() if kind is QDragEnterEvent else where
        event = kind(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, event)
    QTest.qWait(STEP_MS)
