"""Beginning and taking up work: a new form, a draft, a returned application. Each leads to its page."""

from __future__ import annotations

from collections.abc import Callable

from desktop.context import Context
from domain.packs import Pack
from sync import actions
from sync.store.drafts import Draft
from sync.store.text import key_of


def route_of(draft: Draft) -> str:
    """A returned application has a page of its own."""
    return f"{'amend' if draft.returned else 'form'}/{key_of(draft.id)}"


def begin(context: Context, service: str) -> None:
    """An empty form of this service."""
    account, now = context.account, context.now()
    context.write(lambda store: actions.new_draft(store, account, service, now=now), _go(context))


def take_up(context: Context, draft_id: str) -> None:
    """A draft: one's own, or a colleague's shared one."""
    account, now = context.account, context.now()
    context.write(lambda store: actions.open_draft(store, account, draft_id, now=now), _go(context))


def amend(context: Context, application: str) -> None:
    """A returned application, as a draft that can be changed."""
    account, pack, now = context.account, context.pack, context.now()
    context.write(lambda store: actions.open_returned(store, account, application, pack=pack, now=now), _go(context))


def again(context: Context, application: str) -> None:
    """再办一份相同的"""
    account, now = context.account, context.now()
    context.write(lambda store: actions.copy_as_new(store, account, application, now=now), _go(context))


def _go(context: Context) -> Callable[[Draft], None]:
    def go(draft: Draft) -> None:
        context.go(route_of(draft))

    return go


def startable(pack: Pack) -> tuple[tuple[str, str], ...]:
    """(service, words) of what the menu lets one begin."""
    entries = [entry.service for entry in pack.menu_entries() if entry.service is not None]
    return tuple((key, pack.services[key].label) for key in dict.fromkeys(entries) if pack.services[key].states)
