"""What the check says beside the rules: a sealed letter out of date, another amount than is owed, a day ahead. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from desktop.pages.form_lines import Cost, Entry, Group
from desktop.pages.form_papers import outdated
from desktop.pages.form_values import Form, as_text, attachments, value_of
from desktop.pages.next_steps import Step
from domain.checking import FormCheck
from domain.packs.service import Service


def reprint(form: Form, check: FormCheck) -> tuple[Group, ...]:
    """The sealed letter stands for others than those of the form."""
    made = []
    for material in check.materials:
        papers = [each for each in attachments(form) if each["material"] == material.id]
        words = outdated(form, papers) if material.signed_version_of else ""
        if words:
            step = Step(f"letter:{material.signed_version_of}", "重新打印")
            made.append(Group("warn", material.label, (Entry("", f"{words}。", "", (step,)),)))
    return tuple(made)


def amounts(service: Service, form: Form, cost: Cost | None) -> tuple[Group, ...]:
    """A payment whose amount is not what is owed."""
    field = next((spec for spec in service.fields if spec.type == "money"), None)
    if service.kind != "payment" or field is None or cost is None or not cost.total or not cost.lines:
        return ()
    exact = cost.total.replace(",", "")
    typed = as_text(value_of(form, field.key))
    if typed == exact:
        return ()
    words = f"应缴 {cost.total} 元，现在填的是 {typed} 元。" if typed else f"应缴 {cost.total} 元。"
    step = Step(f"fill:{field.key}:{exact}", f"填入 {cost.total}")
    return (Group("warn", field.label, (Entry("", words, "", (step,)),)),)


def ahead(service: Service, form: Form, day: date) -> tuple[Group, ...]:
    """A day of paying that has not come yet."""
    made = []
    for spec in service.fields if service.kind == "payment" else ():
        typed = as_text(value_of(form, spec.key))
        paid = _day(typed) if spec.type == "date" else None
        if paid is not None and paid > day:
            made.append(Group("warn", spec.label, (Entry("", f"{typed} 在今天之后，请核对。", "", ()),)))
    return tuple(made)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None  # what is no day is told at its field


def doubts(groups: Sequence[Group]) -> tuple[str, ...]:
    """The same as sentences to be confirmed before it is sent."""
    return tuple(f"{group.head}：{entry.words}确认就这样提交。" for group in groups for entry in group.entries)
