"""The ring around what has the keyboard: 2 px accent, 2 px outside, only after a key was used."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from shiboken6 import isValid

from desktop.theme import theme

_OUT = 4  # 2 px of air and 2 px of ring
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show, QEvent.Type.UpdateRequest)


class FocusRing(QWidget):
    """Lies over the window and lets the mouse through. Inputs show focus in their own frame and get none."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self._keys = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("")
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._moved)
        theme().changed.connect(self.update)

    def watch_keys(self) -> None:
        """Call once the window has its native handle: keys and presses pass there, one event each."""
        handle = self.window().windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def used_keys(self, keys: bool) -> None:
        if keys != self._keys:
            self._keys = keys
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            self.used_keys(True)
        elif kind == QEvent.Type.MouseButtonPress:
            self.used_keys(False)
        elif watched is self._target and kind in _MOVES:
            self._place()
        return False

    def _moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._target is not None and isValid(self._target):
            self._target.removeEventFilter(self)
        inside = now is not None and now.window() is self.window()
        self._target = now if inside else None
        if self._target is not None:
            self._target.installEventFilter(self)
        self._place()

    def follow(self) -> None:
        """Something scrolled under the ring."""
        self._place()

    def _place(self) -> None:
        target = self._target
        if (
            target is None
            or not isValid(target)
            or not self._keys
            or not target.isVisible()
            or isinstance(target, QLineEdit | QComboBox | QPlainTextEdit)
        ):
            self.hide()
            return
        own = getattr(target, "focus_rect", None)
        rect: QRect = own() if own is not None else target.rect()
        room = self.window().rect()
        parent = target.parentWidget()
        while parent is not None and parent is not self.window():
            if isinstance(parent.parentWidget(), QAbstractScrollArea):
                view = QRect(parent.mapTo(self.window(), QPoint()), parent.size())
                room = room.intersected(view.adjusted(-_OUT, -_OUT, _OUT, _OUT))
            parent = parent.parentWidget()
        placed = QRect(target.mapTo(self.window(), rect.topLeft()), rect.size()).adjusted(-_OUT, -_OUT, _OUT, _OUT)
        if not room.contains(placed):
            placed = placed.intersected(room)
        self.setGeometry(placed)
        self.setVisible(not placed.isEmpty())
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("accent"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
