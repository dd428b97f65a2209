"""Who is studying: a list that is only read. A view-model, no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject

from desktop.context import Context
from desktop.watching import Watching
from domain.expressions.env import Env
from domain.facts import config_on, unit_facts
from sync.store.local import Reader
from sync.store.pinyin import full, initials
from sync.views import entities, view_for


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One course of one person."""

    id: str
    person: str
    name: str
    service: str
    kind: str
    status: str
    word: str
    used: int
    most: int | None
    opened_on: str
    finished_on: str

    @property
    def role(self) -> str:
        return {"passed": "ok", "failed": "bad", "closed": "text2"}.get(self.status, "wait")

    @property
    def attempts(self) -> str:
        return f"{self.used} / {self.most}" if self.most else str(self.used)

    @property
    def search(self) -> str:
        return f"{self.name} {initials(self.name)} {full(self.name)} {self.service} {self.kind}"


@dataclass(frozen=True, slots=True)
class StudyFound:
    """One look at the store; `closed_to_us`: the association does not show this to units like ours."""

    rows: tuple[StudyRow, ...]
    closed_to_us: bool


class StudyModel(Watching[StudyFound]):
    """学习中."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.rows: tuple[StudyRow, ...] = ()
        self.closed_to_us = False

    def look(self, reader: Reader) -> StudyFound:
        pack, account, today = self.context.pack, self.context.account, self.context.today()
        view = view_for(reader, account, [], pack=pack)
        config = config_on(pack, view.config, today)
        entry = next((one for one in pack.menu_entries() if one.view == "study-tasks"), None)
        shown = _shown(self.context, view, config, entry)
        names = {key: str(one.body.get("name") or "") for key, one in reader.mirror.of_kind(account, "person").items()}
        most = config.get("study.max_attempts")
        rows = [
            _study(pack, one.id, one.body, names, int(most) if most else None)
            for one in entities(reader, account, "study-task")
        ]
        rows.sort(key=lambda one: (one.status != "studying", one.opened_on, one.name))
        return StudyFound(tuple(rows) if shown else (), not shown)

    def take(self, found: StudyFound) -> None:
        self.rows, self.closed_to_us = found.rows, found.closed_to_us


def _shown(context: Context, view: Any, config: Mapping[str, Any], entry: Any) -> bool:
    """By the rule on the pack's own menu: on the entry, or on the group it stands in."""
    pack = context.pack
    groups = [one for one in pack.menu_entries() if entry is not None and (one is entry or entry in one.items)]
    facts = pack.fact_reader.read(unit_facts(view, None) | {"today": context.today().isoformat()})
    env = Env(facts, config)
    for one in groups:
        if one.shown is not None and pack.builder.compile(one.shown, ("menu",))(env) is not True:
            return False
    return True


def _study(pack: Any, key: str, body: Mapping[str, Any], names: Mapping[str, str], most: int | None) -> StudyRow:
    service, status = pack.services.get(str(body.get("service"))), str(body.get("status") or "")
    kind = body.get("certificate_type")
    return StudyRow(
        key,
        str(body.get("person") or ""),
        names.get(str(body.get("person")), ""),
        service.label if service else str(body.get("service") or ""),
        pack.label("certificate_type", kind) if kind else "",
        status,
        pack.label("task_status", status),
        int(body.get("attempts_used") or 0),
        most,
        str(body.get("opened_on") or ""),
        str(body.get("finished_on") or ""),
    )
