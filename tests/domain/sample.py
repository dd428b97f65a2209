"""Builders with defaults: a unit, its people, and a View of them."""

from typing import Any

from domain.view import View

UNIT = "unit/1"
TODAY = "2026-03-18"


def a_person(key: str, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": f"person/{key}",
        "unit": UNIT,
        "name": f"张{key}",
        "birth_date": "1988-11-02",
        "education": {
            "level": "bachelor",
            "specialty_class": "construction_engineering",
            "graduation_date": "2011-06-25",
        },
        "social_insurance": {"unit_id": UNIT, "latest_month": "2026-03"},
        "materials": [
            {"material": material, "blob": "0"}
            for material in ("highest-diploma", "credential-verification", "social-insurance-proof")
        ],
    }
    return body | changes


def a_membership(key: str, **changes: Any) -> dict[str, Any]:
    body = {"id": f"membership/{key}", "person": f"person/{key}", "type": "ordinary", "valid_until": "2026-12-31"}
    return body | changes


def a_certificate(key: str, **changes: Any) -> dict[str, Any]:
    body = {
        "id": f"certificate/{key}",
        "person": f"person/{key}",
        "type": "supervision_assistant",
        "status": "active",
        "valid_until": "2026-08-31",
        "specialties": ["公路工程"],
        "unit_name": "示例监理公司",
    }
    return body | changes


def a_config(**values: Any) -> dict[str, Any]:
    """`fees__assist__upgrade=…` is the parameter fees.assist.upgrade, in force since long ago."""
    keys = {name.replace("__", "."): value for name, value in values.items()}
    return {
        f"config/{key}": {"id": f"config/{key}", "key": key, "values": [{"value": value, "since": "2020-01-01"}]}
        for key, value in keys.items()
    }


def a_view(*keys: str, **changes: Any) -> View:
    """Everybody is an ordinary member with nothing in the way."""
    given: dict[str, Any] = {
        "unit": {"id": UNIT, "name": "示例监理公司", "kind": "member"},
        "people": {f"person/{key}": a_person(key) for key in keys},
        "memberships": {f"person/{key}": a_membership(key) for key in keys},
        "account": {"id": "account/1", "login": "u", "role": "unit_main", "unit": UNIT},
    }
    return View(**(given | changes))


def a_form(**cards: list[dict[str, Any]]) -> dict[str, Any]:
    """`initial_education=[…]` are the rows of that card; the letter is attached and the fields are filled in."""
    return {
        "values": {"agency_id": "agency/1", "contact_name": "李经办", "contact_mobile": "13800138000"},
        "cards": {name.replace("_", "-"): rows for name, rows in cards.items()},
        "attachments": [{"material": "commitment-letter-sealed", "row": None, "blob": "1", "type": "pdf", "bytes": 9}],
    }


def a_row(row: str, key: str, **values: Any) -> dict[str, Any]:
    return {"row": row, "person": f"person/{key}", "values": values}
