"""Whatever goes wrong ends in one sentence: in commands and in the window; a report names places, nobody's values."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from desktop.desk import Desk
from sync.ports import StorePort
from sync.runner import SyncRunner
from tests.desktop.sample_desk import no_session, sample_desk, the_pack
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
SECRET = "440104199003120811 陈喆"


def run(code: str, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A fresh process that does this."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HUIBAN_DATA": str(data), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


HUIBAN = "import sys\nfrom desktop.cli import main\nsys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("frob", "没有“frob”这个命令或选项。用法见 huiban --help。"),
        ("explain", "还缺少 --pack、--cases。用法见 huiban explain --help。"),
        ("explain --pack", "--pack 后面还要写一个值。用法见 huiban explain --help。"),
        ("pack check --frob", "不认识 --frob。用法见 huiban --help。"),
        ("demo --seed x", "--seed 后面的值不能用。用法见 huiban demo --help。"),
        ("backup", "还缺少 FILE。用法见 huiban backup --help。"),
        ("backup x.backup", "这台电脑上还没有会办的资料。请用协会发来的邀请文件开始。"),
        ("restore none.backup", "没有恢复码。请从标准输入给出恢复码。"),
        ("handover give x.handover", "这台电脑上还没有会办的资料。请用协会发来的邀请文件开始。"),
        ("sync", "这台电脑上还没有会办的资料。请用协会发来的邀请文件开始。"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_in_one_line(words: str, said: str, tmp_path: Path) -> None:
    done = run(HUIBAN, tmp_path / "data", *words.split())
    assert done.stderr == said + "\n"
    assert done.stdout == ""
    assert done.returncode != 0


BROKEN = f"""
import sys
from desktop import cli
from desktop.commands import pack
def run(arguments):
    raise ValueError("{SECRET}")
pack.run = run
sys.exit(cli.main(["pack", "schema"]))
"""


def test_a_bug_in_a_command_is_a_sentence_and_a_report_without_values(tmp_path: Path) -> None:
    done = run(BROKEN, tmp_path / "data")
    report = tmp_path / "data" / "log" / "command.log"
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "这个命令没有完成" in done.stderr
    assert str(report) in done.stderr
    text = report.read_text(encoding="utf-8")
    assert "ValueError" in text
    assert "desktop.cli:" in text
    assert "陈喆" not in text + done.stderr
    assert "440104" not in text + done.stderr


def test_a_full_disk_in_a_command_is_told_with_its_remedy(tmp_path: Path) -> None:
    done = run(BROKEN.replace(f'ValueError("{SECRET}")', "OSError(28, 'x')"), tmp_path / "data")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("磁盘满了")


WINDOW = f"""
import threading
from pathlib import Path
import os
import desktop
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from desktop.background import Lane
from desktop.bugs import Bugs
app = QApplication([])
bugs = Bugs(Path(os.environ["HUIBAN_DATA"]) / "log")
bugs.install()
bugs.told.connect(lambda words, role: (print(role, words), app.quit()))
def broken(*_):
    raise ValueError("{SECRET}")
class Page(QWidget):
    def paintEvent(self, event):
        broken()
{{what}}
app.exec()
bugs.close()
"""


@pytest.mark.parametrize(
    "what",
    [
        "QTimer.singleShot(0, broken)",
        "thread = threading.Thread(target=broken); thread.start(); thread.join()",
        'lane = Lane("x", failed=bugs.handle); lane.run(broken)',
        "page = Page(); page.show()",
        'lane = Lane("x", failed=bugs.handle); lane.run(lambda: 1, done=broken)',
    ],
    ids=["slot", "thread", "lane", "paint", "answer"],
)
def test_a_bug_in_the_window_is_told_on_the_window(what: str, tmp_path: Path) -> None:
    done = run(WINDOW.replace("{what}", what), tmp_path / "data")
    assert done.returncode == 0
    assert done.stdout.startswith("bad 会办自己出了差错")
    text = (tmp_path / "data" / "log" / "huiban.log").read_text(encoding="utf-8")
    assert "ValueError" in text
    assert "Traceback" not in done.stderr
    assert "陈喆" not in text + done.stderr + done.stdout


class BrokenStore:
    """A store port with a bug in it."""

    def __getattr__(self, name: str) -> object:
        raise LookupError(SECRET)


def test_a_sync_that_ended_by_a_bug_is_told_on_the_window(tmp_path: Path, qtbot: QtBot) -> None:
    errors: list[BaseException] = []
    with sample_desk(tmp_path) as there:
        session = no_session(there.account)
        desk = Desk(there.store, session, the_pack(), failed=errors.append)
        with qtbot.waitSignal(desk.noticed):
            runner = SyncRunner(cast(StorePort, BrokenStore()), session, desk._heard.emit)
            runner.start()
            runner.stop()
        desk.shell.close()
    assert isinstance(runner.crashed, LookupError)
    assert errors == [runner.crashed]
