"""One action on a real application: where it leads, what it writes, which bills it makes, what it fires elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.answering import plain
from domain.expressions.env import Env
from domain.expressions.unknown import UNKNOWN
from domain.facts import all_bills, facts_for, form_rows, person_facts
from domain.fees import NewBill, bills
from domain.judging import fill
from domain.operations import Finding
from domain.packs.pack import Pack
from domain.packs.rules import Write as WriteRule
from domain.questions import Question
from domain.view import View
from domain.workflow import Step, fitting, step

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Write:
    """One thing to store. `sequence`: the created entity is numbered from it. Values are plain JSON."""

    op: str  # set | extend | create | close | number | notify | queue
    kind: str
    target: str | None
    values: Mapping[str, Any]
    effect: str
    sequence: str | None = None


@dataclass(frozen=True, slots=True)
class BillToMake:
    """A bill that an effect makes: its lines by rule, and what else it says (status, payment)."""

    bill: NewBill
    values: Mapping[str, Any]
    effect: str


@dataclass(frozen=True, slots=True)
class Transition:
    """What the server does when the action is carried out."""

    source: str
    target: str
    action: str
    verb: str
    label: str  # of the target state
    effects: tuple[str, ...]
    notify: str
    writes: tuple[Write, ...]
    bills: tuple[BillToMake, ...]
    reason_required: bool
    holder_actor: str | None
    outcome: str
    fires: tuple[tuple[str, str, str], ...] = ()  # (application, action, actor) on covered applications
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not."""

    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ActionChoice:
    """Something the actor may do now."""

    id: str
    label: str
    verb: str
    require_reason: bool
    confirm: str
    fields: tuple[str, ...]


def actions_for(pack: Pack, application: Body, actor: str) -> tuple[ActionChoice, ...]:
    """What that actor may do in the state the application is in, each once."""
    service = pack.services.get(str(application.get("service")))
    if service is None:
        return ()
    made: dict[str, ActionChoice] = {}
    for action in service.workflow.actions.get(str(application.get("state", "none")), ()):
        spec = action.spec
        if actor in action.actors and spec.do not in made and not spec.hidden:
            label = spec.label or pack.spec.actions[spec.do].label
            made[spec.do] = ActionChoice(
                spec.do, label, pack.verb(spec.do), spec.reason == "required", spec.confirm, spec.fields
            )
    return tuple(made.values())


def transition(
    pack: Pack,
    application: Body,
    actor: str,
    action: str,
    *,
    view: View,
    today: date,
    payload: Body | None = None,
    question: Question | None = None,
) -> Transition | Refusal:
    """The action as the pack says, or the findings that stand in its way. `payload` is the Operation's.

    `question`: the one that `check_form` asked of the same application and form today.
    """
    payload = payload or {}
    service = str(application.get("service"))
    if service not in pack.services:
        return Refusal((_refusal(pack, f"没有业务“{service}”"),))
    form = payload.get("form") or application.get("form") or {}
    if question is None:
        question = Question(pack, service, facts_for(pack, view, service, form, today, application=application))
    materials = [each["material"] for each in form.get("attachments") or ()]
    question = question.told({"materials": materials, "action": _action(actor, action, payload)})
    return _carried_out(question, application, actor, action, view, payload, form)


def study_step(pack: Pack, task: Body, *, passed: bool, view: View, today: date) -> Transition | Refusal:
    """An exam result on a study task: the task is the application, its status the state."""
    study = pack.spec.study
    if study is None:
        return Refusal((_refusal(pack, "规则包没有学习与考试"),))
    person = str(task.get("person"))
    application = {
        "id": task.get("id"),
        "service": study.service,
        "state": task.get("status"),
        "unit": view.unit["id"] if view.unit else None,
        "items": [{"person": person, "service": task.get("service"), "row": task.get("row")}],
    }
    facts: dict[str, Any] = {
        "today": today.isoformat(),
        "config": facts_for(pack, view, study.service, {}, today)["config"],
        **person_facts(view, person),
        "unit": dict(view.unit or {}),
        "study_tasks": [dict(task)],
        "task": dict(task),
        "application": application,
    }
    action = study.passed if passed else study.failed
    facts["action"] = _action(study.actor, action, {})
    return _carried_out(Question(pack, study.service, facts), application, study.actor, action, view, {}, {})


def _action(actor: str, action: str, payload: Body) -> dict[str, Any]:
    """The fact of that name."""
    return {"actor": actor, "name": action, "reason": payload.get("reason")}


def _carried_out(
    question: Question,
    application: Body,
    actor: str,
    action: str,
    view: View,
    payload: Body,
    form: Body,
) -> Transition | Refusal:
    pack, made = question.pack, step(question)
    if not made.allowed or made.action is None:
        return Refusal(made.findings or (_not_possible(pack, question.service.id, made, action),))
    spec = made.action.spec
    if spec.reason == "required" and not made.reason:
        return Refusal((_refusal(pack, pack.spec.required.reason, path="reason"),))
    writes, to_make, unset = _consequences(question, made)
    if unset:
        return Refusal(tuple(_unset(pack, key) for key in unset))
    state = question.service.states[made.state]
    return Transition(
        str(application.get("state", "none")),
        made.state,
        action,
        pack.verb(action),
        state.label,
        made.effects,
        made.notification,
        tuple(writes),
        tuple(to_make),
        spec.reason == "required",
        state.actor if state.outcome == "open" else None,
        state.outcome,
        tuple(_fired(pack, view, question, application, form, spec.fires, actor, made)) if spec.fires else (),
        tuple(spec.keeps),
    )


def _consequences(question: Question, made: Step) -> tuple[list[Write], list[BillToMake], list[str]]:
    """Writes and bills of all effects, and the parameters without which a value could not be worked out."""
    writes: list[Write] = []
    to_make: list[BillToMake] = []
    unset: dict[str, None] = {}
    env = Env(
        {**question.env.facts, "service": {"id": question.service.id, "name": question.service.label}}, question.params
    )
    for effect in made.effects:
        for rule in question.pack.effects[effect].writes:
            for item_env in _each(rule, env):
                values, missing = _values(rule, item_env)
                unset.update(dict.fromkeys(missing))
                if rule.op == "create" and rule.kind == "bill":
                    kind = values.pop("kind")
                    to_make.extend(BillToMake(bill, values, effect) for bill in bills(question) if bill.kind == kind)
                    continue
                target = plain(rule.target(item_env)) if rule.target is not None else None
                writes.append(Write(rule.op, rule.kind, target, values, effect, rule.sequence))
    return writes, to_make, list(unset)


def _each(rule: WriteRule, env: Env) -> Iterator[Env]:
    items = [None] if rule.each is None else rule.each(env)
    for item in items if isinstance(items, list) else ():
        inner = env.overlaid({"item": item}) if rule.each is not None else env
        if rule.when is None or rule.when(inner) is True:
            yield inner


def _values(rule: WriteRule, env: Env) -> tuple[dict[str, Any], list[str]]:
    made: dict[str, Any] = {}
    missing: list[str] = []
    for key, expression in rule.values.items():
        value = expression(env)
        if value is UNKNOWN:
            missing.extend(name for name in sorted(expression.parameters) if env.params.get(name) is None)
        made[key] = plain(value)
    return made, missing


def _fired(
    pack: Pack, view: View, question: Question, application: Body, form: Body, action: str, actor: str, made: Step
) -> Iterator[tuple[str, str, str]]:
    """Covered applications whose present state has that action; an approval only once all their bills are paid.

    Whoever takes a payment back frees what it covers, also where that step is another desk's: no form may hang on a
    payment that is no more. In all else nobody moves more by paying than they could move by hand.
    """
    frees = made.action is not None and pack.verb(made.action.spec.do) == "withdraw"
    named = {row.get("application") for _, row in form_rows(question.service, form)}
    covered = [*sorted(filter(None, named)), *(application.get("covers") or ())]
    mine = {each["id"] for each in question.env.facts["application"]["bills"]}
    known = all_bills(view)
    covered.extend(
        str(known[key]["application"]) for key in sorted(mine & known.keys()) if known[key].get("application")
    )
    for key in dict.fromkeys(covered):
        body = view.covered.get(key)
        if body is None or key == application.get("id"):
            continue
        owed = [bill for name, bill in known.items() if bill.get("application") == key and name not in mine]
        if pack.verb(action) == "approve" and any(bill.get("status") != "paid" for bill in owed):
            continue
        service = pack.services.get(str(body.get("service")))
        if service is None:
            continue
        state = str(body.get("state"))
        able = {one for has in service.workflow.actions.get(state, ()) if has.spec.do == action for one in has.actors}
        for one in (actor, *sorted(able)) if frees else (actor,):
            if _possible(question, service.id, state, one, action):
                yield key, action, one
                break


def _possible(question: Question, service: str, state: str, actor: str, action: str) -> bool:
    flow = question.pack.services[service].workflow
    return fitting(flow, state, actor, action, question.env) is not None


def _not_possible(pack: Pack, service: str, made: Step, action: str) -> Finding:
    state = pack.services[service].states.get(made.state)
    word = pack.spec.actions.get(action)
    values = {"状态": state.label if state else made.state, "操作": word.label if word else action}
    return _refusal(pack, fill(pack.spec.required.not_possible, values))


def _unset(pack: Pack, key: str) -> Finding:
    spec = pack.parameters[key]
    text = fill(pack.spec.required.parameter, {"参数": spec.label})
    return _refusal(pack, text, path=key, clause=spec.clause)


def _refusal(pack: Pack, text: str, *, path: str = "", clause: str = "") -> Finding:
    return Finding(pack.spec.required.id, text, path=path, clause=clause)
