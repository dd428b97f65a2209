"""The ring around what has the keyboard: 2 px accent, 2 px outside, only after a key was used."""

from PySide6.QtCore import QEvent, QMetaObject, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from shiboken6 import isValid

from desktop.theme import theme

_OUT = 4  # 2 px of air and 2 px of ring
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show, QEvent.Type.UpdateRequest)


class FocusRing(QWidget):
    """Lies over the window and lets the mouse through. Inputs show focus in their own frame and get none."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []  # the target and what it stands in: each of them may move it
        self._told: list[QMetaObject.Connection] = []
        self._keys = False
        self._later = QTimer(self, singleShot=True, interval=0)  # once what a key or a scroll did is done
        self._later.timeout.connect(self._place)
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
            self._later.start()
        elif kind == QEvent.Type.MouseButtonPress:
            self.used_keys(False)
        elif kind in _MOVES and watched is self._target:
            self._place()
        elif kind in _MOVES:
            self._later.start()
        return False

    def _moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        for part in filter(isValid, self._watched):
            part.removeEventFilter(self)
        for told in self._told:
            QObject.disconnect(told)
        self._watched, self._told = [], []
        inside = now is not None and now.window() is self.window()
        self._target = now if inside else None
        around = self._target
        while around is not None and around is not self.window():
            around.installEventFilter(self)
            self._watched.append(around)
            around = around.parentWidget()
        if isinstance(now, QAbstractScrollArea) and inside:
            bars = (now.verticalScrollBar(), now.horizontalScrollBar())
            self._told = [bar.valueChanged.connect(self.follow) for bar in bars]
        if isinstance(now, QAbstractItemView) and inside and now.selectionModel() is not None:
            self._told.append(now.selectionModel().currentChanged.connect(self.follow))
        self._place()

    def follow(self, *_: object) -> None:
        """Something moved under the ring."""
        self._later.start()

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
