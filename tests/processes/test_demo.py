"""The demo as a process: its beginning holds and proves itself, trouble is one sentence, nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.demo.verify import problems
from tests.support.waiting import until

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]


def begun(what: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen", **variables}
    command = [sys.executable, "-P", "-m", "tests.processes.demo_parts", what, str(folder)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, cwd=folder, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")


def run(what: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    with begun(what, folder, **variables) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def left_running(folder: Path) -> list[str]:
    """Processes that still name this folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in words:
            found.append(words)
    return found


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Its sentences on standard error, without what Qt's unseen screen says there of itself."""
    return [line for line in done.stderr.splitlines() if line and "This plugin does not support" not in line]


def test_the_beginning_of_the_demo_holds_and_proves_itself(tmp_path: Path) -> None:
    vault = tmp_path / "vault.json"
    done = run("start", tmp_path, PYTHON_KEYRING_BACKEND="tests.benchmarks.vault.FileVault", BENCH_VAULT=str(vault))
    assert (done.returncode, said(done)) == (0, [])
    assert not vault.exists(), "nothing goes into the vault of whoever runs the demo"
    steps = json.loads((tmp_path / "out" / "story.json").read_text(encoding="utf-8"))
    assert [one["op_id"] for one in steps if one["op_id"]], "the list of people was delivered"
    assert all((tmp_path / "out" / one["picture"]).stat().st_size for one in steps if one["picture"])
    assert problems(tmp_path / "out", whole=False) == []
    assert problems(tmp_path / "out"), "a part of the story does not pass for the whole"
    assert left_running(tmp_path) == []


def test_a_bug_in_the_demo_is_one_sentence_and_a_file(tmp_path: Path) -> None:
    done = run("break", tmp_path)
    assert done.returncode == 1
    (sentence,) = said(done)
    assert sentence.startswith("“开始”之后的一步没有做成：演示自己出了差错")
    assert "KeyError: 'a bug'" in (tmp_path / "out" / "trouble.txt").read_text(encoding="utf-8")
    assert left_running(tmp_path) == []


def test_what_does_not_come_is_one_sentence_and_a_picture_of_the_window(tmp_path: Path) -> None:
    done = run("stuck", tmp_path)
    assert (done.returncode, said(done)) == (
        1,
        ["“开始”之后的一步没有做成：等了 0.2 秒没有等到：“first-run.nowhere”可以点"],
    )
    assert (tmp_path / "out" / "failed-unit_main.png").stat().st_size
    assert left_running(tmp_path) == []


def test_closing_the_window_of_the_demo_with_a_screen_ends_everything(tmp_path: Path) -> None:
    done = run("sit", tmp_path)
    assert (done.returncode, said(done)) == (0, [])
    assert "邀请文件：" in done.stdout
    assert done.stdout.count("初始密码：") == 5
    assert left_running(tmp_path) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_killed_leaves_no_server_behind(tmp_path: Path, how: signal.Signals) -> None:
    with begun("stay", tmp_path) as demo:
        assert demo.stdout is not None
        assert demo.stdout.readline().startswith("邀请文件：")
        assert len(left_running(tmp_path)) == 2, "the demo and its server"
        demo.send_signal(how)
    until(lambda: left_running(tmp_path) == [], "the end of its server")
