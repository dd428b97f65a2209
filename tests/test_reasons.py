"""What looks like a way around the rules has its reason beside it: broad excepts, silenced checks, pauses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("domain", "documents", "sync", "server", "desktop", "packaging", "tests")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
SILENCED = re.compile(r"#\s*(type:\s*ignore(\[[^]]*\])?|noqa(:\s*[A-Z0-9, ]+)?|pragma:\s*no cover)(?P<reason>.*)")
BROAD = {"Exception", "BaseException"}
PAUSING = {"time", "asyncio"}


def name_of(node: ast.expr | None) -> str:
    """The last word of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Catches whatever comes, and does not just clean up and pass it on."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    last = handler.body[-1]
    passes_on = isinstance(last, ast.Raise) and last.exc is None
    return not passes_on and any(kind is None or name_of(kind) in BROAD for kind in kinds)


def suspicious(text: str) -> Iterator[tuple[int, int]]:
    """Runs of lines that want a reason: from the one above to the last in which it may stand."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler) and is_broad(node):
            yield node.lineno, node.body[0].lineno
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == "sleep" and name_of(called.value) in PAUSING:
            yield called.lineno, called.lineno


def unexplained(text: str) -> list[int]:
    """Lines that want a reason and have none, in the line itself or in a comment of its own around it."""
    lines = text.splitlines()
    around = {first for first, last in suspicious(text) if not any("#" in line for line in lines[first - 2 : last])}
    bare = set()
    for number, line in enumerate(lines, start=1):
        found = SILENCED.search(line)
        above = number > 1 and lines[number - 2].lstrip().startswith("#")
        if found and len(found["reason"].strip(" #-()")) < 8 and not above:
            bare.add(number)
    return sorted(around | bare)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_way_around_the_rules_has_its_reason_beside_it(folder: str) -> None:
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        if path.is_relative_to(ROOT / folder)
        for number in unexplained(path.read_text(encoding="utf-8"))
    ]
    assert told == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("try:\n    a()\nexcept Exception:\n    pass\n", [3]),
        ("try:\n    a()\nexcept (OSError, BaseException) as error:\n    print(error)\n", [3]),
        ("try:\n    a()\nexcept Exception:  # whatever it was, the next one goes on\n    pass\n", []),
        ("try:\n    a()\nexcept BaseException:\n    close()\n    raise\n", []),
        ("try:\n    a()\nexcept OSError:\n    pass\n", []),
        ("x = 1  # type: ignore[misc]\n", [1]),
        ("x = 1  # type: ignore[misc]  # the stubs forget that it may be None\n", []),
        ("x = 1  # noqa: E731\n", [1]),
        ("import time\n\ntime.sleep(1)\n", [3]),
        ("page.sleep()\n", []),
    ],
)
def test_the_check_itself(text: str, wrong: list[int]) -> None:
    assert unexplained(text) == wrong
