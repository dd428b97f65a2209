"""Beginning and taking up work: a new form, a draft, a returned application. Each leads to its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desktop.context import Context
from desktop.pages.form_values import Row, all_rows, new_row
from domain.packs import Pack
from domain.picking import row_values
from domain.view import View
from sync import actions
from sync.store.drafts import Draft
from sync.store.local import LocalStore, Reader
from sync.store.text import key_of
from sync.views import BillRow, view_for


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


def again(context: Context, application: str, form: Mapping[str, Any] | None = None) -> None:
    """再办一份相同的: of what was sent, or of this form, which came too late to be sent."""
    account, now = context.account, context.now()
    context.write(lambda store: actions.copy_as_new(store, account, application, now=now, form=form), _go(context))


def _go(context: Context) -> Callable[[Draft], None]:
    def go(draft: Draft) -> None:
        context.go(route_of(draft))

    return go


def pay(context: Context, service: str, bill: BillRow) -> None:
    """A payment of this service, with the bill in it as far as its form takes bills, applications or people.

    One that is begun for this bill already is taken up again.
    """
    pack, account, now, today = context.pack, context.account, context.now(), context.today()
    cards = pack.services[service].cards

    def covers(row: Row) -> bool:
        return row.get("bill") == bill.id or (bool(bill.application) and row.get("application") == bill.application)

    def work(store: LocalStore) -> Draft:
        with store.reading() as reader:
            if (begun := _begun(reader, account, service, covers)) is not None:
                return begun
            view = view_for(reader, account, bill.people, pack=pack)
        for card, spec in cards.items():
            if spec.adds == "application" and bill.application:
                rows = [new_row(None, None, {}, application=bill.application)]
            elif spec.adds == "bill":
                rows = [new_row(None, None, {}, bill=bill.id)]
            elif spec.adds == "person":
                values = {one: row_values(pack, view, service, card, one, today) for one in bill.people}
                rows = [new_row(one, None, values[one], bill=bill.id) for one in bill.people]
            else:
                continue
            return actions.new_draft(store, account, service, form={"cards": {card: rows}}, now=now)
        return actions.new_draft(store, account, service, now=now)

    context.write(work, _go(context))


def begin_for(context: Context, service: str, card: str, person: str) -> None:
    """A form with one person on a card, or with nobody where either is empty; one begun for them is taken up again."""
    pack, account, now, today = context.pack, context.account, context.now(), context.today()

    def work(store: LocalStore) -> Draft:
        if not card or not person:
            return actions.new_draft(store, account, service, now=now)
        with store.reading() as reader:
            begun = _begun(reader, account, service, lambda row: row.get("person") == person, card)
            if begun is not None:
                return begun
            view = view_for(reader, account, [person], pack=pack)
        values = row_values(pack, view, service, card, person, today)
        bill = unpaid_bill(pack, view, service, person)
        rows = [new_row(person, None, values, **({"bill": bill} if bill else {}))]
        return actions.new_draft(store, account, service, form={"cards": {card: rows}}, now=now)

    context.write(work, _go(context))


def _begun(reader: Reader, account: str, service: str, wanted: Callable[[Row], bool], card: str = "") -> Draft | None:
    """The latest draft of this service, not sent, with such a row."""
    open_ones = (one for one in reader.drafts.all(account) if one.service == service and one.sent is None)
    found = (one for one in open_ones if any(wanted(row) for key, row in all_rows(one.form) if card in ("", key)))
    return next(found, None)


def unpaid_bill(pack: Pack, view: View, service: str, person: str | None) -> str:
    """A bill of this person that this payment is for, if one waits; else the payment makes its own."""
    payment = pack.services[service].spec.payment
    kinds = payment.bills if payment is not None else ()
    waiting = [
        bill
        for bill in view.bills.get(person or "", ())
        if bill.get("kind") in kinds and bill.get("status") == "unpaid"
    ]
    return str(waiting[0]["id"]) if waiting else ""


def payment_service(pack: Pack, kind: str) -> str | None:
    """The service that pays bills of this kind."""
    for service in pack.services.values():
        spec = service.spec.payment
        if service.kind == "payment" and spec is not None and (kind in spec.bills or not spec.bills):
            return service.id
    return None


def startable(pack: Pack) -> tuple[tuple[str, str], ...]:
    """(service, words) of what the menu lets one begin."""
    entries = [entry.service for entry in pack.menu_entries() if entry.service is not None]
    return tuple((key, pack.services[key].label) for key in dict.fromkeys(entries) if begun_here(pack, key))


def begun_here(pack: Pack, service: str) -> bool:
    """Whether a unit can do this business at the desk: it may apply, and there is something to fill in."""
    found = pack.services[service]
    fillable = bool(found.fields or found.cards or found.materials)
    return bool(found.states) and fillable and any(pack.spec.actors[one].desk == "unit" for one in found.spec.applicant)
