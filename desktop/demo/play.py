"""The whole story in order, on a screen that nobody looks at; or the sample association for a person to try."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.collecting import collect_here
from desktop.demo import hands
from desktop.demo.book import Book
from desktop.demo.scene_decide import pass_case, return_case
from desktop.demo.scene_fees import dues, exam
from desktop.demo.scene_form import come_back, fill_in
from desktop.demo.scene_papers import people_from_excel, receipt_paper
from desktop.demo.scene_pay import mend
from desktop.demo.scene_settings import set_values
from desktop.demo.scene_start import first_run
from desktop.demo.server_process import ServerFailed
from desktop.demo.stage import SIZE, Person, Stage

NUMBER = "2026000001"


def play(work: Path, out: Path, pack: str, *, seed: int) -> int:
    """Every step; 0 only if all of them held."""
    _screen()
    _say(f"演示开始，结果放在 {out}")
    began = time.monotonic()
    stage = Stage(work / "stage", out, pack, seed=seed)
    book = Book(stage, _say)
    try:
        stage.raise_curtain()
        _story(book)
        stage.keep_evidence()
        (out / "server-public-key.txt").write_text(server_key(stage.person("unit_main")) + "\n", encoding="utf-8")
    except (hands.Stuck, ServerFailed) as problem:
        after = book.steps[-1].step if book.steps else "开始"
        sys.stderr.write(f"“{after}”之后的一步没有做成：{problem}\n")
        for role, person in stage.people.items():
            if person.program.window is not None:
                person.program.window.grab().save(str(out / f"failed-{role}.png"))
        if stage.server.log.exists():
            shutil.copy(stage.server.log, out / "failed-server.log")
        return 1
    finally:
        stage.close()
    _say(f"{len(book.steps)} 步全部做成，用时 {time.monotonic() - began:.0f} 秒")
    return 0


def _story(book: Book) -> None:
    stage = book.stage
    unit, admin = stage.person("unit_main"), stage.person("admin")
    first_run(book, admin, pictures=False)
    set_values(book, admin)
    first_run(book, unit, pictures=True)
    people_from_excel(book, unit)
    fill_in(book, unit)
    receipt_paper(book, unit, come_back(book, unit))
    registration(book)
    dues(book, unit, stage.person("association_finance"))
    exam(book, unit)


def registration(book: Book) -> None:
    """The agency returns it, the unit mends and sends again, both desks pass."""
    stage = book.stage
    unit, agency, office = stage.person("unit_main"), stage.person("agency"), stage.person("association_review")
    first_run(book, agency, pictures=False)
    reason = "承诺书上没有写日期，请补写后重新扫描。"
    return_case(book, agency, NUMBER, reason, "会员服务机构退回")

    def pull_the_plug() -> None:
        stage.server.kill()
        stage.server.start()

    mend(book, unit, NUMBER, "看清退回原因后重新发起，正送时服务器断电又启动", queued=pull_the_plug)
    pass_case(book, agency, NUMBER, "会员服务机构通过")
    first_run(book, office, pictures=False)
    pass_case(book, office, NUMBER, "协会通过")


def server_key(person: Person) -> str:
    """The key that this desk proves receipts with, learnt by the fingerprint of its invitation."""
    desk = person.program.desk
    if desk is None:
        raise hands.Stuck(f"{person.name}没有登录")
    return desk.session.key


def sit_down(work: Path, pack: str, *, seed: int) -> int:
    """A server with the sample association, and the program as on its first day. Closing the window ends both."""
    app = _screen()
    out = work / "out"
    out.mkdir()
    stage = Stage(work / "stage", out, pack, seed=seed)
    try:
        stage.raise_curtain()
        person: Person = stage.person("unit_main")
        _say("邀请文件：" + str(stage.server.invitation()))
        for role in ("unit_main", "agency", "association_review", "association_finance", "admin"):
            account = next(one for one in stage.sample["accounts"] if one["role"] == role)
            _say(
                json.dumps(
                    {"账号": account["login"], "初始密码": stage.first_password(account["login"])}, ensure_ascii=False
                )
            )
        person.program.closed.connect(app.quit)
        person.start()
        person.window.resize(*SIZE)
        return app.exec()
    except ServerFailed as problem:
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
    collect_here(app)
    return app


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
