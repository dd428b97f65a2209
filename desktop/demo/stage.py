"""What the story needs: a server behind a line that can be cut, and the desks of several people beside each other."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from desktop.app import Program
from desktop.bugs import Bugs
from desktop.demo import eyes, hands
from desktop.demo.proxy import LineProxy
from desktop.demo.server_process import ServerProcess
from desktop.desk import Desk
from desktop.shell import Shell
from domain.packs import Pack
from sync.files import sqlite_address

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSPHRASE = "会办演示用的一句口令"
SIZE = (1366, 768)


def sample_file(pack: str) -> Path:
    """The sample association of a pack."""
    return ROOT / "resources" / "demo" / f"{pack}.yaml"


class Heard:
    """The place beside the clock, in the story: whatever is told there is kept, with the moment it came."""

    def __init__(self) -> None:
        self.words: list[tuple[float, str]] = []

    def show(self, words: str) -> None:
        """One notification."""
        self.words.append((time.monotonic(), words))

    def hide(self) -> None:
        """The program ends; what was told stays told."""


class Person:
    """Somebody at a desk of their own: a store folder and whatever window is open on it."""

    def __init__(self, folder: Path, login: str, name: str) -> None:
        self.folder, self.login, self.name = folder, login, name
        self.password = f"{name}的新密码-2025"
        self.bugs = Bugs(folder / "log")
        self.heard = Heard()
        self._open = False
        self.program = self._program()

    def _program(self) -> Program:
        made = Program(self.folder, bugs=self.bugs, notifier=self.heard)
        made.closed.connect(self._closed)
        return made

    def _closed(self) -> None:
        self._open = False

    @property
    def window(self) -> QWidget:
        """What stands on this person's screen."""
        window = self.program.window
        if window is None:
            raise hands.Stuck(f"{self.name}的窗口没有打开")
        return window

    @property
    def desk(self) -> Desk:
        """The desk, once somebody has logged in."""
        desk = self.program.desk
        if desk is None:
            raise hands.Stuck(f"{self.name}还没有登录")
        return desk

    @property
    def account(self) -> str:
        """How the store names the account."""
        return self.desk.session.account

    @property
    def pack(self) -> Pack:
        """The rules this desk works by."""
        return self.desk.context.pack

    def start(self) -> None:
        """Start the program."""
        self.program.start()
        self._open = True
        self.window.resize(*SIZE)
        self.look_here()

    def leave(self) -> None:
        """Close the window; what is queued stays in the store."""
        self.program.close()

    def come_back(self) -> None:
        """Start the program once more, open the store with the passphrase where it asks for one."""
        self.program = self._program()
        self.start()
        hands.wait(lambda: self._is_in() or hands.there(self.window, "unlock.secret"), "打开本机资料的窗口")
        if not self._is_in():
            hands.write(self.window, "unlock.secret", PASSPHRASE)
            hands.press(self.window, "unlock.submit")
        hands.wait(self._is_in, f"{self.name}的主窗口")
        self.window.resize(*SIZE)

    def _is_in(self) -> bool:
        return isinstance(self.program.window, Shell)

    def look_here(self) -> None:
        """This person's window has the keyboard."""
        self.window.activateWindow()

    def go(self, route: str) -> None:
        """Click an entry at the left, or follow a link: the window shows that page, settled."""
        self.look_here()
        if not self.desk.shell.go(route):
            raise hands.Stuck(f"没有页面“{route}”")
        eyes.settle(self.window)

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Everything of this kind that the association sent to this desk."""
        with self.desk.context.store.reading() as reader:
            found = reader.mirror.of_kind(self.account, kind)
        return [{**one.body, "id": key} for key, one in found.items() if one.body]

    def close(self) -> None:
        """The story is over."""
        if self._open:
            self.leave()
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
        self._lined = False

    def raise_curtain(self, *, configured: bool = False) -> None:
        """Make the association, start its server, and let the line lead to it."""
        self.line.start()
        self._lined = True
        made = self.server.init(
            pack=self.pack,
            seed=sample_file(self.pack),
            today=self.today,
            address=self.line.url,
            configured=configured,
        )
        self.sample = dict(made)
        self.server.start()
        self.line.retarget(self.server.target)

    def person(self, role: str) -> Person:
        """The first account of the sample with this role, at a desk of its own."""
        if role not in self.people:
            account = next(one for one in self.sample["accounts"] if one["role"] == role)
            self.people[role] = Person(self.work / f"desk-{role}", account["login"], account["name"])
        return self.people[role]

    def newcomer(self, role: str, login: str, name: str) -> Person:
        """Somebody whose account was made in the story; from now on the one of this role."""
        self.people[role] = Person(self.work / f"desk-{role}", login, name)
        return self.people[role]

    def first_password(self, login: str) -> str:
        """As the notification said; the association's real desk would send it by message."""

        def told() -> str:
            found = [one for one in self.server.spooled() if one.get("login") == login and one.get("password")]
            return str(found[-1]["password"]) if found else ""

        return hands.wait(told, f"账号“{login}”的初始密码通知")

    def rows(self, op_id: str) -> int:
        """How often an Operation stands in the server's database, asked beside the server."""
        with closing(sqlite3.connect(sqlite_address(self.server.data / "server.db", "ro"), uri=True)) as database:
            (count,) = database.execute("select count(*) from ledger where op_id = ?", (op_id,)).fetchone()
        return int(count)

    def keep_evidence(self, key: str) -> None:
        """The server's public key and a whole copy of its database."""
        (self.out / "server-public-key.txt").write_text(f"{key}\n", encoding="utf-8")
        invitation = json.loads(self.server.invitation().read_text(encoding="utf-8"))
        (self.out / "invitation.huiban").write_text(json.dumps(invitation, ensure_ascii=False, indent=1), "utf-8")
        with (
            closing(sqlite3.connect(self.server.data / "server.db")) as source,
            closing(sqlite3.connect(self.out / "server.db")) as target,
        ):
            source.backup(target)
            target.execute("pragma journal_mode = delete")  # one file, whole

    def close(self) -> None:
        """The windows, the server, the line; each ends whatever became of the others."""
        try:
            for person in self.people.values():
                person.close()
        finally:
            self.server.kill()
            if self._lined:
                self.line.stop()
            shutil.rmtree(self.work, ignore_errors=True)
