"""Rubbish is collected on the screen's thread, whoever made it."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import desktop, gc, threading
from PySide6.QtCore import QCoreApplication, QElapsedTimer
from desktop.collecting import Collector, collect_here

died = []

class Ring:
    def __init__(self):
        self.me = self
    def __del__(self):
        died.append(threading.current_thread() is threading.main_thread())

app = QCoreApplication([])
collect_here(app)
collect_here(app)
assert len(app.findChildren(Collector)) == 1 and not gc.isenabled()
worker = threading.Thread(target=lambda: [Ring() for _ in range(5000)] and None)
worker.start()
worker.join()
assert died == []
clock = QElapsedTimer()
clock.start()
while len(died) < 5000 and clock.elapsed() < 10000:
    app.processEvents()
print(len(died), all(died))
"""


def test_what_another_thread_leaves_behind_dies_on_the_screens_thread() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "5000 True"), done.stderr
