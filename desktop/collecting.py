"""Rubbish is collected on the screen's thread only.

Python's cyclic collector runs on whichever thread happens to allocate. A window that was closed and hangs in a cycle is
then destroyed on the thread of the sync or of a lane, and Qt stops the process. So the automatic collector is switched
off and this one asks the same thresholds from a timer of the screen's thread.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QObject, QTimer

EVERY = 200  # ms
OLDEST_EVERY = 20_000  # ms: the whole heap is only looked through now and then, it takes longer than a frame


class Collector(QObject):
    """Lives as long as the application."""

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        gc.disable()
        self._since = QElapsedTimer()
        self._since.start()
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        """The oldest generation that is due, as the automatic collector would."""
        for generation in (2, 1, 0):
            due = gc.get_count()[generation] > gc.get_threshold()[generation]
            if due and (generation < 2 or self._since.elapsed() > OLDEST_EVERY):
                gc.collect(generation)
                if generation == 2:
                    self._since.restart()
                return


def collect_here(app: QCoreApplication) -> None:
    """From now on; asked again it does nothing."""
    if app.findChild(Collector) is None:
        Collector(app)
