"""No search for rubbish while a batch is decided, however many batches overlap."""

from __future__ import annotations

import gc
import threading

LONG = 50  # batches that overlapped without a pause


class Calm:
    """A batch makes many values and few cycles: looking for cycles all the while would cost a quarter of its time.

    As long as any batch sits nothing is collected; where they never pause, the young values are, after each so many.
    """

    def __init__(self) -> None:
        self._lock, self._sitting, self._since, self._was = threading.Lock(), 0, 0, True

    def __enter__(self) -> None:
        with self._lock:
            if not self._sitting:
                self._was = gc.isenabled()
                gc.disable()
            self._sitting += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._sitting -= 1
            self._since = self._since + 1 if self._sitting else 0
            if not self._sitting and self._was:
                gc.enable()
            elif self._since >= LONG:
                self._since = 0
                gc.collect(1)


CALM = Calm()
