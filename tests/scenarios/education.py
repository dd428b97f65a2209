"""People, papers and desks of one unit that does its members' education business, without windows and HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from domain.answering import answer
from domain.operations import Kind, Outcome, Status
from server.clock import shanghai_day
from server.decide.act import SENDING
from server.decide.cases import people_in
from server.decide.payments import covering, is_payment
from server.decide.workspace import Step, Workspace
from server.explaining import facts_of
from server.repositories import blobs
from sync.protocol import instant_text
from tests.server.desks import AGENCY, UNIT, Desk, House, new_key_id

PSE, SA, SSA = "professional_supervision_engineer", "supervision_assistant", "safety_supervision_assistant"
MONTH = "2025-10"  # of the newest social insurance, in November 2025


def member(key: str, *, until: str | None = "2026-06-30", **more: Any) -> list[dict[str, Any]]:
    """A person of the unit who meets every condition of initial education, and the membership."""
    number = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10_000
    person: dict[str, Any] = {
        "id": f"person/{key}",
        "name": f"某{key}",
        "unit": UNIT,
        "gender": "male",
        "id_document_type": "mainland_id",
        "id_number": f"44010319900101{number:04d}",
        "birth_date": "1990-01-01",
        "mobile": "13800138000",
        "education": {
            "level": "bachelor",
            "specialty": "土木工程",
            "specialty_class": "construction_engineering",
            "graduation_date": "2012-07-01",
        },
        "title": {"level": "none"},
        "registrations": [],
        "social_insurance": {"unit": UNIT, "unit_id": UNIT, "latest_month": MONTH},
        "origin": "platform",
        "identity_supplemented": True,
        "bad_record": False,
    }
    membership: dict[str, Any] = {
        "id": f"membership/{key}",
        "person": f"person/{key}",
        "type": "ordinary",
        "ended": False,
    }
    dates: dict[str, Any] = {"valid_from": "2024-07-01" if until else None, "valid_until": until}
    return [{**person, **more}, {**membership, **dates}]


def certificate(key: str, type_: str, until: str = "2026-03-31", **more: Any) -> dict[str, Any]:
    """A certificate of that person."""
    body: dict[str, Any] = {
        "id": f"certificate/{key}-{type_}",
        "person": f"person/{key}",
        "type": type_,
        "status": "active",
    }
    body |= {"number": f"粤{key}", "specialties": ["房屋建筑工程"], "unit": UNIT, "unit_name": "广州示例监理有限公司"}
    return {**body, "issue_date": "2023-04-01", "valid_until": until, **more}


def paper(house: House, material: str, row: str | None = None, text: str = "") -> dict[str, Any]:
    """An attachment whose bytes the unit has brought already."""
    digest = hashlib.sha256(f"{material}{row}{text}".encode()).hexdigest()
    with house.work.database.write() as connection:
        now = instant_text(house.watch.now)
        for scope in ("drafts:u1", "unit:u1"):
            blobs.complete(connection, scope, digest, 1000, "pdf", "account/main", now)
    made: dict[str, Any] = {"material": material, "row": row, "blob": digest, "name": f"{material}.pdf", "type": "pdf"}
    made |= {"bytes": 1000, "pages": 1}
    if material == "credential-verification":
        made["proof"] = {"subject": "diploma", "kind": "chsi_online_report", "valid_until": "2026-12-31"}
    return made


PER_ROW = {
    "initial-education": ("highest-diploma", "social-insurance-proof", "credential-verification"),
    "continuing-education": ("highest-diploma", "social-insurance-proof"),
    "assistant-to-engineer-upgrade": ("highest-diploma", "social-insurance-proof"),
    "specialty-change": ("highest-diploma", "social-insurance-proof"),
}
UPGRADE = {"new_specialties": ["房屋建筑工程"], "route": "education", "insurance_month": MONTH}
VALUES: Mapping[str, dict[str, Any]] = {
    "initial-education": {"certificate_type": SSA, "insurance_month": MONTH},
    "continuing-education": {"certificate_types": [SA], "insurance_month": MONTH},
    "assistant-to-engineer-upgrade": {
        "new_specialties": ["房屋建筑工程"],
        "route": "education",
        "insurance_month": MONTH,
    },
    "specialty-change": {"new_specialties": ["市政公用工程"], "insurance_month": MONTH},
}


def education_form(house: House, **cards: list[str]) -> dict[str, Any]:
    """A complete form; `initial_education=["1"]` puts person/1 on that card."""
    form: dict[str, Any] = {"cards": {}, "attachments": [paper(house, "commitment-letter-sealed")]}
    form["values"] = {"agency_id": AGENCY, "contact_name": "王经办", "contact_mobile": "13900139000"}
    for name, people in cards.items():
        card = name.replace("_", "-")
        rows: list[dict[str, Any]] = [
            {"row": f"{card}-{key}", "person": f"person/{key}", "values": VALUES[card]} for key in people
        ]
        form["cards"][card] = rows
        form["attachments"] += [paper(house, material, row["row"]) for row in rows for material in PER_ROW[card]]
    return form


def without_rows(form: Mapping[str, Any], *gone: str) -> dict[str, Any]:
    """The same form without these rows and their papers."""
    cards = {card: [row for row in rows if row["row"] not in gone] for card, rows in form["cards"].items()}
    return {**form, "cards": cards, "attachments": [a for a in form["attachments"] if a["row"] not in gone]}


def payment_form(house: House, voucher: str, amount: str, **cards: list[dict[str, Any]]) -> dict[str, Any]:
    """A payment with voucher and invoicing data."""
    values = {
        "payer_name": "广州示例监理有限公司",
        "amount": amount,
        "paid_on": "2025-11-03",
        "invoice_title": "广州示例监理有限公司",
        "tax_number": "91440101MA5A00001X",
        "email": "finance@example.com",
        "mobile": "13900139000",
    }
    return {"values": values, "cards": cards, "attachments": [paper(house, voucher)]}


def act(desk: Desk, application: str, action: str, **payload: Any) -> Outcome:
    """One action, on the newest version. What is decided is what `explain` says of the same facts, every time."""
    foretold = foretell(desk, application, action, payload)
    outcome = desk.ask(Kind.ACT, application, {"action": action, **payload})
    if foretold is not None:
        foretold.compare(desk.house, application, outcome)
    return outcome


@dataclass(frozen=True, slots=True)
class Foretold:
    """What `domain.answer` says beforehand, of facts read from the database on a path of its own."""

    sends: bool
    eligibility: dict[str, Any]
    materials: dict[str, Any]
    workflow: dict[str, Any]

    def compare(self, house: House, application: str, outcome: Outcome) -> None:
        """The server must have decided so."""
        rules = {finding.rule for finding in outcome.findings}
        if outcome.status is Status.APPLIED:
            assert self.workflow["allowed"]
            assert house.body(application)["state"] == self.workflow["next_state"]
            if self.sends:
                assert self.eligibility["eligible"]
                assert self.materials["submittable"]
        elif outcome.status is Status.REFUSED and self.sends and "huiban-stranger" not in rules:
            assert set(self.eligibility["failed_rules"]) <= rules
            assert set(self.materials["failed_rules"]) <= rules


def foretell(desk: Desk, application: str, action: str, payload: Mapping[str, Any]) -> Foretold | None:
    """Ask before acting; None where the caller has no business with the case at all."""
    house, caller = desk.house, desk.caller
    with house.work.database.read() as connection:
        pack = house.work.editions.current(connection, shanghai_day(house.watch.now))
        step = Step(Workspace(connection))
        new = {"id": application, "service": payload.get("service"), "unit": caller.unit, "state": "none"}
        body = {**(step.body(application) or new)}
        sends = pack.verb(action) in SENDING
        if (caller.unit and body["unit"] != caller.unit) or (caller.agency and body.get("agency") != caller.agency):
            return None
        if sends and payload.get("form") is not None:
            service = pack.services[body["service"]]
            body = {**body, "form": payload["form"], "people": people_in(step, payload["form"])}
            if is_payment(service):
                body, _ = covering(step, service, body, str(body["unit"]))
        facts = facts_of(connection, pack, body, shanghai_day(house.watch.now), caller.account)
    facts["materials"] = [one["material"] for one in (body.get("form") or {}).get("attachments", ())]
    told = {"actor": pack.actor_of(caller.role), "name": action, "reason": payload.get("reason")}
    ask = partial(answer, pack, service=body["service"])
    workflow = ask(kind="workflow", facts={**facts, "action": told})
    del facts["materials"]
    return Foretold(sends, ask(kind="eligibility", facts=facts), ask(kind="materials", facts=facts), workflow)


def done(outcome: Outcome) -> Outcome:
    """It must have been applied; otherwise the reasons are shown."""
    assert outcome.status is Status.APPLIED, [
        (finding.rule, finding.path, finding.message) for finding in outcome.findings
    ]
    return outcome


def submit(desk: Desk, service: str, form: Mapping[str, Any], application: str | None = None) -> str:
    """Send a new form; the application."""
    made = application or f"application/{new_key_id()}"
    done(act(desk, made, "submit", service=service, form=form))
    return made


def rules(outcome: Outcome) -> list[str]:
    """Which rules were not met."""
    assert outcome.status is Status.REFUSED
    return sorted({finding.rule for finding in outcome.findings})


def set_amounts(house: House) -> None:
    """The association sets what the guide leaves open."""
    admin = house.desk("account/admin")
    amounts = {
        "fees.member_ordinary": "200.00",
        "fees.assist.upgrade": "350.00",
        "fees.assist.specialty_change": "180.00",
        "membership.period_months.ordinary": 12,
        "certificate.validity_months": 36,
        "ce.extension_months": 36,
    }
    for key, value in amounts.items():
        done(admin.ask(Kind.SET_CONFIG, f"config/{key}", {"value": value, "since": "2025-01-01", "why": "示例"}))


class Desks:
    """Everybody who takes part."""

    def __init__(self, house: House) -> None:
        self.main, self.agent, self.reviewer, self.finance, self.admin = (
            house.desk(f"account/{name}") for name in ("main", "agent", "reviewer", "finance", "admin")
        )
