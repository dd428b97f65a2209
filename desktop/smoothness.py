"""What keeps the screen moving while lanes work: short turns, and full collections only when nobody would notice.

Python collects rubbish on whichever thread happens to allocate. A widget that hangs in a cycle would then be destroyed
on the thread of a lane or of the sync, and Qt stops the process. So nothing is collected but on the screen's thread.

With ten thousand people in memory a full collection of Python's stops every thread for a quarter of a second; and a
screen that has to ask a busy lane for the interpreter a hundred times a frame must not wait 5 ms each time.
"""

from __future__ import annotations

import gc
import sys
from time import monotonic

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from shiboken6 import isValid

TOUCHES = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)
TURN = 0.0001  # seconds a lane keeps the interpreter while another thread waits for it
TIDY = 20  # ms between small collections: one takes as long as much was made since the one before
LOOK = 15_000  # ms between looks
REST = 10.0  # seconds without a touch


class Smoothness(QObject):
    """One a program, for as long as it runs."""

    def __init__(self, app: QGuiApplication, *, every: int = LOOK) -> None:
        super().__init__(app)
        sys.setswitchinterval(TURN)
        gc.disable()
        self._touched = monotonic()
        self._watched: QWindow | None = None
        self._tidies = QTimer(self, interval=TIDY)
        self._tidies.timeout.connect(self.tidy)
        self._tidies.start()
        self._looks = QTimer(self, interval=every)
        self._looks.timeout.connect(self.look)
        self._looks.start()
        app.focusWindowChanged.connect(self._watch)

    @Slot()
    def tidy(self) -> None:
        """What is young and due, some 3 ms while ten thousand people come in. What is older waits for `look`."""
        if gc.get_count()[0] > gc.get_threshold()[0]:
            gc.collect(0)

    @Slot()
    def look(self) -> None:
        """Collect now if nobody would notice."""
        away = QGuiApplication.applicationState() != Qt.ApplicationState.ApplicationActive
        if (away or monotonic() - self._touched >= REST) and any(gc.get_count()[1:]):
            gc.collect()

    @Slot(QWindow)
    def _watch(self, window: QWindow | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = window
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Keys and presses pass the window's native handle, one event each."""
        if event.type() in TOUCHES:
            self._touched = monotonic()
        return False
