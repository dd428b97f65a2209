"""The template of a paper that a pack brings: words with {placeholders}, a table of people, places to sign."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
BlockKind = Literal["seal", "sign", "date"]


class TemplateError(ValueError):
    """A template that cannot be used, or that asks for a value nobody gave. Names the paper and the key."""


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column: `value` is the path of what stands in it, such as person.name, or `index`, or `card` (its title)."""

    title: str
    value: str
    width: float = 1


@dataclass(frozen=True, slots=True)
class SignBlock:
    """A place to seal, to sign or to date."""

    kind: BlockKind
    label: str


@dataclass(frozen=True, slots=True)
class PaperTemplate:
    """A paper as an association words it. Keys are those of a pack's documents/*.yaml."""

    id: str
    title: str
    label: str = ""
    page: str = "A4"
    intro: tuple[str, ...] = ()
    cards: Mapping[str, str] = field(default_factory=dict)  # card of the form -> title over its table, in this order
    columns: tuple[TemplateColumn, ...] = ()
    closing: tuple[str, ...] = ()
    blocks: tuple[SignBlock, ...] = ()
    footnote: str = ""

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> PaperTemplate:
        """The template of a `documents:` entry; what is wrong is named by key."""
        name = str(data.get("id") or "")
        if not name or not data.get("title"):
            raise TemplateError(f"paper {name or '?'}: id and title are needed")
        table = data.get("table") or {}
        try:
            columns = tuple(
                TemplateColumn(str(column["title"]), str(column["value"]), float(column.get("width") or 1))
                for column in table.get("columns") or ()
            )
            blocks = tuple(SignBlock(block["kind"], str(block["label"])) for block in data.get("blocks") or ())
        except (KeyError, TypeError, ValueError) as wrong:
            raise TemplateError(f"paper {name}: table.columns or blocks: {wrong!r}") from wrong
        for block in blocks:
            if block.kind not in get_args(BlockKind):
                raise TemplateError(f"paper {name}: blocks: kind {block.kind!r} is none of {get_args(BlockKind)}")
        if table and not columns:
            raise TemplateError(f"paper {name}: table.columns: a table needs columns")
        return cls(
            id=name,
            title=str(data["title"]),
            label=str(data.get("label") or data["title"]),
            page=str(data.get("page") or "A4"),
            intro=_texts(data.get("intro")),
            cards={str(card): str(title) for card, title in (table.get("cards") or {}).items()},
            columns=columns,
            closing=_texts(data.get("closing")),
            blocks=blocks,
            footnote=str(data.get("footnote") or ""),
        )

    def placeholders(self) -> frozenset[str]:
        """Every value the words ask for."""
        texts = (self.title, *self.intro, *self.closing, self.footnote, *self.cards.values())
        return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))

    def fill(self, text: str, values: Mapping[str, str]) -> str:
        """The text with its values; one that nobody gave is an error, never an empty place."""

        def value(match: re.Match[str]) -> str:
            if match[1] not in values:
                raise TemplateError(f"paper {self.id}: no value for {{{match[1]}}}")
            return values[match[1]]

        return PLACEHOLDER.sub(value, text)


def _texts(given: str | Sequence[str] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(str(text) for text in given or ())


def lookup(row: Mapping[str, Any], path: str, labels: Mapping[str, Mapping[str, str]]) -> str:
    """What stands at a path of nested values, as people read it: by its label, lists joined, nothing as nothing."""
    value: Any = row
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    known = labels.get(path, {})
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(known.get(str(part), str(part)) for part in value)
    return "" if value is None else known.get(str(value), str(value))
