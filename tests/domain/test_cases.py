"""Every case of tests/cases, answered by the pack named like its file or folder, compared as the contract says."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from domain.cases import ask, differences, read_cases
from domain.packs import Pack, load
from domain.surplus import surplus

CASES = Path(__file__).parents[1] / "cases"
PACKS = Path(__file__).parents[2] / "resources" / "packs"


@lru_cache
def pack(name: str) -> Pack:
    return load(PACKS / name)


def every_case() -> list[Any]:
    found = []
    for path in sorted(CASES.rglob("*.yaml")):
        name = path.relative_to(CASES).parts[0].removesuffix(".yaml")
        if not (PACKS / name).is_dir():
            continue
        for case in read_cases(path.read_text(encoding="utf-8")):
            found.append(pytest.param(name, case, id=f"{path.stem}-{case['id']}"))
    return found


@pytest.mark.parametrize(("name", "case"), every_case())
def test_case(name: str, case: dict[str, Any]) -> None:
    given = ask(pack(name), case)
    assert surplus(pack(name), case) == case.get("surplus", []), "a key that nothing looks at proves nothing"
    if case.get("error"):
        assert "error" in given, f"asked all the same: {given}"
        return
    assert "error" not in given, given.get("error")
    assert differences(case["expect"], given["answer"]) == [], case.get("why", "")
