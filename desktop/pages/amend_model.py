"""A returned form as plain values: who returned it and why, each place with the reviewer's words, what was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.context import SHANGHAI
from desktop.pages.form_lines import PATH
from desktop.pages.form_look import Look
from desktop.pages.form_papers import paper_words
from desktop.pages.form_rows import options_of, words_of
from desktop.pages.form_values import Form, all_rows, attachments, find_row, rows_of, value_of
from domain.packs.forms import FieldSpec
from domain.packs.pack import Pack
from domain.packs.service import Service
from domain.transitions import ActionChoice, actions_for


@dataclass(frozen=True, slots=True)
class Returned:
    """The last return."""

    head: str  # 初审机构退回
    who: str
    when: str
    phone: str
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place that the reviewer named."""

    path: str
    kind: str  # field, cell, paper (of a row or the form), row, whole
    card: str
    row: str
    key: str
    title: str  # 黎伟明, or the field's label
    label: str  # 社保证明扫描件
    words: str  # the reviewer's
    done: bool
    note: str  # 2025-07 → 2025-09
    blob: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference to what was sent before."""

    where: str
    before: str
    after: str


def returned_by(pack: Pack, look: Look) -> Returned:
    """Who, when, why, and whom to call."""
    body = look.around.application
    hops = [hop for hop in body.get("history") or () if hop.get("reason") or hop.get("marks")]
    hop: Mapping[str, Any] = hops[-1] if hops else {}
    actor = pack.spec.actors.get(str(hop.get("actor") or ""))
    place = str(body.get("agency") or "") if actor and actor.desk == "agency" else f"desk/{actor.desk}" if actor else ""
    desk = look.around.desks.get(place, {})
    phone = str(desk.get("phone") or "")
    return Returned(
        f"{actor.label if actor else '审核'}退回",
        str(hop.get("name") or desk.get("contact") or ""),
        _moment(str(hop.get("at") or "")),
        f"电话 {phone}" if phone else "",
        str(body.get("reason") or hop.get("reason") or ""),
    )


def _moment(text: str) -> str:
    try:
        local = datetime.fromisoformat(text).astimezone(SHANGHAI)
    except ValueError:
        return ""
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


def places_of(service: Service, form: Form, look: Look) -> tuple[Place, ...]:
    """Each place named, in the order of the form."""
    body = look.around.application
    before: Form = body.get("form") or {}
    marks = [mark for mark in body.get("marks") or () if mark.get("text")]
    if not marks:
        return ()
    made = [_place(service, str(mark.get("path") or ""), str(mark["text"]), before, form, look) for mark in marks]
    order = {row["row"]: at for at, (_card, row) in enumerate(all_rows(before))}
    return tuple(sorted(made, key=lambda place: order.get(place.row, -1)))


def _place(service: Service, path: str, words: str, before: Form, form: Form, look: Look) -> Place:
    found = PATH.match(path)
    if found is None:
        return _form_place(service, path, words, before, form, look)
    card, row_id, key = found["card"], found["row"], found["place"] or ""
    name = name_of(before, row_id, look) or name_of(form, row_id, look)
    now, then = find_row(form, row_id), find_row(before, row_id)
    if now is None:
        return Place(path, "row", card, row_id, key, name, "", words, True, "已移出本单")
    part = service.card_service(card)
    spec = next((each for each in part.spec.item if each.key == key), None)
    if spec is not None:
        old = (then[1].get("values") or {}).get(key) if then else None
        new = (now[1].get("values") or {}).get(key)
        note = _turned(part, spec, old, new, look)
        return Place(path, "cell", card, row_id, key, name, spec.label, words, old != new, note)
    material = next((each.spec for each in part.materials if each.id == key), None)
    if material is not None:
        return _paper(path, card, row_id, key, name, material.label, words, before, form)
    changed = then is None or then[1] != now[1] or _papers(before, None, row_id) != _papers(form, None, row_id)
    return Place(path, "row", card, row_id, "", name, "这个人", words, changed, "已改过" if changed else "")


def _form_place(service: Service, path: str, words: str, before: Form, form: Form, look: Look) -> Place:
    spec = next((each for each in service.fields if each.key == path), None)
    if spec is not None:
        old, new = value_of(before, path), value_of(form, path)
        return Place(
            path, "field", "", "", path, spec.label, "", words, old != new, _turned(service, spec, old, new, look)
        )
    check = next((each for each in look.check.materials if each.id == path), None)
    if check is not None:
        return _paper(path, "", "", path, "本单", check.label, words, before, form)
    changed = before.get("values") != form.get("values") or before.get("cards") != form.get("cards")
    return Place(path, "whole", "", "", "", "整份申请", "", words, changed, "已改过" if changed else "")


def _paper(
    path: str, card: str, row: str, key: str, name: str, label: str, words: str, before: Form, form: Form
) -> Place:
    old, new = _papers(before, key, row or None), _papers(form, key, row or None)
    changed = [each["blob"] for each in old] != [each["blob"] for each in new]
    shown = new or old
    note = f"原件 {paper_words(old[0])}" if old and not changed else ""
    if changed:
        note = f"已换：{new[0].get('name') or '附件'}，{paper_words(new[0])}" if new else "已移除"
    blob = str(shown[0]["blob"]) if shown else ""
    return Place(path, "paper", card, row, key, name, label, words, changed and bool(new), note, blob)


def _papers(form: Form, material: str | None, row: str | None) -> list[Mapping[str, Any]]:
    return [
        each
        for each in attachments(form)
        if each.get("row") == row and (material is None or each["material"] == material)
    ]


def _turned(service: Service, spec: FieldSpec, old: Any, new: Any, look: Look) -> str:
    if old == new:
        return ""
    choices = options_of(service, spec, look.around)
    return f"{words_of(spec, old, choices) or '空'} → {words_of(spec, new, choices) or '空'}"


def name_of(form: Form, row_id: str, look: Look) -> str:
    """Whom a row is about, as far as the desk knows."""
    found = find_row(form, row_id)
    if found is None:
        return ""
    person = look.around.people.get(str(found[1].get("person") or found[1].get("roster") or ""))
    return person.name if person is not None else "这一行"


def untouched(service: Service, form: Form, places: Sequence[Place], look: Look) -> dict[str, tuple[str, ...]]:
    """By card, the names of those nobody said anything about."""
    named = {place.row for place in places}
    made: dict[str, tuple[str, ...]] = {}
    for card in service.cards:
        names = tuple(name_of(form, str(row["row"]), look) for row in rows_of(form, card) if row["row"] not in named)
        if names:
            made[card] = names
    return made


def changes(service: Service, form: Form, look: Look) -> tuple[Change, ...]:
    """Everything that differs from what was sent before."""
    before: Form = look.around.application.get("form") or {}
    made: list[Change] = []
    for spec in service.fields:
        made += _change(service, spec, spec.label, value_of(before, spec.key), value_of(form, spec.key), look)
    then = {str(row["row"]): (card, row) for card, row in all_rows(before)}
    now = {str(row["row"]): (card, row) for card, row in all_rows(form)}
    for row_id, (card, _row) in then.items():
        if row_id not in now:
            made.append(Change(f"{name_of(before, row_id, look)}·{service.cards[card].label}", "在名单里", "已移出"))
    for row_id, (card, row) in now.items():
        name = name_of(form, row_id, look)
        if row_id not in then:
            made.append(Change(f"{name}·{service.cards[card].label}", "", "新加入"))
            continue
        old, new = then[row_id][1].get("values") or {}, row.get("values") or {}
        part = service.card_service(card)
        for spec in part.spec.item:
            made += _change(part, spec, f"{name}·{spec.label}", old.get(spec.key), new.get(spec.key), look)
    made += _paper_changes(service, before, form, look)
    return tuple(made)


def _change(service: Service, spec: FieldSpec, where: str, old: Any, new: Any, look: Look) -> list[Change]:
    if (old or None) == (new or None):
        return []
    choices = options_of(service, spec, look.around)
    return [Change(where, words_of(spec, old, choices) or "空", words_of(spec, new, choices) or "空")]


def _paper_changes(service: Service, before: Form, form: Form, look: Look) -> list[Change]:
    labels = {each.id: each.label for each in look.check.materials}
    for check in look.check.rows.values():
        labels |= {each.id: each.label for each in check.materials}
    made = []
    spots = dict.fromkeys(
        (str(each["material"]), each.get("row")) for form_ in (before, form) for each in attachments(form_)
    )
    kept = {str(row["row"]) for _card, row in all_rows(before)} & {str(row["row"]) for _card, row in all_rows(form)}
    for material, row in spots:
        if row is not None and str(row) not in kept:
            continue  # who left or came did so with their papers
        old, new = _papers(before, material, row), _papers(form, material, row)
        if [each["blob"] for each in old] != [each["blob"] for each in new]:
            who = name_of(form, str(row), look) or name_of(before, str(row), look) if row else "本单"
            names = ["、".join(str(each.get("name") or "附件") for each in some) or "没有" for some in (old, new)]
            made.append(Change(f"{who}·{labels.get(material, material)}", names[0], names[1]))
    return made


def endings(pack: Pack, look: Look, actor: str) -> tuple[ActionChoice, ...]:
    """Ways to give the application up."""
    return tuple(each for each in actions_for(pack, look.around.application, actor) if each.verb == "withdraw")
