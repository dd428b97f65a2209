"""The association's parameters: what holds on a day, since when, by which clause, set by whom. Imports no widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal

from desktop.alive import while_there
from desktop.background import Cancelled, Steps, Task
from desktop.context import Context
from desktop.pages.words import WEEKDAYS, day_of, money
from desktop.watching import Watching
from domain.packs import FactError
from domain.packs.pack import Pack
from domain.packs.parameters import read_parameter
from domain.packs.schema import ParameterSpec
from domain.trials import Change
from domain.trials import Value as TriedValue
from sync.actions import set_config
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore, Reader
from sync.store.pinyin import initials
from sync.views import Shown, entities
from sync.views.trials import Trial, trial

ALL, UNSET, FUTURE, CHANGED, PENDING = "all", "unset", "future", "changed", "pending"
FEW = 5  # names in one line
SETTERS = ("admin", "secretariat")  # desks that may set


@dataclass(frozen=True, slots=True)
class Value:
    """One value from a day on, in words."""

    words: str
    since: str
    why: str
    by: str
    at: str
    value: Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line: what holds on the day looked at, what comes, what was."""

    key: str
    spec: ParameterSpec
    value: Any
    words: str
    now: Value | None  # None: the pack's own
    future: tuple[Value, ...]
    history: tuple[Value, ...]  # all that was ever set, newest first
    pending: bool
    search: str

    @property
    def unset(self) -> bool:
        """Nobody has set it and the pack gives no value."""
        return self.value in (None, {}, []) and (self.now is None or self.value is None)

    @property
    def consequence(self) -> str:
        return self.spec.unset or self.spec.help or "用到它的业务会停下来说明，或请人工判断"

    @property
    def coming(self) -> str:
        """2026-01-01 起改为 2 个月."""
        return f"{self.future[0].since} 起改为 {self.future[0].words}" if self.future else ""


@dataclass(frozen=True, slots=True)
class Found:
    """One look at the store."""

    parameters: tuple[Parameter, ...]
    may_set: bool
    day: date


class SettingsModel(Watching[Found]):
    """All parameters, the one that is open, and what is being typed."""

    opened = Signal()
    said = Signal(str, str)
    saved = Signal(str)  # key
    tried = Signal(object)  # Trial: what a new value would change
    trying = Signal(int, int, str)
    stopped = Signal()  # nothing is being tried any more

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self.parameters: tuple[Parameter, ...] = ()
        self.may_set = False
        self.day: date = context.today()
        self.key = ""
        self._task: Task | None = None

    def look(self, reader: Reader) -> Found:
        pack, account = self.context.pack, self.context.account
        shown = {one.id: one for one in entities(reader, account, "config")}
        found = [
            _parameter(pack, key, spec, shown.get(f"config/{key}"), self.day) for key, spec in pack.parameters.items()
        ]
        me = reader.accounts.need(account)
        return Found(tuple(found), pack.role(me.role) in SETTERS, self.day)

    def take(self, found: Found) -> None:
        self.parameters, self.may_set = found.parameters, found.may_set

    @property
    def today(self) -> date:
        return self.context.today()

    def set_day(self, day: date) -> None:
        """看某一天的值."""
        self.day = day
        self.refresh()

    def listed(self, chip: str) -> tuple[Parameter, ...]:
        keep: Callable[[Parameter], bool] = {
            ALL: lambda one: True,
            UNSET: lambda one: one.unset,
            FUTURE: lambda one: bool(one.future),
            CHANGED: lambda one: one.now is not None,
            PENDING: lambda one: one.pending,
        }[chip]
        return tuple(one for one in self.parameters if keep(one))

    def find(self, key: str) -> Parameter | None:
        return next((one for one in self.parameters if one.key == key), None)

    @property
    def current(self) -> Parameter | None:
        return self.find(self.key)

    def open(self, key: str) -> None:
        self.key = key
        self.opened.emit()

    def wrong(self, key: str, value: Any, since: str, why: str) -> tuple[str, str]:
        """(which field, what is wrong) or empty: asked before saving."""
        spec = self.context.pack.parameters[key]
        try:
            typed = read_parameter(key, spec, value)
        except (FactError, ArithmeticError, ValueError) as error:
            return "value", _plain(spec, str(error))
        if typed is None:
            return "value", "请写一个值。"
        try:
            date.fromisoformat(since)
        except ValueError:
            return "since", "请写从哪天起，例如 2026-01-01。"
        return ("why", "请写依据，例如通知的名称和文号。") if not why.strip() else ("", "")

    def save(self, key: str, value: Any, since: str, why: str) -> None:
        """Ask for it; it is shown as 待发送 until the server has it."""
        account, now = self.context.account, self.context.now()

        def work(store: LocalStore) -> str:
            return set_config(store, account, key, value, since=since, why=why.strip(), now=now)

        self.context.write(
            work, done=while_there(self, partial(self._saved, key)), failed=while_there(self, self._failed)
        )

    # 试算影响

    def try_out(self, key: str, value: Any, since: str) -> None:
        """What this value would change, reckoned on what is mirrored here; nothing is sent."""
        pack, account, today = self.context.pack, self.context.account, self.today
        new = TriedValue(key, value, date.fromisoformat(since))

        def work(reader: Reader, steps: Steps) -> Trial:
            return trial(reader, account, pack, new, today, steps.say)

        self.stop_trying()
        self._task = self.context.reckon(
            work,
            done=while_there(self, self._tried),
            failed=while_there(self, self._not_tried),
            progress=while_trying(self),
        )

    def stop_trying(self) -> None:
        """取消"""
        if self._task is not None:
            self._task.cancel()

    def _tried(self, found: Trial) -> None:
        self._task = None
        self.stopped.emit()
        self.tried.emit(found)

    def _not_tried(self, error: BaseException) -> None:
        self._task = None
        self.stopped.emit()
        if not isinstance(error, Cancelled):
            raise error

    def _saved(self, key: str, _op_id: str) -> None:
        found = self.find(key)
        self.said.emit(f"已放入待发送：{found.spec.label if found else key}。送达后对所有单位生效。", "ok")
        self.saved.emit(key)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        self.said.emit(f"{error.sentence}{error.remedy}", "bad")


def while_trying(model: SettingsModel) -> Callable[[int, int, str], None]:
    """Tells how far a trial is, as long as its page is there."""

    def say(done: int, total: int, words: str) -> None:
        if shiboken6.isValid(model):
            model.trying.emit(done, total, words)

    return say


def trial_words(found: Trial) -> list[tuple[str, str]]:
    """(head, words): forms first, then people by business."""
    made = [_counted("办理中的申请", "件", found.applications, found.of_applications)]
    if not found.cards:
        return [*made, ("人员", "选人时不看这个参数，没有人的可办情况会变。")]
    made.append(_counted("在册人员", "人次", found.people, found.of_people * found.cards))
    return made


def _counted(head: str, measure: str, changes: Sequence[Change], total: int) -> tuple[str, str]:
    if not changes:
        return head, f"{total} {measure}，结论都不变。"
    gains, loses = sum(one.gains for one in changes), sum(one.loses for one in changes)
    parts = [f"{gains} {measure}从不可办变为可办"] if gains else []
    parts += [f"{loses} {measure}从可办变为不可办"] if loses else []
    parts += [f"{rest} {measure}原因或金额不同"] if (rest := len(changes) - gains - loses) else []
    names = "、".join(f"{one.name}（{one.about}）" for one in changes[:FEW]) + ("等" if len(changes) > FEW else "")
    return head, f"{total} {measure}里 {len(changes)} {measure}不同：{'，'.join(parts)}。{names}"


def _parameter(pack: Pack, key: str, spec: ParameterSpec, shown: Shown | None, day: date) -> Parameter:
    stored = [one for one in (shown.body.get("values") or () if shown is not None else ()) if one.get("since")]
    values = [_value(pack, spec, one) for one in stored]
    values.sort(key=lambda one: one.since)
    begun = [one for one in values if one.since <= day.isoformat()]
    now = begun[-1] if begun else None
    value = now.value if now is not None else spec.default
    words = value_words(pack, spec, value)
    return Parameter(
        key,
        spec,
        value,
        words,
        now,
        tuple(one for one in values if one.since > day.isoformat()),
        tuple(reversed(values)),
        shown is not None and shown.pending is not None,
        " ".join((spec.label, initials(spec.label), key, spec.clause, spec.group, words)),
    )


def _value(pack: Pack, spec: ParameterSpec, body: Mapping[str, Any]) -> Value:
    return Value(
        value_words(pack, spec, body.get("value")),
        str(body.get("since") or ""),
        str(body.get("why") or ""),
        str(body.get("by") or ""),
        day_of(str(body.get("at") or "")),
        body.get("value"),
    )


def value_words(pack: Pack, spec: ParameterSpec, value: Any) -> str:
    """60 周岁, 240.00 元, 是, 5 项."""
    if value is None:
        return "未设定"
    if spec.type == "money":
        return f"{money(value)} 元"
    if spec.type == "bool":
        return "是" if value else "否"
    if spec.type == "choice":
        return spec.options.get(str(value), str(value))
    if spec.type == "weekday":
        return WEEKDAYS.get(str(value).lower(), str(value))
    if spec.type == "list" and isinstance(value, list | tuple):
        text = "、".join(str(one) for one in value)
        return text if len(text) <= 14 else f"{len(value)} 项"
    if isinstance(value, dict | list | tuple):
        return f"{len(value)} 项" if value else "没有内容"
    return f"{value} {spec.measure}".strip()


def enum_for(pack: Pack, column: str, kind: str = "") -> Mapping[str, str]:
    """The words for the values of a column, where the pack has an enumeration of that name."""
    for name in (kind, column, column.removesuffix("s"), column.removesuffix("es")):
        if name in pack.enums:
            return pack.enums[name]
    return {}


def _plain(spec: ParameterSpec, error: str) -> str:
    """In the words of the one who types."""
    if spec.type == "int":
        span = f"，在 {spec.least} 到 {spec.most} 之间" if spec.least is not None and spec.most is not None else ""
        return f"请写整数{span}。"
    if spec.type == "money":
        return "请写金额，例如 240.00，最多两位小数。"
    if spec.type == "time":
        return "请写时刻，例如 17:00。"
    if spec.type == "date":
        return "请写日期，例如 2026-01-01。"
    if spec.type == "table":
        return "表里有一格不是数字或金额，请核对。"
    return error
