"""Rules, materials, fees and actions of a service, compiled: what the judging functions work with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.expressions.compiling import Compiled
from domain.packs.forms import MaterialSpec, RuleSpec
from domain.packs.schema import EffectSpec
from domain.packs.services import ActionSpec, EffectUse, FeeSpec

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Says:
    """A message with named values, and when it is the right one."""

    when: Compiled | None
    text: str
    values: Mapping[str, Compiled]
    about: Compiled | None


@dataclass(frozen=True, slots=True)
class Rule:
    spec: RuleSpec
    when: Compiled | None
    holds: Compiled
    says: tuple[Says, ...]
    moves: bool  # its outcome may change as days pass
    request_keys: frozenset[str]  # row fields it looks at

    @property
    def id(self) -> str:
        return self.spec.id


@dataclass(frozen=True, slots=True)
class Material:
    spec: MaterialSpec
    required: Compiled | bool
    asked: Compiled | bool
    types: Compiled | tuple[str, ...]
    max_mb: Compiled | int | None
    max_bytes: Compiled | int | None
    also: Compiled | None
    reuse: Compiled | bool

    @property
    def id(self) -> str:
        return self.spec.id


@dataclass(frozen=True, slots=True)
class Fee:
    spec: FeeSpec
    each: Compiled
    person: Compiled | None
    row: Compiled | None
    quantity: Compiled
    amount: Compiled


@dataclass(frozen=True, slots=True)
class Action:
    spec: ActionSpec
    actors: frozenset[str]
    when: Compiled | None
    effects: tuple[tuple[str, Compiled | None], ...]
    notify: Compiled | str


@dataclass(frozen=True, slots=True)
class Write:
    """One compiled write of an effect."""

    op: str
    kind: str
    when: Compiled | None
    each: Compiled | None
    target: Compiled | None
    values: Mapping[str, Compiled]
    sequence: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    id: str
    spec: EffectSpec
    writes: tuple[Write, ...]


def effect_id(use: Any) -> str:
    return use.effect if isinstance(use, EffectUse) else str(use)
