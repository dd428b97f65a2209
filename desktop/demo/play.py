"""The demo itself: the whole story on a screen that nobody looks at, or the sample association for a person to try."""

from __future__ import annotations

import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import keyring
from keyring.backends import fail
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.demo import hands
from desktop.demo.book import Book
from desktop.demo.server_process import ServerFailed
from desktop.demo.stage import SIZE, Stage
from desktop.demo.story import tell
from desktop.demo.verify import problems
from desktop.smoothness import Smoothness

TROUBLE = "trouble.txt"
ROLES = ("unit_main", "agency", "association_review", "association_finance", "admin")


def play(work: Path, out: Path, pack: str, *, seed: int, story: Callable[[Book], object] = tell) -> int:
    """Every step, then the proof from what was left behind; 0 only if all of it held. `story`: another, shorter one."""
    _screen()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]  # the person's own vault stays as it is
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    _say(f"演示开始，结果放在 {out}")
    began = time.monotonic()
    _clear(out)
    stage = Stage(work / "stage", out, pack, seed=seed)
    book = Book(stage, _say)
    try:
        stage.raise_curtain()
        story(book)
        stage.keep_evidence(stage.person("unit_main").desk.session.key)
        _bugs(stage)
    except (hands.Stuck, ServerFailed) as problem:
        _failed(book, str(problem))
        return 1
    except Exception:  # whatever it was: one sentence here, the rest in a file
        (out / TROUBLE).write_text(traceback.format_exc(), encoding="utf-8")
        _failed(book, f"演示自己出了差错，经过写在 {out / TROUBLE}")
        return 1
    finally:
        ended = _end(stage, out)
    wrong = problems(out, whole=story is tell)
    if not ended:
        wrong.append(f"收场时出了差错，经过写在 {out / TROUBLE}")
    for words in wrong:
        sys.stderr.write(f"{words}\n")
    if wrong:
        return 1
    _say(f"{len(book.steps)} 步全部做成，用时 {time.monotonic() - began:.0f} 秒")
    return 0


def _clear(out: Path) -> None:
    """What an earlier run left there would be taken for this one's."""
    for name in ("*.png", "*.pdf", "*.db", "*.json", "*.log", TROUBLE):
        for file in out.glob(name):
            file.unlink()


def _bugs(stage: Stage) -> None:
    """An error that only stands in a window is one all the same."""
    for person in stage.people.values():
        if person.bugs.last is not None:
            raise person.bugs.last


def _failed(book: Book, words: str) -> None:
    """One sentence, what stood on the screens, what the server said."""
    stage = book.stage
    after = book.steps[-1].step if book.steps else "开始"
    sys.stderr.write(f"“{after}”之后的一步没有做成：{words}\n")
    for role, person in stage.people.items():
        if person.program.window is not None:
            person.program.window.grab().save(str(stage.out / f"failed-{role}.png"))
    logs = {f"failed-{role}.log": person.folder / "log" / "huiban.log" for role, person in stage.people.items()}
    for name, log in {**logs, "failed-server.log": stage.server.log}.items():
        if log.exists():
            shutil.copy(log, stage.out / name)


def _end(stage: Stage, out: Path) -> bool:
    """Windows, server and line end, whatever happened; trouble in doing so is written down."""
    try:
        stage.close()
    except Exception:  # the story has its end already: what fails in clearing up must not hide it
        with (out / TROUBLE).open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc())
        return False
    return True


def sit_down(work: Path, pack: str, *, seed: int) -> int:
    """A server with the sample association, and the program as on its first day. Closing the window ends both."""
    app = _screen()
    out = work / "out"
    out.mkdir()
    stage = Stage(work / "stage", out, pack, seed=seed)
    try:
        stage.raise_curtain(configured=True)
        person = stage.person("unit_main")
        _say(f"邀请文件：{stage.server.invitation()}")
        for role in ROLES:
            account = next(one for one in stage.sample["accounts"] if one["role"] == role)
            _say(f"账号：{account['login']}　初始密码：{stage.first_password(account['login'])}")
        person.program.closed.connect(app.quit)
        person.start()
        person.window.resize(*SIZE)
        return app.exec()
    except (hands.Stuck, ServerFailed) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    finally:
        stage.close()


def _screen() -> QApplication:
    made = QApplication.instance()
    app = made if isinstance(made, QApplication) else QApplication(["huiban"])
    app.setApplicationName("huiban")
    app.setApplicationDisplayName("会办")
    app.setQuitOnLastWindowClosed(False)
    theme.install(app)
    Smoothness(app)
    return app


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
