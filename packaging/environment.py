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
OLDEST = (3, 11)


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
    return f"{digest}\n{venv}\n{os.path.realpath(venv_program(venv, 'python'))}\n"


def _stamped(venv: Path) -> bool:
    try:
        stamp = (venv / STAMP).read_text(encoding="utf-8")
    except OSError:
        return False
    return stamp == _wanted(venv) and venv_program(venv, "python").exists()


def _set_up(venv: Path) -> None:
    (venv / STAMP).unlink(missing_ok=True)
    system.need(system.missing_venv_packages(), "a virtual environment")
    python = venv_program(venv, "python")
    if not _usable(python):
        say(f"making the environment in {venv}")
        _empty(venv)
        _run([sys.executable, "-m", "venv", str(venv)], os.environ)
    with _caches(venv) as env:
        say("installing the packages of packaging/requirements.lock (exact versions, checked by hash)")
        if not (_with_uv(venv, python, env) or _with_pip(python, LOCK, env)):
            raise SetupError("the packages could not be installed; what pip said stands above.")
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
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


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
    listed = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False).stdout
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
        if WINDOWS:
            _lock_on_windows(handle.fileno())
        else:
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("another set-up is at work here; waiting for it")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back


def _lock_on_windows(descriptor: int) -> None:
    import msvcrt  # only there

    while True:
        try:
            # there is no msvcrt where the checker runs
            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:  # it gives up after ten seconds; we do not
            continue
        return


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
