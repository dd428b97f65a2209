"""What one action does in one state: the next state and its consequences, or why not."""

from dataclasses import dataclass

from domain.expressions.env import Env
from domain.judging import Frame
from domain.operations import Finding
from domain.packs.rules import Action
from domain.packs.service import Service
from domain.packs.services import StateSpec
from domain.questions import CannotAsk, Question, is_given


@dataclass(frozen=True, slots=True)
class Step:
    """The answer to one action. When it is not possible, the state stays and nothing happens."""

    allowed: bool
    state: str
    action: Action | None = None
    effects: tuple[str, ...] = ()
    notification: str = "none"
    reason: str | None = None
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()


def fitting(service: Service, state: str, actor: str, name: str, env: Env) -> Action | None:
    """The first action of that name that the actor has in that state and whose condition holds."""
    for action in service.actions.get(state, ()):
        if action.spec.do == name and actor in action.actors and (action.when is None or action.when(env) is True):
            return action
    return None


def step(question: Question) -> Step:
    """Answers for `application` and `action` among the facts."""
    application, asked = question.env.facts.get("application"), question.env.facts.get("action")
    if not isinstance(asked, dict) or not is_given(asked.get("actor")) or not is_given(asked.get("name")):
        raise CannotAsk("缺少 action（actor 和 name）")
    service = question.service.workflow
    state = application.get("state") if isinstance(application, dict) else None
    state = str(state) if is_given(state) else "none"
    if not service.actions:
        raise CannotAsk(f"业务“{question.service.id}”没有流程")
    if state != "none" and state not in service.states:
        raise CannotAsk(f"业务“{service.id}”没有状态“{state}”")
    env = _env(question, service)
    action = fitting(service, state, str(asked["actor"]), str(asked["name"]), env)
    if action is None:
        return Step(False, state)
    spec = action.spec
    frame = Frame(service, env, [])
    findings = tuple(
        frame.finding(rule)
        for rule in service.rules.values()
        if rule.id in spec.rules and "action" in rule.spec.stage and frame.holds(rule) is False
    )
    named = set(env.facts.get("materials") or ())
    missing = tuple(sorted(each for each in spec.materials if each not in named))
    if missing or any(finding.severity == "block" for finding in findings):
        return Step(False, state, action, findings=findings, missing=missing)
    given_reason = asked.get("reason")
    return Step(
        True,
        spec.to,
        action,
        tuple(dict.fromkeys(key for key, when in action.effects if when is None or when(env) is True)),
        str(spec.notify),
        spec.fixed_reason or (str(given_reason) if is_given(given_reason) else None),
        findings,
    )


def _env(question: Question, service: Service) -> Env:
    facts = {**question.env.facts, "service": {"id": question.service.id, "name": question.service.label}}
    return Env(facts, question.params)


def state_of(service: Service, state: str) -> StateSpec | None:
    return service.workflow.states.get(state)
