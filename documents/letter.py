"""The letter that a unit seals: the words of the pack's template, the people by card, the place for the seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from documents.paper import NUMBER, Block, Column, Paper, Para, Seal, Space, Table, Title, Together, day_text
from documents.templates import PaperTemplate, lookup

INDEX = "index"
BLANK_DAY = "　　　　年　　月　　日"


def letter(
    template: PaperTemplate,
    *,
    values: Mapping[str, str],
    people: Mapping[str, Sequence[Mapping[str, Any]]],
    labels: Mapping[str, Mapping[str, str]] | None = None,
    short_code: str = "",
    day: date | None = None,
    signed: Mapping[str, str] | None = None,
) -> Paper:
    """The letter as a paper; `.pdf()` makes the bytes.

    `values` fill the placeholders; `people` are rows by card, each nested as the columns' paths ask; `labels` give, by
    path, the words for codes; `signed` gives, by label of a block, what is known already (the rest is left to write
    on); `day` is the day of the letter, None leaves it to be written.
    """
    blocks: list[Block] = [Title(template.fill(template.title, values))]
    blocks += [_paragraph(template.fill(text, values), first=at == 0) for at, text in enumerate(template.intro)]
    tables = _tables(template, values, people, labels or {})
    blocks += tables[:-1]
    closing: list[Block] = [_paragraph(template.fill(text, values)) for text in template.closing]
    # The seal never stands on a page without the promise it seals and people it is for, nor the footnote alone.
    note = [Para(template.fill(template.footnote, values), indent=0, size=9, grey=True, before=6)]
    sealed = [*closing, Space(4), _seal(template, values, day, signed or {})]
    blocks.append(Together([*tables[-1:], *sealed, *(note if template.footnote else [])]))
    foot = "　".join(filter(None, (template.label, short_code, values.get("单位", ""))))
    return Paper(
        title=template.fill(template.title, values),
        blocks=blocks,
        author=values.get("单位", ""),
        subject=values.get("业务", template.label),
        keywords=tuple(filter(None, (template.id, short_code))),
        made=day,
        foot=foot,
        corner=short_code,
        corner_words=short_code,
        landscape=template.page == "A4-landscape",
    )


def _paragraph(text: str, *, first: bool = False) -> Para:
    """A paragraph begins two characters in, but for the first when it ends as a salutation does."""
    return Para(text.lstrip("　 "), indent=0 if first and text.endswith(("：", ":")) else 2)


def _tables(
    template: PaperTemplate,
    values: Mapping[str, str],
    people: Mapping[str, Sequence[Mapping[str, Any]]],
    labels: Mapping[str, Mapping[str, str]],
) -> list[Block]:
    """A table a card that has people, in the template's order; rows of no known card are not left off."""
    paths = [column.value for column in template.columns]
    columns = [NUMBER if column.value == INDEX else Column(column.title, column.width) for column in template.columns]
    if INDEX not in paths:  # people are always numbered, so that none can be added by hand unseen
        paths, columns = [INDEX, *paths], [NUMBER, *columns]
    tables: list[Block] = []
    for card in (*template.cards, *(card for card in people if card not in template.cards)):
        title = template.fill(template.cards.get(card, ""), values)
        given = [{"card": title, **row, INDEX: at} for at, row in enumerate(people.get(card, ()), 1)]
        rows = [[lookup(row, path, labels) for path in paths] for row in given]
        if not rows or not template.columns:
            continue
        heading = f"{title}（{len(rows)} 人）" if title else ""
        tables.append(Table(columns, rows, heading))
    return tables


def _seal(template: PaperTemplate, values: Mapping[str, str], day: date | None, signed: Mapping[str, str]) -> Seal:
    lines, mark = list[tuple[str, str]](), ""
    for block in template.blocks:
        label = template.fill(block.label, values)
        known = signed.get(block.label, "")
        if block.kind == "date":
            known = day_text(day) if day else BLANK_DAY
        elif block.kind == "seal":
            known, mark = known or values.get("单位", ""), "盖章处"
        lines.append((label if label.endswith(("：", ":")) else f"{label}：", known))
    return Seal(lines, mark)
