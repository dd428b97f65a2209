"""What breaks on Windows, where unit administrators work: found in the source, as nobody tries it there every day."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("domain", "documents", "sync", "server", "desktop", "packaging")
PROGRAM = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOVES = ROOT / "sync" / "files.py"  # the one place that moves and removes files
NAMES = ROOT / "desktop" / "saving.py"  # the one place that proposes a file's name

TEXT = {"read_text": 0, "write_text": 1}  # arguments before the encoding
PATHS = ("path", "log")  # what is named so is a path in this house
PROCESSES = {"run", "Popen", "check_output", "check_call"}
MADE = {"NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile"}
DATES = ("%Y", "%m", "%d", "%H")
POSIX_DATES = ("%-", "%e", "%P", "%s")


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Name, what it is called on, and the call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, ast.unparse(node.func.value), node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, "", node


def keywords(call: ast.Call) -> set[str]:
    return {keyword.arg or "**" for keyword in call.keywords}


def mode_of(call: ast.Call, at: int) -> str:
    """The mode it is opened with; empty when the call does not say."""
    told = next((keyword.value for keyword in call.keywords if keyword.arg == "mode"), None)
    told = told or (call.args[at] if len(call.args) > at else None)
    return str(told.value) if isinstance(told, ast.Constant) else ""


def is_text(name: str, whose: str, call: ast.Call) -> bool:
    """Whether text goes in or out here."""
    said = keywords(call)
    if name in ("read_text", "write_text"):
        return len(call.args) <= TEXT[name]
    if name == "open" and whose not in ("", "io"):  # archives, devices and dialogs have an `open` of their own
        path = whose.rpartition(".")[2] in PATHS or whose.endswith(")")
        return path and len(call.args) <= 1 and "b" not in mode_of(call, 0)
    if name in ("open", "fdopen"):
        return "b" not in mode_of(call, 1)
    if name in MADE:
        return bool(mode_of(call, 0)) and "b" not in mode_of(call, 0)
    return name in PROCESSES and whose == "subprocess" and bool(said & {"text", "universal_newlines"})


def without_encoding(tree: ast.AST) -> Iterator[int]:
    """Lines that read or write text as this machine happens to write it: on a Chinese Windows that is GBK."""
    for name, whose, call in calls(tree):
        if not keywords(call) & {"encoding", "**"} and is_text(name, whose, call):
            yield call.lineno


def moving(tree: ast.AST) -> Iterator[int]:
    """Lines that move or remove a file where somebody may just be reading it."""
    for name, whose, call in calls(tree):
        of_path = name == "replace" and whose not in ("", "files") and len(call.args) == 1 and not call.keywords
        if of_path or name in ("rename", "unlink") or (whose == "os" and name in ("replace", "remove")):
            yield call.lineno


def posix_dates(tree: ast.AST) -> Iterator[int]:
    """Lines with a date in signs that only glibc knows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            told = ast.unparse(node.format_spec)
            if any(sign in told for sign in DATES) and any(sign in told for sign in POSIX_DATES):
                yield node.lineno
    for name, _, call in calls(tree):
        if name == "strftime" and any(sign in ast.unparse(part) for part in call.args for sign in POSIX_DATES):
            yield call.lineno


def proposing(tree: ast.AST) -> Iterator[int]:
    """Lines that propose a file's name as it stands in somebody's title."""
    for name, _, call in calls(tree):
        if name in ("getSaveFileName", "saveFileContent") or (
            name == "selectFile" and "file_name(" not in ast.unparse(call)
        ):
            yield call.lineno


def found(files: list[Path], look: object, but: Path | None = None) -> list[str]:
    assert callable(look)
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        if path != but
        for line in sorted(set(look(ast.parse(path.read_text(encoding="utf-8")))))
    ]


def test_text_is_read_and_written_in_a_named_encoding() -> None:
    assert found(PROGRAM, without_encoding) == []


def test_files_are_moved_and_removed_in_one_place_that_waits_for_others_to_let_go() -> None:
    """Packaging runs before anything of ours is there; the demo clears only what is its own."""
    told = [path for path in PROGRAM if path.relative_to(ROOT).parts[0] != "packaging"]
    assert found([path for path in told if "demo" not in path.parts], moving, MOVES) == []


def test_names_of_files_are_proposed_in_one_place_that_knows_what_windows_refuses() -> None:
    assert found(PROGRAM, proposing, NAMES) == []


def test_dates_are_written_with_signs_that_every_system_knows() -> None:
    assert found(PROGRAM + TESTS, posix_dates) == []


@pytest.mark.parametrize(
    ("look", "source"),
    [
        (without_encoding, "open('a')"),
        (without_encoding, "open('a', 'w')"),
        (without_encoding, "self.log.open('a')"),
        (without_encoding, "Path('a').read_text()"),
        (without_encoding, "path.write_text('b')"),
        (without_encoding, "subprocess.run(['a'], text=True)"),
        (without_encoding, "tempfile.NamedTemporaryFile('w')"),
        (moving, "os.replace(a, b)"),
        (moving, "path.replace(other)"),
        (moving, "path.rename(other)"),
        (moving, "path.unlink(missing_ok=True)"),
        (proposing, "QFileDialog.getSaveFileName(self, 'a', name)"),
        (proposing, "dialog.selectFile(title)"),
        (posix_dates, "day.strftime('%-d')"),
        (posix_dates, "f'{day:%Y-%-m}'"),
    ],
)
def test_each_of_these_is_found(look: object, source: str) -> None:
    assert callable(look)
    assert list(look(ast.parse(source)))


@pytest.mark.parametrize(
    ("look", "source"),
    [
        (without_encoding, "open('a', 'rb')"),
        (without_encoding, "path.read_text('utf-8')"),
        (without_encoding, "path.write_text('b', encoding='utf-8')"),
        (without_encoding, "subprocess.run(['a'], capture_output=True)"),
        (moving, "text.replace('a', 'b')"),
        (moving, "day.replace(day=1)"),
        (moving, "files.replace(fresh, path)"),
        (proposing, "dialog.selectFile(file_name(title))"),
        (posix_dates, "f'{day:%Y-%m-%d}'"),
    ],
)
def test_what_is_right_is_left_alone(look: object, source: str) -> None:
    assert callable(look)
    assert not list(look(ast.parse(source)))
