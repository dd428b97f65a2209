"""What people read names only controls that are there, speaks politely, and never in the machine's own words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HAN = re.compile(r"[\u4e00-\u9fff]")
NEVER = re.compile(r"你|！|非法|异常|失败请|请重试|刷新|未知错误|参数错误|操作失败")
ASKED = re.compile(r"点“([^”]+)”")


def sentences(*houses: str) -> Iterator[tuple[str, str]]:
    """(where, text) of every Chinese text in the code that is no docstring."""
    for house in houses:
        for path in sorted((ROOT / house).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            told = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told]
            for node in texts:
                if isinstance(node.value, str) and HAN.search(node.value):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def test_nothing_scolds_or_speaks_in_jargon() -> None:
    found = [f"{where} {text}" for where, text in sentences("desktop", "sync", "documents") if NEVER.search(text)]
    assert found == []


def test_a_pack_neither() -> None:
    lines = [
        f"{path.name} {line.strip()}"
        for path in sorted((ROOT / "resources" / "packs").rglob("*.yaml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if NEVER.search(line) and not line.strip().startswith("#")
    ]
    assert lines == []


def test_a_control_that_a_sentence_asks_for_is_on_some_page() -> None:
    told = list(sentences("desktop", "sync"))
    texts = {text for _where, text in told}
    asked = {(where, name) for where, text in told for name in ASKED.findall(text)}
    assert asked, "sentences do name controls"
    assert [(where, name) for where, name in sorted(asked) if name not in texts] == []
