"""The list of papers: whose, which, how it stands, the file, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.pages.form_papers import paper_words
from desktop.pages.materials_model import PaperLine
from desktop.rows_model import Act, Column, RowsModel


def paper_rows(parent: QObject) -> RowsModel[PaperLine]:
    """A line for each person and paper."""
    return RowsModel(
        [
            Column("姓名", lambda line: line.name, weight=500, width=84),
            Column("资料", lambda line: line.check.label),
            Column(
                "状态",
                lambda line: line.words,
                icon=lambda line: "dot" if line.state == "wait" else line.state,
                role=lambda line: line.state,
                width=112,
                tooltip=lambda line: "\n".join(line.check.invalid),
            ),
            Column(
                "文件",
                lambda line: str(line.papers[0].get("name") or "") if line.papers else "",
                sub=lambda line: _about(line),
                role="text2",
                width=150,
            ),
            Column("", acts=_acts, width=132, align="right"),
        ],
        parent,
        key=lambda line: line.key,
        ticks=True,
        search=lambda line: line.search,
    )


def _about(line: PaperLine) -> str:
    if not line.papers:
        return ""
    more = f"，另 {len(line.papers) - 1} 个" if len(line.papers) > 1 else ""
    return f"{paper_words(line.papers[0])}{more}"


def _acts(line: PaperLine) -> tuple[Act, ...]:
    if line.check.served_by == "upload":
        return (Act("look", "看一眼"), Act("remove", "移除"))
    if line.papers:
        return (Act("look", "看一眼"), Act("choose", "换新的"))
    return (Act("choose", "选文件"),)
