"""试算影响: which people and open applications a new value of a parameter would judge otherwise, as mirrored here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from domain.entities import Unit
from domain.packs.pack import Pack
from domain.trials import Change, PersonTrial, Value, cards_reading, form_trial
from domain.view import View
from sync.store.local import Reader
from sync.views.facts import view_for
from sync.views.overlay import Overlay

OFTEN = 50  # people between two words about how far it is
Say = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be different, and of how many."""

    applications: tuple[Change, ...]
    of_applications: int
    people: tuple[Change, ...]
    of_people: int
    cards: int  # how many cards look at the parameter


def trial(reader: Reader, account: str, pack: Pack, new: Value, today: date, say: Say) -> Trial:
    """Judged on the first day on which the value would hold, or today if that is past. `say` may raise to stop it."""
    day = max(today, new.since)
    everybody = view_for(reader, account, None, pack=pack)
    overlay = Overlay(reader, account)
    opened = {str(one["id"]): one for some in everybody.applications.values() for one in some}
    opened |= {str(one["id"]): one for one in everybody.unit_applications}
    named = {str(one.get("unit") or "") for one in (*everybody.people.values(), *opened.values())}
    units = {unit: _of_unit(everybody, unit, overlay) for unit in sorted(named)}
    cards = cards_reading(pack, new.key)
    total = len(opened) + len(everybody.people) * len(cards)
    done = 0
    applications: list[Change] = []
    for _, application in sorted(opened.items()):
        say(done, total, "正在试算办理中的申请")
        change = form_trial(pack, units[str(application.get("unit") or "")], application, day, new)
        applications += [change] if change is not None else []
        done += 1
    people: list[Change] = []
    for service, card in cards:
        trials = {unit: PersonTrial(pack, view, service, card, day, new) for unit, view in units.items()}
        for person, body in everybody.people.items():
            if done % OFTEN == 0:
                say(done, total, "正在试算人员")
            change = trials[str(body.get("unit") or "")].check(person)
            people += [change] if change is not None else []
            done += 1
    return Trial(tuple(applications), len(opened), tuple(people), len(everybody.people), len(cards))


def _of_unit(everybody: View, unit: str, overlay: Overlay) -> View:
    """The same world as one unit stands in it."""
    found = overlay.get(unit) if unit else None
    return replace(
        everybody,
        unit=cast("Unit | None", found.body if found else None),
        unit_bills=tuple(one for one in everybody.unit_bills if one.get("unit") == unit),
        unit_applications=tuple(one for one in everybody.unit_applications if one.get("unit") == unit),
    )
