"""The facts of a form as desk and server see them, in the very shape in which `explain` is asked."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from domain.packs.pack import Pack
from domain.packs.parameters import in_force, overlay
from domain.packs.service import Service
from domain.view import View

Body = Mapping[str, Any]


def facts_for(
    pack: Pack,
    view: View,
    service: str,
    form: Body,
    today: date,
    *,
    application: Body | None = None,
) -> dict[str, Any]:
    """Everything the rules may look at. `application`: the one that exists already; it is not in its own way."""
    found = pack.services[service]
    own = str(application.get("id")) if application is not None else None
    taken = _taken(view, own)
    rows = [_row(view, found, card, row, own, taken) for card, row in form_rows(found, form)]
    attachments = [each for each in form.get("attachments") or () if isinstance(each, Mapping)]
    proofs = {each.get("row"): each["proof"] for each in reversed(attachments) if each.get("proof")}
    for row in rows:
        if proof := proofs.get(row["row"]):
            row["proof"] = proof
    return {
        "today": today.isoformat(),
        "config": in_force(pack.parameters, view.config, today),
        **unit_facts(view, own),
        "account": account_facts(view),
        "request": request_facts(found, form),
        "rows": rows,
        "uploads": [_upload(each) for each in attachments],
        "application": application_facts(pack, view, found, form, rows, application, today),
    }


def form_rows(service: Service, form: Body) -> Iterator[tuple[str, Body]]:
    """Each row with the key of its card, in the order of the pack."""
    cards = form.get("cards") or {}
    for key in service.cards:
        for row in cards.get(key) or ():
            yield key, row


def config_on(pack: Pack, config: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Every parameter's value in force on that day: the pack's default under what the association has set."""
    return dict(overlay(pack.defaults, pack.parameters, in_force(pack.parameters, config, day)))


def unit_facts(view: View, own: str | None) -> dict[str, Any]:
    """The unit, its bills, and what is in flight about the unit itself."""
    return {
        "unit": dict(view.unit or {}),
        "unit_bills": [_bill(each) for each in view.unit_bills if each.get("status") != "void"],
        "in_flight": [_in_flight(each, "unit") for each in view.unit_applications if each.get("id") != own],
    }


def account_facts(view: View) -> dict[str, Any]:
    account: Body = view.account or {}
    return {"id": account.get("id"), "role": account.get("role"), "unit_id": account.get("unit")}


def request_facts(service: Service, form: Body) -> dict[str, Any]:
    """The form's own fields: what is empty is there as null. Fields that rules know by name stand beside them too."""
    values = form.get("values") or {}
    filled = {field.key: values.get(field.key) for field in service.fields}
    known = service.pack.fact_reader.request_keys
    return {**{key: value for key, value in values.items() if key in known}, "form": filled}


def person_facts(view: View, person: str | None, own: str | None = None) -> dict[str, Any]:
    """All that is known of one person. Somebody the association does not know has no facts."""
    body: Body = view.people.get(person, {}) if person else {}
    key = person or ""
    if not body:
        return {"person": {}, "membership": {}, "certificates": [], "in_flight": list(_unit_in_flight(view, own))}
    known = {name: value for name, value in body.items() if name not in ("unit", "materials")}
    insurance = body.get("social_insurance")
    if isinstance(insurance, Mapping) and "unit" in insurance and "unit_id" not in insurance:
        known["social_insurance"] = {**insurance, "unit_id": insurance["unit"]}
    tasks = view.study_tasks.get(key, ())
    bills = [each for each in view.bills.get(key, ()) if each.get("status") != "void" and not _made_by(own, each)]
    return {
        "person": {
            **known,
            "unit_id": body.get("unit"),
            "stored_materials": [each["material"] for each in body.get("materials") or ()],
        },
        "membership": _membership(view, key, bills, tasks),
        "certificates": [dict(each) for each in view.certificates.get(key, ())],
        "in_flight": [
            *(_in_flight(each, "person") for each in view.applications.get(key, ()) if each.get("id") != own),
            *_unit_in_flight(view, own),
        ],
        "bills": [_bill(each) for each in bills],
        "study_tasks": [dict(each) for each in tasks],
    }


def _made_by(own: str | None, bill: Body) -> bool:
    """What an application has itself made is not in its way when it is sent again."""
    return own is not None and bill.get("application") == own


def membership_id(person: str) -> str:
    """At most one membership a person, under the person's own key."""
    return f"membership/{person.partition('/')[2]}"


def _membership(view: View, person: str, bills: Iterable[Body], tasks: Iterable[Body]) -> dict[str, Any]:
    body: Body = view.memberships.get(person) or {}
    paid = [str(each["paid_on"]) for each in bills if each.get("paid_on") and _is_membership_bill(each)]
    done = [str(each["finished_on"]) for each in tasks if each.get("finished_on") and each.get("status") == "passed"]
    return {
        **body,
        "id": membership_id(person),
        "fee_approved_on": max(paid, default=None),
        "last_ce_on": max(done, default=None),
    }


def _is_membership_bill(bill: Body) -> bool:
    return any(line.get("type") == "membership" for line in bill.get("lines") or ())


def _unit_in_flight(view: View, own: str | None) -> Iterator[dict[str, Any]]:
    return (_in_flight(each, "unit") for each in view.unit_applications if each.get("id") != own)


def _in_flight(application: Body, subject: str) -> dict[str, Any]:
    number = application.get("number") or "编号待定"
    return {
        "id": application.get("id"),
        "number": number,
        "service": application.get("service"),
        "subject": subject,
        "state": application.get("state"),
    }


def _bill(bill: Body) -> dict[str, Any]:
    return {key: bill.get(key) for key in ("id", "number", "kind", "status", "paid_on")}


def _upload(attachment: Body) -> dict[str, Any]:
    return {key: attachment.get(key) for key in ("material", "row", "type", "bytes", "pages", "name")}


def _row(view: View, service: Service, card: str, row: Body, own: str | None, taken: frozenset[str]) -> dict[str, Any]:
    """One row: the person's facts, what was filled in, and what a payment's row refers to."""
    values = {key: value for key, value in (row.get("values") or {}).items() if value not in (None, "")}
    made: dict[str, Any] = {"row": row["row"], "card": card, **person_facts(view, row.get("person"), own), **values}
    if service.spec.payment is not None:
        made["bill"] = row.get("bill") or ""  # empty: the row names none, which is known
    part = service.card_service(card)
    if part is not service:
        made["service"] = part.id
    covered = view.covered.get(str(row.get("application")))
    if covered is not None:
        told = {key: covered.get(key) for key in ("id", "number", "service", "state", "unit")}
        made["application"] = {**told, "taken": covered.get("id") in taken}
    elif row.get("application"):
        made["application"] = {"id": row["application"], "state": "none"}
    return made


def _taken(view: View, own: str | None) -> frozenset[str]:
    """The forms that this very payment already covers, as at the finance desk."""
    if own is None:
        return frozenset()
    return frozenset(str(bill.get("application")) for bill in all_bills(view).values() if bill.get("payment") == own)


def application_facts(
    pack: Pack,
    view: View,
    service: Service,
    form: Body,
    rows: list[dict[str, Any]],
    application: Body | None,
    today: date,
) -> dict[str, Any]:
    """The application acted upon, with an item for each row."""
    body: Body = application or {}
    bills = list(_own_bills(view, body, form, service))
    paid = _paid_rows(view, body)
    values = form.get("values") or {}
    written = {row["row"]: row for _, row in form_rows(service, form)}
    items = [_item(view, service, row, written[row["row"]], paid, today) for row in rows]
    return {
        "id": body.get("id"),
        "number": body.get("number"),
        "service": service.id,
        "state": body.get("state", "none"),
        "unit": body.get("unit"),
        "via": body.get("via"),
        "purpose": values.get("purpose"),
        "reason": values.get("reason"),
        "member_type_to": values.get("member_type_to"),
        "items": items,
        "certificate_ids": [each for item in items for each in item["certificate_ids"]],
        "bills": bills,
    }


def _item(view: View, service: Service, row: Body, written: Body, paid: frozenset[str], today: date) -> dict[str, Any]:
    person = written.get("person")
    membership: Body = view.memberships.get(person) or {} if person else {}
    until = membership.get("valid_until")
    held = [each for each in view.certificates.get(str(person), ()) if each.get("status") == "active"]
    asked = row.get("certificate_types")
    chosen = [each for each in held if asked is None or each.get("type") in asked]
    return {
        **{key: row.get(key) for key in ("row", "card", "certificate_type", "certificate_types", "new_specialties")},
        **{key: row.get(key) for key in ("member_type", "professional_years")},
        "person": person,
        "service": row.get("service") or service.id,
        "certificates": [each.get("type") for each in chosen],
        "certificate_ids": [each["id"] for each in chosen],
        "kept_certificates": len(held) - len(chosen),
        "membership_id": membership_id(person) if person else None,
        "membership_type": membership.get("type"),
        "membership_until": until,
        "membership_expired": None if not until or membership.get("ended") else until < today.isoformat(),
        "paid": row["row"] in paid,
        "bill": written.get("bill"),
        "application": written.get("application"),
    }


def all_bills(view: View) -> dict[str, Body]:
    """Every bill that the view knows, by id, void ones left out."""
    found = {str(each["id"]): each for each in view.unit_bills}
    for bills in view.bills.values():
        found.update((str(each["id"]), each) for each in bills)
    return {key: each for key, each in found.items() if each.get("status") != "void"}


def _own_bills(view: View, body: Body, form: Body, service: Service) -> Iterator[dict[str, Any]]:
    """Bills that the application made, or that a payment covers: by name, by their form, or by having taken them."""
    rows = [row for _, row in form_rows(service, form)]
    named = {row.get("bill") for row in rows} - {None}
    forms = {row.get("application") for row in rows} - {None}
    own = body.get("id")
    for key, bill in all_bills(view).items():
        mine = own is not None and own in (bill.get("application"), bill.get("payment"))
        covered = bill.get("application") in forms and bill.get("status") != "paid"
        if mine or key in named or covered:
            total = bill.get("total")
            yield {"id": key, "kind": bill.get("kind"), "status": bill.get("status"), "total": total}


def _paid_rows(view: View, body: Body) -> frozenset[str]:
    """Rows of the application whose bill is paid already, as after a return from the last review."""
    own = body.get("id")
    return frozenset(
        str(line["row"])
        for bill in all_bills(view).values()
        if own is not None and bill.get("application") == own and bill.get("status") == "paid"
        for line in bill.get("lines") or ()
        if line.get("row")
    )
