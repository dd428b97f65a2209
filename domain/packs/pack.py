"""A pack in memory: an association as data, with its services ready to be asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from domain.packs.compiling import Builder
from domain.packs.errors import PackError, Path, Problem
from domain.packs.facts import FactReader
from domain.packs.parameters import defaults
from domain.packs.rules import Effect
from domain.packs.schema import MenuSpec, PackSpec, ParameterSpec
from domain.packs.service import Service

if TYPE_CHECKING:
    from domain.packs.reading import Document


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the parts of a pack stand: the file of a service, or the file of each section."""

    sections: Mapping[str, "Document"]
    own: "Document | None" = None

    def place(self, path: Path) -> tuple[str, int]:
        head = str(path[0]) if path else ""
        document = self.own
        if document is None or (head not in (document.value or {}) and head in self.sections):
            document = self.sections.get(head, document)
        return (document.file, document.line(path)) if document else ("pack.yaml", 1)


class Pack:
    """One edition of one association. Never changes."""

    def __init__(self, spec: PackSpec, files: Mapping[str, str], digest: str, origins: Mapping[str, Origin]) -> None:
        self.spec = spec
        self.files = dict(files)
        self.digest = digest
        self._origins = origins
        self.fact_reader = FactReader(spec.facts)
        self.services: dict[str, Service] = {
            key: Service(self, service, origins.get(key, origins[""])) for key, service in spec.services.items()
        }

    @property
    def id(self) -> str:
        return self.spec.pack

    @property
    def edition(self) -> str:
        return self.spec.edition

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def parameters(self) -> Mapping[str, ParameterSpec]:
        return self.spec.parameters

    @property
    def enums(self) -> Mapping[str, Mapping[str, str]]:
        return self.spec.enums

    @property
    def menu(self) -> tuple[MenuSpec, ...]:
        return self.spec.menu

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """Every parameter's own value; None where it is unset."""
        return defaults(self.spec.parameters)

    @cached_property
    def builder(self) -> Builder:
        return Builder(self, self._origins[""], {})

    @cached_property
    def effects(self) -> dict[str, Effect]:
        return {key: self.builder.effect(key, spec, ("effects", key)) for key, spec in self.spec.effects.items()}

    def role(self, account_role: str) -> str:
        """The desk at which accounts of that role sit."""
        role = self.spec.roles[account_role]
        return role.desk or self.spec.actors[role.actor].desk

    def fills_in(self, account_role: str) -> bool:
        """Whether it sits where forms are filled in and sent; the other desks are offices."""
        return self.role(account_role) in ("unit", "person")

    def decides(self, account_role: str, service: str) -> bool:
        """Whether it is an office's whose turn comes in this service. Finance decides payments, the others all else:
        what a payment covers goes on with the payment, not by itself."""
        known = self.services.get(service)
        if known is None or self.fills_in(account_role):
            return False
        return (known.kind == "payment") is (self.role(account_role) == "finance")

    def actor_of(self, account_role: str) -> str:
        return self.spec.roles[account_role].actor

    def label(self, enum: str, value: object) -> str:
        """A value of an enumeration as people read it."""
        return self.spec.enums.get(enum, {}).get(str(value), str(value))

    def verb(self, action: str) -> str:
        return self.spec.actions[action].verb

    def status_label(self, service: str, state: str, desk: str = "unit") -> str:
        """The word for a state as that desk sees it."""
        found = self.services[service].states.get(state) if service in self.services else None
        return found.labels.get(desk, found.label) if found else state

    def describe(self, application: Mapping[str, Any]) -> str:
        """What an application is about, in a few words: each card and how many rows it has."""
        service = self.services.get(str(application.get("service")))
        form = application.get("form") or {}
        if service is None:
            return ""
        cards = form.get("cards") or {}
        parts = [
            f"{spec.label} {len(cards[key])} {'人' if spec.adds == 'person' else '项'}"
            for key, spec in service.cards.items()
            if cards.get(key)
        ]
        return "，".join(parts) if parts else service.label

    def objection(self, application: Mapping[str, Any]) -> str:
        """Why its form last came back to be changed. What came back of its payment is another matter."""
        service = self.services.get(str(application.get("service")))
        states = service.states if service is not None else {}
        back = {name for name, state in states.items() if {"form", "rows"} & set(state.editable)}
        hops = [hop for hop in application.get("history") or () if hop.get("reason") and hop.get("target") in back]
        return str(hops[-1]["reason"]) if hops else ""

    def menu_entries(self) -> Iterator[MenuSpec]:
        """Every entry of the menu, groups included, top to bottom."""
        waiting = list(reversed(self.spec.menu))
        while waiting:
            entry = waiting.pop()
            yield entry
            waiting.extend(reversed(entry.items))

    def check(self) -> None:
        """Compiles everything. Raises PackError with each problem's file, line and key."""
        problems: list[Problem] = []
        for service in self.services.values():
            for _ in service.everything():
                pass
            problems.extend(service.builder.problems)
        _ = self.effects
        for at, entry in enumerate(self.menu_entries()):
            if entry.service is not None and entry.service not in self.services:
                self.builder.trouble(("menu",), f"第 {at + 1} 项“{entry.label}”：规则包里没有业务“{entry.service}”")
            if entry.shown is not None:
                self.builder.compile(entry.shown, ("menu",))
            view, _, document = (entry.view or "").partition("/")
            if view == "template" and document not in self.spec.documents:
                self.builder.trouble(("menu",), f"第 {at + 1} 项“{entry.label}”：规则包里没有文书“{document}”")
        for renewal in self.spec.renewals:
            named = self.services.get(renewal.service)
            if named is None or renewal.card not in named.cards or named.cards[renewal.card].adds != "person":
                where = f"{renewal.service}:{renewal.card}"
                self.builder.trouble(("renewals",), f"“{where}”不是规则包里可以选人的卡片")
        accounts = self.spec.accounts
        if accounts.service is not None and accounts.service not in self.services:
            self.builder.trouble(("accounts", "service"), f"规则包里没有业务“{accounts.service}”")
        if accounts.sub_accounts is not None and accounts.sub_accounts not in self.spec.parameters:
            self.builder.trouble(("accounts", "sub_accounts"), f"规则包里没有参数“{accounts.sub_accounts}”")
        for key, role in self.spec.roles.items():
            if role.actor not in self.spec.actors:
                self.builder.trouble(("roles", key), f"规则包里没有办事角色“{role.actor}”")
        for enum, words in self.spec.written.items():
            for word, value in words.items():
                if value not in self.spec.enums.get(enum, {}):
                    self.builder.trouble(("written", enum, word), f"选项“{enum}”里没有“{value}”")
        problems.extend(self.builder.problems)
        if problems:
            raise PackError(sorted(set(problems)))
