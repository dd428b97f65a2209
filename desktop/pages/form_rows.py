"""The rows of a card as the table shows them: pure, from the form and one look at it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from desktop.pages.form_columns import FormRow, RowCell, TableLook
from desktop.pages.form_fields import Asked
from desktop.pages.form_lines import RowState, money, owed_bills, row_state
from desktop.pages.form_look import Around, Look
from desktop.pages.form_values import Form, Row, as_text, rows_of, value_of
from domain.checking import FieldCheck, RowCheck
from domain.filling import option_labels
from domain.packs.forms import FieldSpec
from domain.packs.service import Service
from sync.store.pinyin import initials
from sync.views import PersonRow, mask_document

FREE = ("text", "long-text")
WAITING = RowState("ok", "", "", False)
FIRST = {"person": ("姓名", "身份证号码"), "application": ("表单", "编号"), "bill": ("账单", "编号")}


def options_of(service: Service, spec: FieldSpec, around: Around | None) -> tuple[tuple[str, str], ...]:
    """What may be chosen: an enumeration, a list the association keeps, its agencies."""
    if spec.type == "agency":
        return around.agencies if around is not None else ()
    labels = option_labels(service, spec)
    if labels:
        return tuple(labels.items())
    listed = around.params.get(spec.options) if around is not None and isinstance(spec.options, str) else None
    return tuple((str(each), str(each)) for each in listed) if isinstance(listed, list | tuple) else ()


def words_of(spec: FieldSpec, value: Any, choices: tuple[tuple[str, str], ...]) -> str:
    """A value as people read it."""
    labels = dict(choices)
    if isinstance(value, list | tuple):
        return "、".join(labels.get(str(each), str(each)) for each in value)
    if isinstance(value, bool):
        return "是" if value else ""
    text = as_text(value)
    return labels.get(text, text)


def asked_fields(service: Service, look: Look | None) -> tuple[Asked, ...]:
    """The form's own fields that are on screen now."""
    checks: Mapping[str, FieldCheck] = look.check.fields if look is not None else {}
    around = look.around if look is not None else None
    made = []
    for spec in service.fields:
        check = checks.get(spec.key, FieldCheck(spec.shown is True, spec.required is True))
        if check.shown:
            made.append(Asked(spec, check.required, options_of(service, spec, around)))
    return tuple(made)


def table_of(
    service: Service, card: str, form: Form, look: Look | None, *, more: bool = False
) -> tuple[TableLook, tuple[FormRow, ...]]:
    """Columns and rows of a card; `more`: free remarks too, which otherwise show only where somebody wrote one."""
    part = service.card_service(card)
    rows = rows_of(form, card)
    checks = look.check.rows if look is not None else {}
    specs = tuple(spec for spec in part.spec.item if _column(spec, rows, checks, more))
    papers = any(material.spec.scope == "row" for material in part.materials)
    first, second = FIRST.get(service.cards[card].adds, ("项目", "编号"))
    made = tuple(_row(service, part, card, row, specs, look, checks.get(str(row["row"]))) for row in rows)
    amounts = service.cards[card].adds in ("application", "bill")
    return TableLook(first, "" if more else second, specs, papers, amounts), made


def _column(spec: FieldSpec, rows: tuple[Row, ...], checks: Mapping[str, RowCheck], more: bool) -> bool:
    known = [
        check.fields[spec.key] for row in rows if (check := checks.get(str(row["row"]))) and spec.key in check.fields
    ]
    shown = any(each.shown for each in known) if known else spec.shown is True
    free = spec.type in FREE and spec.required is False
    return shown and (more or not free or any((row.get("values") or {}).get(spec.key) for row in rows))


def _row(
    service: Service,
    part: Service,
    card: str,
    row: Row,
    specs: tuple[FieldSpec, ...],
    look: Look | None,
    check: RowCheck | None,
) -> FormRow:
    subject = subject_of(row)
    name, document = named(service, subject, look)
    values = row.get("values") or {}
    cells = tuple(_cell(part, spec, values.get(spec.key), subject, look, check) for spec in specs)
    state = row_state(service, check) if check is not None else WAITING
    return FormRow(
        id=str(row["row"]),
        card=card,
        subject=subject,
        name=name,
        document=mask_document(document) if subject.startswith(("person/", "roster/")) else document,
        cells=cells,
        state=state,
        search=f"{name} {initials(name)} {document} {' '.join(cell.text for cell in cells)}",
        reasons="\n".join(finding.message for finding in check.findings) if check is not None else "",
        amount=_amount(service, row, look) if look is not None else "",
    )


def _amount(service: Service, row: Row, look: Look) -> str:
    totals = [bill.get("total") for bill in owed_bills(service, {"cards": {"": [row]}}, look.around.view)]
    if not totals or any(total is None for total in totals):
        return ""
    return money(sum((Decimal(str(total)) for total in totals), Decimal(0)))


def has_free(part: Service) -> bool:
    """Whether there are remarks that are not columns by themselves."""
    return any(spec.type in FREE and spec.required is False for spec in part.spec.item)


def subject_of(row: Row) -> str:
    """What a row is about: a person, or what a payment covers."""
    return str(row.get("person") or row.get("roster") or row.get("application") or row.get("bill") or "")


def named(service: Service, subject: str, look: Look | None) -> tuple[str, str]:
    """(name, number) of it."""
    if look is None:
        return "…", ""
    found: PersonRow | None = look.around.people.get(subject)
    if found is not None:
        return found.name, found.document
    body = look.around.covered.get(subject)
    if body is None:
        return "不在本机的资料里", ""
    label = service.pack.services[body["service"]].label if body.get("service") in service.pack.services else ""
    kind = service.pack.spec.bill_kinds.get(str(body.get("kind")), "")
    summary = str(body.get("summary") or "")
    return label or kind or summary or "账单", str(body.get("number") or "")


def _cell(
    part: Service, spec: FieldSpec, value: Any, subject: str, look: Look | None, check: RowCheck | None
) -> RowCell:
    choices = options_of(part, spec, look.around if look is not None else None)
    if spec.type == "certificates" and look is not None:
        held = {str(each.get("type")) for each in look.around.view.certificates.get(subject, ())}
        choices = tuple(choice for choice in choices if choice[0] in held)
    known = check.fields.get(spec.key) if check is not None else None
    path = f".{spec.key}"
    wrong = next((each.message for each in check.findings if each.path.endswith(path)), "") if check is not None else ""
    return RowCell(
        text=words_of(spec, value, options_of(part, spec, look.around if look is not None else None)),
        raw=as_text(value),
        shown=known.shown if known is not None else spec.shown is True,
        required=known.required if known is not None else spec.required is True,
        choices=choices,
        wrong=wrong,
    )


def field_texts(service: Service, form: Form) -> dict[str, str]:
    """What the form's own editors show."""
    return {spec.key: as_text(value_of(form, spec.key)) for spec in service.fields}
