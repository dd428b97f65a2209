"""What runs out within 60 days: who can be put on the fitting form at once, and why the others cannot. No widget.

prepare(context, "certificate")     one step: a draft with everybody who may be chosen, and a word about the others
RenewalModel(context, "certificate")   the list behind it: `rows`, each with its reason and earliest day
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from PySide6.QtCore import QObject

from desktop.context import Context
from desktop.pages.form_values import new_row
from desktop.watching import Watching
from domain.packs import Pack
from domain.packs.schema import RenewalSpec
from domain.picking import Picker
from sync.actions import new_draft
from sync.store.drafts import Draft
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.store.text import key_of
from sync.views import Expiring, expiring, view_for

What = Literal["membership", "certificate"]
FEW = 3  # people who are named in one line


@dataclass(frozen=True, slots=True)
class Standing:
    """One person whose membership or certificate runs out soon."""

    person: str
    name: str
    until: str
    what: str  # what runs out, in words
    can: bool
    why: str = ""
    possible_from: str | None = None
    draft: str = ""  # a draft that has them on the card already


def renewal_for(pack: Pack, what: str) -> RenewalSpec | None:
    """The card that the pack begins for what runs out."""
    return next((one for one in pack.spec.renewals if one.of == what), None)


def standings(reader: Reader, account: str, pack: Pack, what: str, today: date) -> tuple[Standing, ...]:
    """Everybody concerned, soonest first, judged for the card as the picker would."""
    renewal = renewal_for(pack, what)
    if renewal is None:
        return ()
    found: dict[str, list[Expiring]] = {}
    for one in expiring(reader, account, today=today):
        if (one.what == "membership") is (what == "membership"):
            found.setdefault(one.person, []).append(one)
    view = view_for(reader, account, list(found), pack=pack)
    picker = Picker(pack, view, renewal.service, renewal.card, today)
    there = _drafted(reader, account, renewal)
    made = []
    for person, ends in found.items():
        about = "会籍" if what == "membership" else "、".join(pack.label("certificate_type", one.what) for one in ends)
        name, until = ends[0].name, ends[0].until
        if person in there:
            made.append(Standing(person, name, until, about, False, "已经在草稿里", draft=there[person]))
            continue
        check = picker.check(person)
        why = "；".join(finding.message.rstrip("。") for finding in check.findings)
        made.append(Standing(person, name, until, about, check.eligible, why, check.possible_from))
    return tuple(made)


def _drafted(reader: Reader, account: str, renewal: RenewalSpec) -> dict[str, str]:
    """Person -> the draft that has them on this card already."""
    made: dict[str, str] = {}
    for draft in reader.drafts.all(account):
        if draft.service == renewal.service and draft.sent is None:
            rows = ((draft.form or {}).get("cards") or {}).get(renewal.card) or ()
            made |= {str(row["person"]): draft.id for row in rows if row.get("person")}
    return made


def prepare(context: Context, what: str) -> None:
    """A draft with all who may be chosen, opened; when nobody may, the list that says why."""
    pack, account, today, now = context.pack, context.account, context.today(), context.now()

    def work(store: LocalStore) -> tuple[str, tuple[Standing, ...]]:
        with store.reading() as reader:
            found = standings(reader, account, pack, what, today)
        draft = _draft_for(store, account, pack, what, found, today, now)
        return draft.id if draft is not None else next((one.draft for one in found if one.draft), ""), found

    def done(answer: tuple[str, tuple[Standing, ...]]) -> None:
        draft, found = answer
        context.go(f"form/{key_of(draft)}" if draft else f"renewal/{what}")
        said, role = prepared_words(found)
        context.tell(said, role, link="看原因" if draft and role == "warn" else "", route=f"renewal/{what}")

    def failed(error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        context.tell(f"{error.sentence}{error.remedy}", "bad")

    context.write(work, done, failed)


def _draft_for(
    store: LocalStore, account: str, pack: Pack, what: str, found: tuple[Standing, ...], today: date, now: datetime
) -> Draft | None:
    renewal, able = renewal_for(pack, what), [one.person for one in found if one.can]
    if renewal is None or not able:
        return None
    with store.reading() as reader:
        picker = Picker(pack, view_for(reader, account, able, pack=pack), renewal.service, renewal.card, today)
    rows = [new_row(person, None, picker.values(person, {})) for person in able]
    return new_draft(store, account, renewal.service, form={"cards": {renewal.card: rows}}, now=now)


def prepared_words(found: tuple[Standing, ...]) -> tuple[str, str]:
    """What was prepared and who is left, in a sentence; and its role."""
    able = sum(one.can for one in found)
    inside, others = [one for one in found if one.draft], [one for one in found if not one.can and not one.draft]
    parts = [f"{able} 人已备好，请核对后提交"] if able else []
    parts += [f"{len(inside)} 人本来就在草稿里"] if inside else []
    if others:
        names = "、".join(one.name for one in others[:FEW]) + ("等" if len(others) > FEW else "")
        parts.append(f"{names} {len(others)} 人现在还不能办")
    return f"{'；'.join(parts)}。" if parts else "现在没有要续办的人。", "warn" if others else "ok"


class RenewalModel(Watching[tuple[Standing, ...]]):
    """The list of one kind."""

    def __init__(self, context: Context, what: What, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.what: What = what
        self.rows: tuple[Standing, ...] = ()

    @property
    def label(self) -> str:
        """The business they are put on."""
        pack, renewal = self.context.pack, renewal_for(self.context.pack, self.what)
        if renewal is None:
            return ""
        service = pack.services[renewal.service]
        return service.cards[renewal.card].label if len(service.cards) > 1 else service.label

    def look(self, reader: Reader) -> tuple[Standing, ...]:
        return standings(reader, self.context.account, self.context.pack, self.what, self.context.today())

    def take(self, found: tuple[Standing, ...]) -> None:
        self.rows = found
