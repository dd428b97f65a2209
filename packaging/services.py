"""Parts that the tests and the demo need beside Python: a screen nobody looks at, a PostgreSQL, a browser."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import system
from talk import LINUX, ROOT, SetupError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
POSTGRES_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")


def has_screen() -> bool:
    """Whether a window could be seen: always on Windows and macOS, elsewhere when a display is named."""
    return not LINUX or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def unseen() -> dict[str, str]:
    """Variables that put windows on Qt's own screen, with our fonts where it would look for the system's in vain."""
    return {"QT_QPA_PLATFORM": "offscreen", **({} if LINUX else {"QT_QPA_FONTDIR": str(ROOT / "resources" / "fonts")})}


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """A private screen of 1920×1080; yields the variables that put windows on it (Qt's own unseen one but on Linux)."""
    if not LINUX:
        yield unseen()
        return
    xvfb = system.find_or_install(["Xvfb"], ["xvfb"], "a screen nobody looks at")
    read, write = os.pipe()
    command = [str(xvfb), "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-dpi", "96", "-nolisten", "tcp"]
    # X picks a free number itself and writes it to the pipe when it is ready: nothing to guess, nothing to wait for.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[write],
        preexec_fn=_die_with_parent,
    )
    os.close(write)
    try:
        with os.fdopen(read, encoding="ascii") as pipe:
            number = pipe.readline().strip()
        if not number:
            raise SetupError("Xvfb ended before it had a screen.")
        yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "XAUTHORITY": os.devnull, "WAYLAND_DISPLAY": ""}
    finally:
        _end(process)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster of our own in a temporary folder; yields its URL and leaves nothing behind."""
    initdb = system.find_or_install(["initdb"], ["postgresql"], "the PostgreSQL tests", POSTGRES_FOLDERS)
    home = Path(tempfile.mkdtemp(prefix="huiban-pg-"))
    try:
        user = _unprivileged(home)
        password = secrets.token_urlsafe(18)
        word, data = home / "password", home / "data"
        word.write_text(password, encoding="utf-8")
        if user:
            shutil.chown(word, user)
        options = ["--username=huiban", "--auth=scram-sha-256", f"--pwfile={word}", "--encoding=UTF8", "--locale=C"]
        _as(user, home, [str(initdb), "-D", str(data), "--no-sync", *options])
        port = _start(initdb.parent / "pg_ctl", user, home, data)
        try:
            yield f"postgresql+psycopg://huiban:{password}@127.0.0.1:{port}/postgres"
        finally:
            _as(user, home, [str(initdb.parent / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def browser() -> str:
    """The path of a Chromium."""
    return str(system.find_or_install(BROWSERS, ["chromium"], "the browser tests"))


def _start(pg_ctl: Path, user: str | None, home: Path, data: Path) -> int:
    for attempt in range(5):  # between our choosing a port and its use somebody else may have taken it
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c fsync=off -c max_connections=200"
        try:
            _as(user, home, [str(pg_ctl), "-D", str(data), "-l", str(home / "log"), "-w", "-o", settings, "start"])
        except SetupError:
            if attempt == 4:
                raise
        else:
            return port
    raise AssertionError("unreachable")


def _unprivileged(home: Path) -> str | None:
    """PostgreSQL refuses to run as root: root lends the folder to an account without rights."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(home, entry.pw_uid, entry.pw_gid)
        return name
    raise SetupError("PostgreSQL must not run as root, and this machine has no account named postgres or nobody.")


def _group_of(user: str | None) -> int | None:
    if sys.platform == "win32" or user is None:
        return None
    import pwd  # not on Windows

    return pwd.getpwnam(user).pw_gid


def _as(user: str | None, home: Path, command: list[str]) -> None:
    env = {**os.environ, "LC_ALL": "C"}
    # To a file, not a pipe: the server started by pg_ctl inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command,
            cwd=home,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            user=user,
            group=_group_of(user),
            extra_groups=[] if user else None,
        )
        if done.returncode:
            said.seek(0)
            raise SetupError(f"{Path(command[0]).name} failed: {said.read().decode(errors='replace').strip()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _die_with_parent() -> None:
    """Killed outright, we leave no screen behind: the kernel tells the child (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
