"""What the steps of a form lead to: other drafts begun for the person concerned, papers, the letter, a place here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop.context import Context
from desktop.pages.form_lines import PATH
from desktop.pages.form_model import DraftForm
from desktop.pages.form_values import find_row, new_row
from domain.picking import row_values
from sync import actions
from sync.store.drafts import Draft
from sync.store.local import LocalStore
from sync.store.text import key_of
from sync.views import view_for


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


def begin_for(
    context: Context, service: str, person: str | None, done: Callable[[Draft], Any], *, bill: str | None = None
) -> None:
    """A new draft of another service, with this person in it if one of its cards takes people."""
    pack, account, now, today = context.pack, context.account, context.now(), context.today()
    found = pack.services[service]
    card = next((key for key, spec in found.cards.items() if spec.adds == "person"), None)

    def work(store: LocalStore) -> Draft:
        form: dict[str, Any] = {}
        if card is not None and person:
            with store.reading() as reader:
                view = view_for(reader, account, [person], pack=pack)
            values = row_values(pack, view, service, card, person, today)
            form = {"cards": {card: [new_row(person, None, values, **({"bill": bill} if bill else {}))]}}
        return actions.new_draft(store, account, service, form=form, title=found.label, now=now)

    context.write(work, done)


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
    elif kind == "next":
        service, _, row = rest.partition(":")
        found = find_row(form.form, row)
        person = str(found[1].get("person") or "") if found is not None else ""
        begin_for(context, service, person or None, lambda made: context.go(f"form/{key_of(made.id)}"))
