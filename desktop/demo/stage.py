"""What the story needs: a server behind a line that can be cut, and the desks of several people beside each other."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from desktop.app import Program
from desktop.bugs import Bugs
from desktop.demo import hands
from desktop.demo.proxy import LineProxy
from desktop.demo.server_process import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSPHRASE = "会办演示用的一句口令"
SIZE = (1366, 768)


def sample_file(pack: str) -> Path:
    """The sample association of a pack."""
    return ROOT / "resources" / "demo" / f"{pack}.yaml"


class Person:
    """Somebody at a desk of their own: a store folder and whatever window is open on it."""

    def __init__(self, folder: Path, login: str, name: str) -> None:
        self.folder, self.login, self.name = folder, login, name
        self.password = f"{name}的新密码-2025"
        self.bugs = Bugs(folder / "log")
        self.program = Program(folder, bugs=self.bugs)

    @property
    def window(self) -> QWidget:
        """What stands on this person's screen."""
        window = self.program.window
        if window is None:
            raise hands.Stuck(f"{self.name}的窗口没有打开")
        return window

    @property
    def account(self) -> str:
        """How the store names the account."""
        desk = self.program.desk
        if desk is None:
            raise hands.Stuck(f"{self.name}还没有登录")
        return desk.session.account

    def start(self) -> None:
        """Start the program."""
        self.program.start()
        self.window.resize(*SIZE)

    def go(self, route: str) -> None:
        """Click an entry at the left, or follow a link: the window shows that page."""
        desk = self.program.desk
        if desk is None or not desk.shell.go(route):
            raise hands.Stuck(f"没有页面“{route}”")

    def close(self) -> None:
        """Close the window; what is queued stays."""
        self.program.close()
        self.bugs.close()


class Stage:
    """The association's server, the line to it, the people. Everything it makes lies under `work`."""

    def __init__(self, work: Path, out: Path, pack: str, *, seed: int = 0) -> None:
        self.work, self.out, self.pack = work, out, pack
        work.mkdir(parents=True, exist_ok=True)
        self.today: date = datetime.now(UTC).astimezone(SHANGHAI).date()
        self.server = ServerProcess(work / "association")
        self.line = LineProxy(("127.0.0.1", 1), seed=seed, log=out / "proxy.log")
        self.sample: dict[str, Any] = {}
        self.people: dict[str, Person] = {}

    def raise_curtain(self) -> None:
        """Make the association, start its server, and let the line lead to it."""
        self.line.start()
        self.sample = dict(
            self.server.init(pack=self.pack, seed=sample_file(self.pack), today=self.today, address=self.line.url)
        )
        self.server.start()
        self.line.retarget(self.server.target)

    def person(self, role: str) -> Person:
        """The first account of the sample with this role, at a desk of its own."""
        if role not in self.people:
            account = next(one for one in self.sample["accounts"] if one["role"] == role)
            self.people[role] = Person(self.work / f"desk-{role}", account["login"], account["name"])
        return self.people[role]

    def first_password(self, login: str) -> str:
        """As the notification said; the association's real desk would send it by message."""
        told = [one for one in self.server.spooled() if one.get("login") == login and one.get("password")]
        if not told:
            raise hands.Stuck(f"没有找到账号“{login}”的初始密码通知")
        return str(told[-1]["password"])

    def rows(self, op_id: str) -> int:
        """How often an Operation stands in the server's database, asked beside the server."""
        with sqlite3.connect(f"file:{self.server.data / 'server.db'}?mode=ro", uri=True) as database:
            (count,) = database.execute("select count(*) from ledger where op_id = ?", (op_id,)).fetchone()
        return int(count)

    def keep_evidence(self) -> None:
        """The server's public key and a whole copy of its database."""
        invitation = json.loads(self.server.invitation().read_text(encoding="utf-8"))
        (self.out / "invitation.huiban").write_text(json.dumps(invitation, ensure_ascii=False, indent=1), "utf-8")
        source = sqlite3.connect(self.server.data / "server.db")
        target = sqlite3.connect(self.out / "server.db")
        with source, target:
            source.backup(target)
        source.close()
        target.close()

    def close(self) -> None:
        """The windows, the server, the line."""
        for person in self.people.values():
            person.close()
        self.server.kill()
        self.line.stop()
        shutil.rmtree(self.work, ignore_errors=True)
