"""What the rules are shown: everything about some people and their unit, as it is within this transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from domain.entities import Application, Bill, Certificate, Membership, Person, StudyTask
from domain.view import View
from server.decide.workspace import Step, membership_of


def view_of(step: Step, body: Mapping[str, Any], account: Mapping[str, Any] | None) -> View:
    """What the rules are shown when this application is acted on: its people, and those whose bills it pays."""
    covered = [step.body(one) or {} for one in body.get("covers", ())]
    bills = [bill for one in (body, *covered) for bill in one.get("bills", ())]
    lines = (line for bill in bills for line in (step.body(bill) or {}).get("lines", ()))
    people = [*body.get("people", ()), *(line["person"] for line in lines if line.get("person"))]
    return view_for(step, body.get("unit"), people, covered=body.get("covers", ()), account=account, without=body["id"])


def view_for(
    step: Step,
    unit: str | None,
    people: Iterable[str],
    *,
    covered: Iterable[str] = (),
    account: Mapping[str, Any] | None = None,
    without: str | None = None,
) -> View:
    """A View of these people; `without` is the application that asks, which is not in its own way."""
    known = [person for person in dict.fromkeys(people) if step.get(person) is not None]
    return View(
        unit=cast(Any, step.body(unit)),
        people={person: cast(Person, step.body(person)) for person in known},
        memberships={p: cast(Membership, body) for p in known if (body := step.body(membership_of(p))) is not None},
        certificates={p: cast(tuple[Certificate, ...], tuple(step.belongings(p, "certificate"))) for p in known},
        study_tasks={p: cast(tuple[StudyTask, ...], tuple(step.belongings(p, "study-task"))) for p in known},
        bills={p: cast(tuple[Bill, ...], tuple(step.open_for(p, "bill"))) for p in known},
        unit_bills=cast(tuple[Bill, ...], tuple(step.open_for(unit, "bill"))) if unit else (),
        applications={p: _others(step, p, without) for p in known},
        unit_applications=_others(step, unit, without) if unit else (),
        covered={one: cast(Application, body) for one in covered if (body := step.body(one)) is not None},
        config=cast(Any, step.base.config()),
        account=cast(Any, account),
    )


def _others(step: Step, subject: str, without: str | None) -> tuple[Application, ...]:
    bodies = step.open_for(subject, "application")
    return cast(tuple[Application, ...], tuple(body for body in bodies if body["id"] != without))
