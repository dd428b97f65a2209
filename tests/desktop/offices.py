"""Desks of offices without a server: the sample data and applications on their way, mirrored into a real store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.context import SHANGHAI
from desktop.demo import papers
from desktop.demo.sample import resolved
from desktop.theme import RESOURCES
from sync.store.blobs import BlobFolder
from tests.desktop.sample_desk import NOW, UNIT, SampleDesk, a_desk, entities, person_named
from tests.sync.store.building import pull

AGENCY = "agency/01970000-0000-7000-8000-000000000001"
FIRST = "application/01990000-0000-7000-8000-000000000001"
ROLES = {
    "agency": ("卢老师", {"agency": AGENCY}),
    "association_review": ("梁老师", {}),
    "association_finance": ("冼老师", {}),
    "secretariat": ("简老师", {}),
    "admin": ("关老师", {}),
}
PAPERS = ("highest-diploma", "social-insurance-proof", "credential-verification")


@contextmanager
def office(
    folder: Path, role: str, *bodies: Mapping[str, Any], now: datetime = NOW, configured: bool = True
) -> Iterator[SampleDesk]:
    """Logged in with this role of the pack; the sample and `bodies` mirrored."""
    name, more = ROLES[role]
    told = {"id": f"account/{role}", "login": role, "role": role, "name": name, **more}
    mirrored = [*entities(now, configured=configured), *bodies]
    with a_desk(folder, told, mirrored, scope="office", now=now) as desk:
        yield desk


def accounts(now: datetime = NOW) -> list[dict[str, Any]]:
    """The sample's accounts as entities."""
    sample = resolved(RESOURCES / "demo" / "gdjlxh-2025.yaml", now.astimezone(SHANGHAI).date())
    return [{**one, "id": f"account/{at}", "active": True} for at, one in enumerate(sample["accounts"])]


def an_education(
    key: str = FIRST,
    names: Sequence[str] = ("陈喆", "李𬱖"),
    *,
    state: str = "agency_review",
    actor: str = "agency",
    now: datetime = NOW,
    days: int = 1,
    papers_of: Mapping[tuple[str, str], str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An application for initial education; `papers_of`: (material, name) -> SHA-256."""
    since = (now - timedelta(days=days)).isoformat().replace("+00:00", "Z")
    rows = [
        {
            "row": f"r{at}",
            "person": person_named(name, now),
            "values": {"certificate_type": "supervision_assistant", "insurance_month": "2026-03"},
        }
        for at, name in enumerate(names)
    ]
    found = papers_of or {}
    attached = [
        {
            "material": material,
            "row": f"r{at}",
            "blob": found.get((material, name), f"{at}{number}" * 32),
            "name": f"{name}-{material}.jpg",
            "type": "jpg",
            "bytes": 412_000,
            "pages": 1,
            "proof": {"subject": "diploma", "kind": "chsi_online_report", "valid_until": "2027-06-30"},
        }
        for at, name in enumerate(names)
        for number, material in enumerate(PAPERS)
    ]
    letter = {
        "material": "commitment-letter-sealed",
        "row": None,
        "blob": "ab" * 32,
        "name": "承诺书.pdf",
        "type": "pdf",
    }
    return {
        "id": key,
        "number": f"2026{key[-6:]}",
        "service": "education-registration",
        "unit": UNIT,
        "agency": AGENCY,
        "state": state,
        "round": 1,
        "form": {
            "values": {"agency_id": AGENCY, "contact_name": "温晓岚", "contact_mobile": "19900001003"},
            "cards": {"initial-education": rows},
            "attachments": [*attached, {**letter, "bytes": 90_000}],
        },
        "people": [row["person"] for row in rows],
        "history": [{"at": since, "actor": "unit", "name": "温晓岚", "action": "submit", "target": state}],
        "holder": {"actor": actor, "name": "审核", "since": since},
        "submitted_on": since[:10],
        "summary": f"初始教育 {len(rows)} 人",
        **more,
    }


def a_payment(key: str, forms: Sequence[str], amount: str = "720.00", *, now: datetime = NOW, **more: Any) -> Any:
    """A payment of the education fee for these applications, waiting for finance."""
    since = (now - timedelta(days=2)).isoformat().replace("+00:00", "Z")
    return {
        "id": key,
        "number": f"2026{key[-6:]}",
        "service": "education-assist-fee-payment",
        "unit": UNIT,
        "state": "finance_review",
        "round": 1,
        "form": {
            "values": {
                "invoice_title": "广州示例工程监理有限公司", "payer_name": "广州示例工程监理有限公司", "amount": amount,
                "paid_on": "2026-03-14",
            },
            "cards": {"forms": [{"row": f"p{at}", "application": one} for at, one in enumerate(forms)]},
            "attachments": [],
        },
        "covers": list(forms),
        "history": [{"at": since, "actor": "unit", "name": "温晓岚", "action": "submit", "target": "finance_review"}],
        "holder": {"actor": "finance", "name": "财务", "since": since},
        "submitted_on": since[:10],
        **more,
    }  # fmt: skip


def keep_paper(desk: SampleDesk, title: str, lines: Sequence[str], *, kind: str = "jpg", pages: int = 1) -> str:
    """A made-up paper that is on this machine; its address."""
    made = papers.picture(title, lines) if kind == "jpg" else papers.scan(title, lines, pages=pages, sealed=True)
    folder: BlobFolder = desk.store.files
    file = folder.write(desk.account)
    file.write(made)
    sha256 = file.finish()
    with desk.store.transaction() as writer:
        when = NOW.isoformat()
        writer.blobs.keep(desk.account, sha256, len(made), type=kind, name=f"{title}.{kind}", now=when, here=True)
    return sha256


def mirror(desk: SampleDesk, *bodies: Mapping[str, Any], start: int = 900) -> None:
    """More came by the feed."""
    pull(desk.store, desk.account, *bodies, scope="office", start=start)
