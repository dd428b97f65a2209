"""What the manuals state is so: their example answers as printed, and no function or command is left out."""

import argparse
import json
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from domain.cases import ask, differences
from domain.packs import load
from server.cli import _parser as server_parser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.S)


def commands(parser: argparse.ArgumentParser) -> Iterable[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices


def test_the_example_of_explain_answers_as_printed() -> None:
    (case,) = yaml.safe_load(blocks("explain.md", "yaml")[0])["cases"]
    (expected,) = json.loads(blocks("explain.md", "json")[0])
    told = ask(load(ROOT / "resources" / "packs" / "gdjlxh-2025"), case)
    assert told["id"] == expected["id"]
    assert not differences(expected["answer"], told["answer"])


def test_every_server_command_is_named() -> None:
    page = (DOCS / "server.md").read_text(encoding="utf-8")
    assert not [name for name in commands(server_parser()) if f"`{name}`" not in page]


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]
    dead = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not dead
