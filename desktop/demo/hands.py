"""What a person does at a window: looks for a thing by its name, waits until it is still, clicks, types, chooses.

Every click and key is a real event at a real widget; nothing here knows what stands behind it. Whatever has to come is
waited for; what does not come within its time raises Stuck with one sentence that says what was waited for. Lists are
`hand_rows`', files `hand_files`', reading and pictures `eyes`'.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)
PATIENCE = 180.0  # seconds: ends a story that hangs; on a machine that is merely busy nothing takes as long
STILL = 60.0  # seconds after which one clicks although the page is still at work
GLANCE = 3.0  # seconds after which one who clicked looks whether it was the right place, and clicks again
STEP_MS = 15


class Stuck(Exception):
    """Something that had to come did not."""


def wait(until: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """The first true answer, while the windows go on living; raises Stuck.

    A widget that goes away while one looks at it is one that has not come yet.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = until()
        except RuntimeError as error:
            if not _gone(error):
                raise
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            raise Stuck(f"等了 {seconds:g} 秒没有等到：{what}")
        QTest.qWait(STEP_MS)


def _gone(error: RuntimeError) -> bool:
    """A widget went away under the hand: the page was laid out anew."""
    return "already deleted" in str(error)


# a default for a type variable: the checker has no word for it before Python 3.13
def find(root: QWidget, name: str, kind: type[W] = QWidget, seconds: float = PATIENCE) -> W:  # type: ignore[assignment]
    """The widget of this objectName that can be seen."""

    def look() -> W | None:
        return next((one for one in root.findChildren(kind, name) if one.isVisible()), None)

    return wait(look, f"窗口里的“{name}”", seconds)


def there(root: QWidget, name: str) -> bool:
    """Whether it can be seen just now."""
    return any(one.isVisible() for one in root.findChildren(QWidget, name))


def calm(root: QWidget, seconds: float = STILL) -> None:
    """Until nothing of the page is on its way, as far as the page can tell; a page that never rests is clicked too."""
    deadline = time.monotonic() + seconds
    rests = 0
    while rests < 2 and time.monotonic() < deadline:
        page = getattr(root.window(), "page", None)
        rests = rests + 1 if getattr(page, "settled", True) else 0
        QTest.qWait(STEP_MS)


def press(root: QWidget, name: str, seconds: float = PATIENCE) -> None:
    """Click a button, once it can be clicked and stands still."""
    calm(root)

    def look() -> QWidget | None:
        return next((one for one in root.findChildren(QWidget, name) if one.isVisible() and one.isEnabled()), None)

    _click(look, f"“{name}”可以点", seconds)


def press_words(root: QWidget, words: str, seconds: float = PATIENCE) -> None:
    """Click the button that says this."""
    calm(root)

    def look() -> QWidget | None:
        buttons = (one for one in root.findChildren(QAbstractButton) if one.isVisible() and one.isEnabled())
        return next((one for one in buttons if words in (one.text() or one.accessibleName())), None)

    _click(look, f"按钮“{words}”", seconds)


def _click(look: Callable[[], QWidget | None], what: str, seconds: float) -> None:
    """Where a page is laid out anew while the hand comes down, the hand follows."""
    seen: list[tuple[int, QPoint]] = []

    def still() -> QWidget | None:
        button = look()
        if button is None:
            seen.clear()
            return None
        reveal(button)
        seen.append((id(button), button.mapToGlobal(button.rect().center())))
        return button if len(seen) > 1 and seen[-1] == seen[-2] else None

    QTest.mouseClick(wait(still, what, seconds), Qt.MouseButton.LeftButton)


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


def write(root: QWidget, name: str, words: str, seconds: float = PATIENCE) -> None:
    """Put the cursor into a field, take out what is there and type; typed again where the page put something else."""
    calm(root)
    for _ in range(3):
        try:
            fill(find(root, name, seconds=seconds), words)
        except RuntimeError as error:
            if not _gone(error):
                raise
            continue
        if _has(root, name, words):
            return
    raise Stuck(f"“{name}”里填不进“{words}”")


def _has(root: QWidget, name: str, words: str) -> bool:
    """Whether the field says so; a field that has gone led somewhere else."""
    part = next((one for one in root.findChildren(QWidget, name) if one.isVisible()), None)
    return part is None or _bare(words) in _bare(said_in(part))


def said_in(widget: QWidget) -> str:
    """What stands in a field."""
    editor = editor_in(widget)
    if isinstance(editor, QComboBox):
        return editor.currentText()
    return editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()


def _bare(words: str) -> str:
    return re.sub(r"[\W_]", "", words)


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


def choose(root: QWidget, name: str, words: str, seconds: float = PATIENCE) -> None:
    """Choose the entry of a list that says this, with the keyboard, once the list has it."""
    calm(root)

    def ready() -> QComboBox | None:
        box = next((one for one in root.findChildren(QWidget, name) if one.isVisible()), None)
        editor = editor_in(box) if box is not None else None
        return editor if isinstance(editor, QComboBox) and _place(editor, words) >= 0 else None

    box = wait(ready, f"列表“{name}”里的“{words}”这一项", seconds)
    reveal(box)
    pick(box, words)


def _place(box: QComboBox, words: str) -> int:
    return next((index for index in range(box.count()) if words in box.itemText(index)), -1)


def pick(box: QComboBox, words: str, seconds: float = PATIENCE) -> None:
    """Go with the arrow keys to what says this; a list that is filled anew meanwhile is gone through again."""
    name = box.objectName()
    wait(lambda: _place(box, words) >= 0, f"列表“{name}”里的“{words}”这一项", seconds)
    view = box.view()
    if view is not None and view.isVisible():  # its list is open already

        def reached() -> bool:
            at, now = _place(box, words), view.currentIndex().row()
            if at != now:
                QTest.keyClick(view, Qt.Key.Key_Down if now < at else Qt.Key.Key_Up)
            return bool(at == view.currentIndex().row())

        wait(reached, f"“{name}”选到“{words}”", seconds)
        QTest.keyClick(view, Qt.Key.Key_Return)
        QTest.qWait(STEP_MS)
        return
    box.setFocus()

    def chosen() -> bool:
        at, now = _place(box, words), box.currentIndex()
        if at != now:
            QTest.keyClick(box, Qt.Key.Key_Down if now < at else Qt.Key.Key_Up)
        return bool(at == box.currentIndex())

    wait(chosen, f"“{name}”选到“{words}”", seconds)


def keys(widget: QWidget, key: Qt.Key, *, ctrl: bool = False) -> None:
    """One key, with Ctrl or without."""
    modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(widget, key, modifier)


def again_until(act: Callable[[], object], there_is: Callable[[], object], what: str) -> None:
    """Click, look, and click once more where something moved under the hand."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            act()
            wait(there_is, what, GLANCE)
        except Stuck as stuck:
            if time.monotonic() > deadline:
                raise Stuck(f"试了又试没有做成：{what}（{stuck}）") from None
            continue
        return


def turn_to(root: QWidget, name: str, words: str) -> None:
    """Click the tab that says this."""
    calm(root)
    bar = find(root, name, QTabBar)
    wait(lambda: _tab(bar, words) >= 0, f"“{name}”里的“{words}”")
    at = _tab(bar, words)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(at).center())
    wait(lambda: bar.currentIndex() == at, f"“{name}”转到“{words}”")
    calm(root)


def _tab(bar: QTabBar, words: str) -> int:
    return next((at for at in range(bar.count()) if words in bar.tabText(at)), -1)


def tick_choices(words: Sequence[str]) -> None:
    """Tick these in the list of ticks that has just opened, and close it with Esc."""
    popup = wait(QApplication.activePopupWidget, "可以勾选的列表")
    for one in words:
        boxes = [box for box in popup.findChildren(QCheckBox) if box.text() == one]
        if not boxes:
            raise Stuck(f"可以勾选的列表里没有“{one}”")
        if not boxes[0].isChecked():
            reveal(boxes[0])
            QTest.keyClick(boxes[0], Qt.Key.Key_Space)
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    wait(lambda: QApplication.activePopupWidget() is None, "可以勾选的列表关上")
