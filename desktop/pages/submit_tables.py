"""The lists of the page before sending: who by card, what it costs by rule, the papers of the whole form."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.pages.form_lines import CostLine
from desktop.pages.submit_model import CardLine, Sealed
from desktop.rows_model import Act, Column, RowsModel


def card_rows(parent: QObject) -> RowsModel[CardLine]:
    """A line for each card that has rows."""
    return RowsModel(
        [
            Column("业务", lambda line: line.label, weight=500, width=120),
            Column("", lambda line: line.count, width=64),
            Column("", lambda line: line.names, role="text2", tooltip=lambda line: line.names),
            Column(
                "",
                lambda line: line.state.short,
                icon=lambda line: line.state.state,
                role=lambda line: line.state.state,
                align="right",
                width=160,
            ),
        ],
        parent,
        key=lambda line: line.key,
    )


def cost_rows(parent: QObject) -> RowsModel[CostLine]:
    """A line for each rule that asks for money."""
    return RowsModel(
        [
            Column("费用", lambda line: line.label, weight=500),
            Column("依据", lambda line: line.clause, role="text2", width=132),
            Column("票据", lambda line: line.receipt, role="text2", width=120),
            Column("数量", lambda line: str(line.count), align="right", width=64),
            Column("单价（元）", lambda line: line.each or "—", align="right", width=104),
            Column(
                "金额（元）",
                lambda line: line.amount,
                align="right",
                width=112,
                role=lambda line: "warn" if line.amount == "未设定" else "text",
            ),
        ],
        parent,
        key=lambda line: (line.rule, line.label),
    )


def sealed_rows(parent: QObject) -> RowsModel[Sealed]:
    """A line for each paper of the whole form."""
    return RowsModel(
        [
            Column("资料", lambda line: line.label, sub=lambda line: line.words, weight=500, icon="file"),
            Column(
                "",
                lambda line: line.state,
                icon=lambda line: line.role,
                role=lambda line: line.role,
                align="right",
                width=240,
            ),
            Column(
                "",
                acts=lambda line: (Act("look", "看一眼"),) if line.blob else (Act("go", "去补"),),
                align="right",
                width=80,
            ),
        ],
        parent,
        key=lambda line: line.id,
    )
