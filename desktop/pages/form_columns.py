"""The columns of a card's table, as the pack has them: who, each field, amount, papers, and how the row stands."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.pages.form_lines import RowState
from desktop.rows_model import Column
from domain.packs.forms import FieldSpec

CELL = {"choice": 132, "certificates": 136, "ordered": 112, "choices": 112, "month": 76, "date": 96, "int": 64}
FIELDS = 280  # px of fields from which the number is shortened
TICK, STATE, ROOM = 36, 128, 766  # px: the tick column, the least for a state, what a 1366 px window leaves


@dataclass(frozen=True, slots=True)
class RowCell:
    """One field of one row."""

    text: str  # as people read it
    raw: str  # as an editor takes it
    shown: bool
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    wrong: str = ""  # the sentence, where there is one


@dataclass(frozen=True, slots=True)
class FormRow:
    """One line of the table."""

    id: str
    card: str
    subject: str
    name: str
    document: str  # masked
    cells: tuple[RowCell, ...]
    state: RowState
    search: str
    reasons: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class TableLook:
    """Which columns there are."""

    first: str  # the title of the first column: 姓名, 表单, 账单
    second: str  # of the second; empty leaves it out
    fields: tuple[FieldSpec, ...]
    papers: bool
    amounts: bool = False  # rows of a payment: what each comes to


def columns_of(look: TableLook) -> list[Column[FormRow]]:
    """The columns of a card."""
    made: list[Column[FormRow]] = [
        Column(
            look.first,
            lambda row: row.name,
            weight=500,
            width=200 if look.amounts else 88,
            tooltip=lambda row: f"{row.name} {row.document}",
        ),
    ]
    if look.second:
        wide = sum(CELL.get(spec.type, 104) for spec in look.fields) > FIELDS
        text = _short_document if wide and not look.amounts else _document
        width = 96 if wide and not look.amounts else 148
        made.append(Column(look.second, text, role="text2", width=width, whole=True, spare=1))
    made += [_cell_column(at, spec) for at, spec in enumerate(look.fields)]
    if look.amounts:
        made.append(Column("金额（元）", lambda row: row.amount or "—", align="right", width=104))
    if look.papers:
        made.append(
            Column(
                "资料",
                lambda row: row.state.papers or "—",
                role=lambda row: "warn" if row.state.papers_missing else "text2",
                align="right",
                width=56,
                accessible=lambda row: f"资料：{row.state.papers}",
            )
        )
    wide = TICK + sum(column.width for column in made) + STATE > ROOM
    made.append(
        Column(
            "提交前检查",
            width=STATE if wide else 0,
            text=lambda row: row.state.short,
            icon=lambda row: row.state.state if row.state.short else "",
            role=lambda row: row.state.state,
            tooltip=lambda row: row.reasons,
            sort=lambda row: ("bad", "warn", "ok").index(row.state.state),
        )
    )
    return made


def _document(row: FormRow) -> str:
    return row.document


def _short_document(row: FormRow) -> str:
    """Both ends, where many fields leave no room for more; the whole mask is in the name's tooltip."""
    return f"{row.document[:4]}…{row.document[-4:]}" if len(row.document) > 10 else row.document


def _cell_column(at: int, spec: FieldSpec) -> Column[FormRow]:
    def text(row: FormRow) -> str:
        cell = row.cells[at]
        if not cell.shown:
            return ""
        return cell.text or ("请填写" if cell.required else "—")

    def role(row: FormRow) -> str:
        cell = row.cells[at]
        return "bad" if cell.wrong and cell.text else "warn" if cell.required and not cell.text else "text"

    return Column(
        spec.label,
        text,
        role=role,
        width=CELL.get(spec.type, 104),
        tooltip=lambda row: row.cells[at].wrong or row.cells[at].text,
        accessible=lambda row: f"{spec.label}：{row.cells[at].text or '未填'}",
    )
