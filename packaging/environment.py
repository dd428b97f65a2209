"""The virtual environment: made from the hashed lock, used again while nothing changed, one set-up at a time.

uv does the work because it is quick the second time; where it is not to be had, pip does the same from the same lock.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import system
from talk import ROOT, WINDOWS, SetupError, say

LOCK = ROOT / "packaging" / "requirements.lock"
BOOTSTRAP = ROOT / "packaging" / "bootstrap.lock"  # uv itself, with hashes
STAMP = "huiban.stamp"
LONGEST = 80  # signs of the environment's path: Windows takes 259 in all, and Qt's own files have up to 175 below it
OLDEST = (3, 11)
CLOSE = "If Huiban is running, please close it and try again."  # Windows keeps what a running program has read in


def venv_folder() -> Path:
    """Where the environment lies: in the checkout, or where $HUIBAN_VENV says."""
    return Path(os.environ.get("HUIBAN_VENV") or ROOT / ".venv").expanduser().absolute()


def venv_program(venv: Path, name: str) -> Path:
    """A program of the environment."""
    return venv / ("Scripts" if WINDOWS else "bin") / (f"{name}.exe" if WINDOWS else name)


def ready() -> Path:
    """The environment's Python, with exactly what the lock says in it; sets up only what is missing."""
    venv = venv_folder()
    if _stamped(venv):
        return venv_program(venv, "python")
    try:
        venv.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"cannot write {venv} ({error.strerror}); name another folder in HUIBAN_VENV.") from None
    with _alone(venv):
        if not _stamped(venv):  # the one we waited for may have done it all
            _set_up(venv)
    return venv_program(venv, "python")


def child_environment(venv: Path) -> dict[str, str]:
    """What a program of the environment sees: the checkout's packages first, UTF-8 everywhere."""
    env = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "__PYVENV_LAUNCHER__"}}
    env["PYTHONPATH"] = str(ROOT)
    env["PYTHONUTF8"] = "1"
    env["VIRTUAL_ENV"] = str(venv)
    env["PATH"] = os.pathsep.join(filter(None, [str(venv_program(venv, "python").parent), env.get("PATH", os.defpath)]))
    return env


def _wanted(venv: Path) -> str:
    """What the stamp must say: both locks, where the environment stands, and the very interpreter it was made from."""
    digest = hashlib.sha256(LOCK.read_bytes() + BOOTSTRAP.read_bytes()).hexdigest()
    return f"{digest}\n{venv}\n{os.path.realpath(venv_program(venv, 'python'))}\n{_told(venv, 'version')}\n"


def _stamped(venv: Path) -> bool:
    try:
        stamp = (venv / STAMP).read_text(encoding="utf-8")
    except OSError:
        return False
    # On Windows the environment's Python is no link: it stays when the one it was made from is gone.
    there = venv_program(venv, "python").exists() and Path(_told(venv, "home")).is_dir()
    return there and stamp == _wanted(venv)


def _told(venv: Path, key: str) -> str:
    """What the environment's own settings say of the Python it was made from."""
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    pairs = (line.partition("=") for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == key), "")


def _set_up(venv: Path) -> None:
    (venv / STAMP).unlink(missing_ok=True)
    system.need(system.missing_venv_packages(), "a virtual environment")
    python = venv_program(venv, "python")
    if not _usable(python):
        say(f"making the environment in {venv}")
        if WINDOWS and len(str(venv)) > LONGEST:
            say("that path is long for Windows; if the packages fail, name a shorter one in HUIBAN_VENV")
        _empty(venv)
        _run([sys.executable, "-m", "venv", str(venv)], os.environ)
    with _caches(venv) as env:
        say("installing the packages of packaging/requirements.lock (exact versions, checked by hash)")
        if not (_with_uv(venv, python, env) or _with_pip(python, LOCK, env)):
            words = f" {CLOSE}" if WINDOWS else ""
            raise SetupError(f"the packages could not be installed; what pip said stands above.{words}")
    (venv / STAMP).write_text(_wanted(venv), encoding="utf-8")
    say("ready")


def _usable(python: Path) -> bool:
    """Whether there is an environment that works and is no older than we need; pip is added where it lacks."""

    def does(*arguments: str) -> bool:
        try:
            return subprocess.run([python, *arguments], capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    new_enough = does("-c", f"import sys; sys.exit(sys.version_info < {OLDEST})")
    return new_enough and (does("-c", "import pip") or does("-m", "ensurepip", "--default-pip"))


def _empty(venv: Path) -> None:
    """Clears the folder by hand: the lock file in it must keep its identity."""
    for entry in venv.iterdir():
        if entry.name == ".setup.lock":
            continue
        try:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        except PermissionError as error:
            raise SetupError(f"cannot clear {venv} ({error.strerror}). {CLOSE}") from None


def _with_uv(venv: Path, python: Path, env: Mapping[str, str]) -> bool:
    uv = venv_program(venv, "uv")
    if not _with_pip(python, BOOTSTRAP, env) or not uv.exists():
        say("uv is not to be had here; going on with pip, which takes longer")
        return False
    options = [
        "--quiet",
        "--compile-bytecode",
        "--require-hashes",
    ]  # compiled, for the first start
    command = [str(uv), "pip", "sync", *options, "--python", str(python), str(LOCK)]
    if _tried(command, {**env, **_uv_settings(python, env)}):
        return True
    say("uv could not do it; going on with pip, which takes longer")
    return False


def _with_pip(python: Path, lock: Path, env: Mapping[str, str]) -> bool:
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-input"]
    return _tried([str(python), "-m", "pip", "install", *options, "-r", str(lock)], env)


def _uv_settings(python: Path, env: Mapping[str, str]) -> dict[str, str]:
    """uv does not read pip's configuration: a mirror, a proxy or a certificate set there is handed on to it."""
    command = [str(python), "-m", "pip", "config", "list"]
    listed = subprocess.run(
        command, env=dict(env), capture_output=True, encoding="utf-8", errors="replace", check=False
    ).stdout
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_EXTRA_INDEX_URL",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
        "trusted-host": "UV_INSECURE_HOST",
        "proxy": "HTTPS_PROXY",
        "default-timeout": "UV_HTTP_TIMEOUT",
        "timeout": "UV_HTTP_TIMEOUT",
    }
    settings: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        name = names.get(key.rpartition(".")[2])
        if name and name not in env:
            settings[name] = " ".join(value.strip("'\"").replace("\\n", " ").split())
    if "UV_FIND_LINKS" in settings:
        settings["UV_FIND_LINKS"] = settings["UV_FIND_LINKS"].replace(" ", ",")
    # Every file is checked against the lock's hashes, so it does not matter which index serves it.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never", **settings}


@contextmanager
def _caches(venv: Path) -> Iterator[dict[str, str]]:
    """Download caches in the home folder; where that cannot be written, for this time only."""
    env = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET"}}
    env |= {"PIP_USER": "0", "PYTHONUTF8": "1", "VIRTUAL_ENV": str(venv)}
    if _home_is_writable():
        yield env
        return
    with tempfile.TemporaryDirectory(prefix=".cache-", dir=venv, ignore_cleanup_errors=True) as cache:
        yield {**env, "UV_CACHE_DIR": f"{cache}/uv", "PIP_CACHE_DIR": f"{cache}/pip", "HOME": cache}


def _home_is_writable() -> bool:
    home = os.environ.get("USERPROFILE" if WINDOWS else "HOME", "")
    return bool(home) and os.path.isdir(home) and os.access(home, os.W_OK)


@contextmanager
def _alone(venv: Path) -> Iterator[None]:
    """One set-up of this folder at a time; the second waits and then finds it done."""
    with open(venv / ".setup.lock", "a+b") as handle:
        try:
            _lock(handle.fileno(), wait=False)
        except OSError:
            say("another set-up is at work here; waiting for it")
            _lock(handle.fileno(), wait=True)
        yield  # closing the file gives the lock back


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> None:
        """Raises OSError when another has it and nobody wants to wait."""
        while True:
            try:
                os.lseek(descriptor, 0, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    raise
                continue  # it gives up after ten seconds; we do not
            return

else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> None:
        """Raises OSError when another has it and nobody wants to wait."""
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _tried(command: list[str], env: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(command, env=dict(env), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    except OSError as error:
        say(f"{command[0]}: {error.strerror}")
        return False
    return done.returncode == 0


def _run(command: list[str], env: Mapping[str, str]) -> None:
    if not _tried(command, env):
        raise SetupError(f"`{' '.join(command)}` failed; what it said stands above.")
