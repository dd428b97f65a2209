"""What desk and server can hand in about the people and forms of a question: entity bodies by entity id."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.entities import Account, Application, Bill, Certificate, Config, Membership, Person, StudyTask, Unit


@dataclass(frozen=True, slots=True)
class View:
    """The mirror with pending Operations laid over it (desk), or the database within a transaction (server)."""

    unit: Unit | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    memberships: Mapping[str, Membership] = field(default_factory=dict)  # by person id
    certificates: Mapping[str, tuple[Certificate, ...]] = field(default_factory=dict)  # by person id
    study_tasks: Mapping[str, tuple[StudyTask, ...]] = field(default_factory=dict)  # by person id
    bills: Mapping[str, tuple[Bill, ...]] = field(default_factory=dict)  # by person id
    unit_bills: tuple[Bill, ...] = ()
    applications: Mapping[str, tuple[Application, ...]] = field(
        default_factory=dict
    )  # open ones that concern the person
    unit_applications: tuple[Application, ...] = ()  # open ones about the unit itself
    covered: Mapping[str, Application] = field(default_factory=dict)  # applications that a payment refers to, by id
    config: Mapping[str, Config] = field(default_factory=dict)  # by "config/<key>"
    account: Account | None = None
    as_of: str | None = None  # instant of the newest mirrored fact
