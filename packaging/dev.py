"""From a fresh machine to a running Huiban: `demo`, `test`, `huiban ARGS…` and `setup`.

Needs Python 3.11 and nothing else. What it says goes to standard error; standard output and the exit status are the
program's.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

USAGE = """usage: python3 packaging/dev.py COMMAND …
  demo [--headless --out DIR]   the main job, end to end, against a real server on this machine
  test [--only GROUP,…] […]     the tests; anything else is handed to pytest
  huiban ARGS…                  any command of the program
  setup                         only prepare the environment
"""


def main(arguments: Sequence[str]) -> int:
    """Runs one command; the exit status is that of what was run."""
    if sys.version_info < (3, 11):  # noqa: UP036  (an older Python gets this far and is told so)
        print(f"Huiban needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    if sys.maxsize < 1 << 32:
        print("Huiban needs a 64-bit Python; this is a 32-bit one.", file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # redirected, Windows writes a code page
    commands: Mapping[str, Callable[[list[str]], int]] = {"demo": demo, "test": test, "huiban": huiban, "setup": setup}
    command = commands.get(arguments[0]) if arguments else None
    if command is None:
        asked_for_help = bool(arguments) and arguments[0] in {"-h", "--help", "help"}
        print(USAGE, end="", file=sys.stdout if asked_for_help else sys.stderr)
        return 0 if asked_for_help else 2
    from talk import SetupError

    signal.signal(signal.SIGTERM, _stop)  # a screen or a database we started ends with us
    try:
        return command(list(arguments[1:]))
    except SetupError as error:
        print(f"huiban set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def setup(_arguments: list[str]) -> int:
    """Everything that `demo`, `test` and `huiban` would install first."""
    _ready(windows=True)
    return 0


def huiban(arguments: list[str]) -> int:
    """The program itself. A command that opens no window does not ask for a window system's libraries."""
    opens_window = not arguments or arguments[0] in {"demo", "open"}
    if arguments[:1] == ["demo"]:
        return demo(arguments[1:])
    return _become(_ready(windows=opens_window), arguments)


def demo(arguments: list[str]) -> int:
    """The demo on this screen, or on one that nobody looks at."""
    import services

    python = _ready(windows=True)
    if services.has_screen() and "--headless" not in arguments:
        return _become(python, ["demo", *arguments])
    if "--headless" not in arguments:
        arguments = [*arguments, "--headless"]
    with services.screen() as variables:
        return _run(python, ["demo", *arguments], variables)


def test(arguments: list[str]) -> int:
    """The suite, group by group."""
    import suite

    python = _ready(windows=True)
    return suite.run(python.parent.parent, arguments)


def _ready(*, windows: bool) -> Path:
    import environment

    if windows and sys.platform.startswith("linux"):
        import system

        system.need(system.missing_qt_packages(), "the desktop")
    return environment.ready()


def _program(python: Path, arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    from environment import child_environment

    # -P: a folder named `domain` where the person happens to stand is none of ours.
    return [str(python), "-P", "-m", "desktop.cli", *arguments], child_environment(python.parent.parent)


def _become(python: Path, arguments: Sequence[str]) -> int:
    command, env = _program(python, arguments)
    if sys.platform == "win32":  # there, exec would give the prompt back before the program ends
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the program too: how it ends is its own affair
        return subprocess.call(command, env=env)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdout.flush()
    os.execve(command[0], command, env)


def _run(python: Path, arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    command, env = _program(python, arguments)
    process = subprocess.Popen(command, env={**env, **variables})
    try:
        status = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    return status if status >= 0 else 128 - status


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(143)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
