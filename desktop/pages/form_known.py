"""What the desk knows already and need not be typed again: the handler, the payer, the invoice, last time's agency.

Packs name their fields freely; those of KNOWN are understood everywhere, the rest comes from the last form of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.pages.form_values import Form
from domain.packs.service import Service
from sync.store.local import Reader
from sync.views import entities

KNOWN = {  # field key -> where it is found
    "contact_name": ("me", "name"),
    "contact_mobile": ("me", "mobile"),
    "payer_name": ("unit", "name"),
    "invoice_title": ("invoice", "title"),
    "tax_number": ("invoice", "tax_number"),
    "email": ("invoice", "email"),
    "mobile": ("invoice", "mobile"),
}
AGAIN = ("agency", "text", "mobile", "email")  # types that are likely to be the same next time


def known_values(reader: Reader, account: str, service: Service) -> dict[str, Any]:
    """Values for a form that nobody has typed in yet."""
    me = reader.accounts.need(account)
    unit = reader.mirror.get(account, me.unit) if me.unit else None
    body: Mapping[str, Any] = unit.body if unit is not None else {}
    places: dict[str, Mapping[str, Any]] = {"me": me.body, "unit": body, "invoice": body.get("invoice") or {}}
    before = last_form(reader, account, service.id).get("values") or {}
    agencies = {one.id for one in entities(reader, account, "agency") if one.body.get("active", True)}
    made: dict[str, Any] = {}
    for spec in service.fields:
        place, key = KNOWN.get(spec.key, ("", ""))
        value = places.get(place, {}).get(key)
        if not value and spec.required is True and spec.type in AGAIN:
            value = before.get(spec.key)
        if spec.type == "agency" and value not in agencies:
            value = next(iter(agencies)) if len(agencies) == 1 else None
        if value:
            made[spec.key] = value
    return made


def last_form(reader: Reader, account: str, service: str) -> Form:
    """The newest form of that service that was sent."""
    sent = [one.body for one in entities(reader, account, "application") if one.body.get("service") == service]
    newest = max(sent, key=lambda body: str(body.get("id")), default=None)
    return (newest or {}).get("form") or {}
