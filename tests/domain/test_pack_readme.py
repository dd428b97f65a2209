"""The page for those who write packs names every function of the rule language, and no other."""

import re
from pathlib import Path

from domain.expressions.functions import FUNCTIONS
from domain.expressions.looping import LOOPS
from domain.expressions.translating import Translator

README = Path(__file__).parents[2] / "resources" / "packs" / "README.md"
SPECIAL = {name.removeprefix("_call_") for name in vars(Translator) if name.startswith("_call_")}


def test_every_function_is_written_down() -> None:
    table = README.read_text(encoding="utf-8").partition("| 函数 |")[2]
    rows = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]
    named = {found for row in rows for found in re.findall(r"`([a-z_]+)", row)}
    assert named == set(FUNCTIONS) | LOOPS | SPECIAL
