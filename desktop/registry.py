"""Which page stands behind a route: "name" or "name/key". Pages are imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from desktop.context import Context
from desktop.page import Page

# route name -> module under desktop.pages with `make(context, key) -> Page`
PAGES: dict[str, str] = {
    "home": "home",
    "drafts": "drafts",
    "outbox": "outbox",
    "returned": "returned",
    "cases": "cases",  # cases/<service>
    "case": "case",  # case/<application key>
    "help": "help",  # help or help/<topic of the pack>
    "receipt": "receipt",  # receipt/<op_id>
    "login": "login",  # the password again, after the session ran out
    "password": "password",
    "form": "form",  # form/<draft key>
    "picker": "picker",  # picker/<draft key>:<card>
    "owed": "owed",  # owed/<draft key>:<card>: what a payment may cover
    "materials": "materials",  # materials/<draft key>:<card>
    "letter": "letter",  # letter/<draft key>
    "submit": "submit",  # submit/<draft key>
    "sheet": "submit_sheet",  # sheet/<draft key>: people, papers and fees on paper, before sending
    "amend": "amend",  # amend/<draft key>: a returned form
    "people": "people",
    "person": "person",  # person/<person or roster key>
    "import": "import_people",
    "renewal": "renewal",  # renewal/membership, renewal/certificate: what runs out soon
    "study": "study",
    "unit": "unit",
    "sub-accounts": "sub_accounts",  # those that a unit's main account keeps
    "template": "template",  # template/<document of the pack>: a paper to be filled in by hand
    "elsewhere": "elsewhere",  # elsewhere/<service or view of the menu>: not done in this program
    "receipts": "receipts",
    "bill": "bill",  # bill/<bill key>
    "review": "review",  # review or review/<application key>
    "finance": "finance",
    "settings": "settings",
    "agencies": "agencies",
    "accounts": "accounts",
    "this-desk": "this_desk",
    "handover": "handover",
}
SEALED = "handover"  # the page of an account that was shut out
LEFT = (SEALED, "login", "help")  # what else such a desk shows


def pages(context: Context) -> Callable[[str], Page | None]:
    """What the shell asks: the page of a route, None where there is none."""

    def page(route: str) -> Page | None:
        name, _, key = route.partition("/")
        if context.sealed and name not in LEFT:
            name, key = SEALED, ""
        module = PAGES.get(name)
        if module is None:
            return None
        make: Callable[[Context, str], Page] = import_module(f"desktop.pages.{module}").make
        return make(context, key)

    return page
