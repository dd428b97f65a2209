"""The tests in groups: what each needs, when it must have hung, and what came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import services
from environment import child_environment, venv_program
from talk import LINUX, ROOT, WINDOWS, SetupError, under_ci

Variables = Mapping[str, str]
NO_TESTS = 5  # pytest's exit status when nothing was collected
NONE_YET, NONE_SELECTED = "no tests yet", "none selected"  # of a whole group; of what was asked for by name


HUNG = 3  # a group that takes so many times its budget hangs and is ended: a busy machine alone is no failure


@dataclass(frozen=True)
class Group:
    """Some of the suite: the tests a marker expression picks, in the surroundings they need."""

    name: str
    minutes: float  # its budget on two quiet cores: what it takes is held against it
    marker: str = ""  # empty: the static checks
    # a class is a callable that makes one; the checker wants its type variable bound
    surroundings: Callable[[], AbstractContextManager[Variables]] = nullcontext  # type: ignore[assignment]
    costly: bool = False  # its surroundings are only set up when there are tests for them


@dataclass
class Result:
    """What came of a group."""

    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    seconds: float = 0.0
    note: str = ""
    ok: bool = True


@contextmanager
def _offscreen() -> Iterator[Variables]:
    yield services.unseen()


def _on_screen() -> AbstractContextManager[Variables]:
    """Real windows: on Linux on a private screen, elsewhere on Qt's own, which nobody sees."""
    return services.screen()


@contextmanager
def _with_postgres() -> Iterator[Variables]:
    with services.postgres() as url:
        yield {"QT_QPA_PLATFORM": "offscreen", "HUIBAN_TEST_POSTGRES": url}


@contextmanager
def _with_browser() -> Iterator[Variables]:
    yield {"QT_QPA_PLATFORM": "offscreen", "HUIBAN_TEST_CHROMIUM": services.browser()}


_SPECIAL = (
    "postgres",
    "browser",
    "windows",
    "simulation",
    "processes",
)  # a test of several markers runs with the first


def _only(marker: str) -> str:
    before = _SPECIAL[: _SPECIAL.index(marker)]
    return " and ".join([marker, *(f"not {other}" for other in before)])


GROUPS = (
    Group("static", 2),
    Group("unit", 4, " and ".join(f"not {marker}" for marker in _SPECIAL), _offscreen),
    Group("windows", 5, _only("windows"), _on_screen),
    Group("processes", 4, _only("processes"), _offscreen),
    Group("postgres", 3, _only("postgres"), _with_postgres, costly=True),
    Group("browser", 3, _only("browser"), _with_browser, costly=True),
    Group("simulation", 3, _only("simulation"), _offscreen),
)


def run(venv: Path, arguments: Sequence[str]) -> int:
    """`[--only a,b] [--patience FACTOR] [anything pytest takes]`: runs the groups; 0 when all is well."""
    try:
        only, patience, selection = _parse(arguments)
    except ValueError as error:
        print(f"dev.py test: {error}", file=sys.stderr)
        return 2
    chosen = [group for group in GROUPS if (group.name in only if only else not (selection and group.name == "static"))]
    results: list[tuple[Group, Result]] = []
    for group in chosen:
        print(f"── {group.name} (budget {group.minutes:g} min)", flush=True)
        result = _run_group(group, venv, selection, patience)
        results.append((group, result))
        print(_line(group, result), flush=True)
    return _sum_up(results)


def _parse(arguments: Sequence[str]) -> tuple[set[str], float, list[str]]:
    only: set[str] = set()
    patience, selection, waiting = 1.0, list[str](), list(arguments)
    while waiting:
        argument = waiting.pop(0)
        name, equals, value = argument.partition("=")
        if name not in {"--only", "--patience"}:
            selection.append(argument)
            continue
        if not equals:
            if not waiting:
                raise ValueError(f"{name} needs a value")
            value = waiting.pop(0)
        if name == "--only":
            only |= set(value.split(","))
        else:
            patience = float(value)
    if unknown := only - {group.name for group in GROUPS}:
        raise ValueError(f"no group named {', '.join(sorted(unknown))}; there are {', '.join(g.name for g in GROUPS)}")
    return only, patience, selection


def _run_group(group: Group, venv: Path, selection: Sequence[str], patience: float) -> Result:
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="huiban-test-") as scratch:
            if group.name == "static":
                result = _static(venv, Path(scratch), begun + group.minutes * HUNG * 60 * patience)
            else:
                result = _tests(group, venv, Path(scratch), selection, patience)
    except SetupError as error:
        print(error, flush=True)
        result = Result(failed=int(under_ci()), note="NOT RUN", ok=not under_ci())
    result.seconds = time.monotonic() - begun
    return result


def _tests(group: Group, venv: Path, scratch: Path, selection: Sequence[str], patience: float) -> Result:
    """In their surroundings; nothing is installed or started for a group without tests."""
    if group.costly and not _has_tests(group, venv, selection):
        return Result(note=NONE_SELECTED if selection else NONE_YET)
    with group.surroundings() as variables:
        deadline = time.monotonic() + group.minutes * HUNG * 60 * patience  # setting up a service does not count
        return _pytest(group, venv, scratch, {**variables}, selection, deadline)


def _has_tests(group: Group, venv: Path, selection: Sequence[str]) -> bool:
    """False only when pytest says so: what cannot be collected is told by the run itself."""
    options = ["-q", "--collect-only", "-p", "no:cacheprovider", "-m", group.marker]
    command = [str(venv_program(venv, "python")), "-m", "pytest", *options, *selection]
    env = {**child_environment(venv), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode != NO_TESTS


def _static(venv: Path, scratch: Path, deadline: float) -> Result:
    def tool(name: str) -> str:
        return str(venv_program(venv, name))

    caches = venv / "caches"
    mypy = [tool("mypy"), "--strict", "--no-error-summary"]
    commands = {
        "ruff check": [tool("ruff"), "check", "--quiet", "."],
        "ruff format": [tool("ruff"), "format", "--check", "--quiet", "."],
        "mypy": [*mypy, "--cache-dir", str(caches / "mypy")],
        "mypy of set-up": [*mypy, "--cache-dir", str(caches / "mypy-setup"), *map(str, _files("packaging"))],
        # What only Linux has is found here: nobody who changes the program has Windows at hand.
        "mypy for Windows": [*mypy, "--platform", "win32", "--cache-dir", str(caches / "mypy-windows")],
        "import-linter": [tool("lint-imports"), "--cache-dir", str(caches / "imports")],
    }
    if tests := _files("tests"):
        options = ["--explicit-package-bases", "--cache-dir", str(caches / "mypy-tests")]
        commands["mypy of tests"] = [*mypy, *options, *map(str, tests)]
    result = Result()
    temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(scratch))
    env = {**child_environment(venv), "RUFF_CACHE_DIR": str(caches / "ruff"), **temporary}
    for name, command in commands.items():
        with tempfile.TemporaryFile() as said:
            status = _until(deadline, command, env, said.fileno())
            print(
                f"   {name}: {'ok' if status == 0 else 'FAILED' if status is not None else 'OUT OF TIME'}", flush=True
            )
            if status != 0:
                said.seek(0)
                print(said.read().decode(errors="replace"), flush=True)
                result.failed += 1
    result.ok = result.failed == 0
    result.note = f"{len(commands)} checks"
    return result


def _files(folder: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py"))


def _pytest(
    group: Group, venv: Path, scratch: Path, variables: Variables, selection: Sequence[str], deadline: float
) -> Result:
    report = scratch / "report.xml"
    options = ["-q", "-m", group.marker, f"--junitxml={report}", "-o", f"cache_dir={venv / 'caches' / 'pytest'}"]
    command = [str(venv_program(venv, "python")), "-m", "pytest", *options, *selection]
    env = {**child_environment(venv), "HYPOTHESIS_STORAGE_DIRECTORY": str(venv / "caches" / "hypothesis"), **variables}
    status = _until(deadline, command, env, None)
    if status == NO_TESTS:
        return Result(note=NONE_SELECTED if selection else NONE_YET)
    result = _read(report)
    if status is None:
        result.note, result.ok = "OUT OF TIME", False
    elif status != 0:
        result.ok = False
    if under_ci() and result.skipped:  # nobody looks at a skip: there it is a failure
        result.ok, result.note = False, f"{result.note} skipped tests fail under CI".strip()
        print("\n".join(result.skipped), flush=True)
    if not result.ok and not result.failed:
        result.failed = max(1, len(result.skipped))  # a crash, a time-out or a skip has no failed test of its own
    return result


def _read(report: Path) -> Result:
    """Counts of pytest's own report; a run that died wrote none."""
    result = Result()
    if not report.exists():
        return result
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        elif skip is None or skip.get("type") == "pytest.xfail":
            result.passed += 1
        else:
            result.skipped.append(f"   skipped: {name}: {skip.get('message')}")
    return result


def _until(deadline: float, command: Sequence[str], env: Variables, output: int | None) -> int | None:
    """The exit status, or None when the time was up: first interrupted, so that pytest says where it stood."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=not WINDOWS,
    )
    try:
        return process.wait(timeout=max(1.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        if LINUX:
            process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        return None
    finally:
        _kill_all(process)


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Ends whatever the tests started and left behind, with the group it was started in."""
    if sys.platform == "win32":
        if process.poll() is None:  # with those it started: a child does not end with its parent there
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _line(group: Group, result: Result) -> str:
    state = "ok" if result.ok and not result.note else "ok," if result.ok else "FAILED"
    if result.note in {NONE_YET, NONE_SELECTED, "NOT RUN"} and result.ok:
        state = ""
    counts = f"{result.passed} passed, {result.failed} failed" if result.passed or result.failed else ""
    words = " ".join(filter(None, [state, result.note, counts]))
    over = f", OVER its {group.minutes:g} min" if result.seconds > group.minutes * 60 else ""
    return f"── {group.name}: {words} ({result.seconds:.1f} s{over})"


def _sum_up(results: Sequence[tuple[Group, Result]]) -> int:
    print("\nin all:")
    for group, result in results:
        print(_line(group, result))
    passed = sum(result.passed for _, result in results)
    failed = sum(result.failed for _, result in results)
    skipped = sum(len(result.skipped) for _, result in results)
    print(f"── {sum(result.seconds for _, result in results) / 60:.1f} min of {sum(g.minutes for g in GROUPS):g}")
    print(f"\n{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    asked_for_tests = any(group.marker and result.note != NONE_YET for group, result in results)
    nothing_ran = asked_for_tests and not passed and not failed
    if nothing_ran:
        print("dev.py test: no test ran", file=sys.stderr)
    return int(nothing_ran or failed > 0 or not all(result.ok for _, result in results))
