"""The floor of a cold start and of a desk's memory: an empty PySide6 window. Says when it was painted, and its peak."""

from __future__ import annotations

import resource
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class Empty(QMainWindow):
    """Nothing in it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        print("painted", time.monotonic(), flush=True)
        QTimer.singleShot(0, QApplication.quit)


def main() -> int:
    """Until it has been painted once."""
    app = QApplication(sys.argv)
    window = Empty()
    window.resize(1366, 768)
    window.show()
    status = app.exec()
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return status


if __name__ == "__main__":
    sys.exit(main())
