"""What the steps of a form lead to: other drafts begun for the person concerned, papers, the letter, a place here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop.pages.form_lines import PATH
from desktop.pages.form_model import DraftForm
from desktop.pages.form_values import find_row
from desktop.pages.next_steps import follow_step
from sync.store.text import key_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path of a finding points: a card, a row, a field or material; all may be empty."""

    card: str
    row: str
    key: str


def place_of(path: str) -> Place:
    found = PATH.match(path)
    if found is None:
        return Place("", "", path)
    return Place(found["card"], found["row"], found["place"] or "")


def follow(form: DraftForm, key: str, jump: Callable[[Place], None], take_out: Callable[[list[str]], None]) -> None:
    """Do what a step of the panel says."""
    kind, _, rest = key.partition(":")
    context, draft = form.context, key_of(form.draft_id)
    if kind == "go":
        jump(place_of(rest))
    elif kind == "out":
        take_out([rest])
    elif kind == "papers":
        card, _, row = rest.partition(":")
        context.go(f"materials/{draft}:{card}:{row}")
    elif kind == "letter":
        context.go(f"letter/{draft}:{rest}")
    else:
        step, _, row = key.rpartition(":")
        found = find_row(form.form, row)
        follow_step(context, step, str(found[1].get("person") or "") if found is not None else "")
