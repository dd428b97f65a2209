"""What helps where a rule says no: another business first, the bill to pay, the form or course that is in the way.

next_steps(pack, finding)                 the steps, as keys and words; pure
follow_step(context, key, person)         goes there: a draft with that person or bill in it, or a page
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.context import Context
from desktop.starting import begin_for, begun_here, pay, payment_service
from domain.operations import Finding
from domain.packs import Pack
from sync.store.text import key_of
from sync.views import BillRow, bills


@dataclass(frozen=True, slots=True)
class Step:
    """A next step."""

    key: str
    words: str


ABOUT = {  # by the kind of what stands in the way
    "bill": ("pay", "去缴费"),
    "application": ("case", "看进度"),
    "study-task": ("study", "看学习进度"),
}


def next_steps(pack: Pack, finding: Finding) -> tuple[Step, ...]:
    """`pay:<bill>`, `case:<application>`, `study:<task>`, `next:<service>`, `elsewhere:<service>`."""
    made = []
    about = finding.about or ""
    kind = about.partition("/")[0]
    if kind in ABOUT:
        verb, words = ABOUT[kind]
        made.append(Step(f"{verb}:{about}", words))
    after = pack.services.get(finding.next_service or "")
    if after is not None:
        here = place_for(pack, after.id) is not None
        made.append(
            Step(f"next:{after.id}", f"办理{after.label}")
            if here
            else Step(f"elsewhere:{after.id}", f"怎样办{after.label}")
        )
    return tuple(made)


def place_for(pack: Pack, service: str) -> tuple[str, str] | None:
    """(service, card) of the form in which this business is done here; a card is a part of a larger form."""
    for each in (pack.services[service], *pack.services.values()):
        if each.spec.menu and begun_here(pack, each.id):
            for card, spec in each.cards.items():
                if spec.adds == "person" and (each.id == service or spec.service == service):
                    return each.id, card
            if each.id == service:
                return service, ""
    return None


def follow_step(context: Context, key: str, person: str) -> None:
    """Do what the step says."""
    verb, _, rest = key.partition(":")
    if verb == "pay":
        account = context.account
        context.read(
            lambda reader: next((bill for bill in bills(reader, account) if bill.id == rest), None),
            lambda bill: _pay(context, rest, bill),
        )
    elif verb == "next":
        place = place_for(context.pack, rest)
        if place is not None:
            begin_for(context, *place, person)
    else:
        context.go({"case": f"case/{key_of(rest)}", "study": "study"}.get(verb, f"elsewhere/{rest}"))


def _pay(context: Context, bill_id: str, bill: BillRow | None) -> None:
    """A payment with the bill in it; what cannot be paid now is shown, with the reason."""
    service = payment_service(context.pack, bill.kind) if bill is not None else None
    if bill is None or service is None or bill.status != "unpaid" or bill.total is None:
        context.go(f"bill/{key_of(bill_id)}")
    else:
        pay(context, service, bill)
