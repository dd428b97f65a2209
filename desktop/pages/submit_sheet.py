"""打印清单: people, the state of their papers and what it costs, on paper, to be looked over away from the screen."""

from __future__ import annotations

from datetime import datetime

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_age import age_words
from desktop.pages.form_lines import cost_of, owed_bills
from desktop.pages.form_look import Look
from desktop.pages.form_paper import PaperPage
from desktop.pages.form_rows import asked_fields, field_texts, table_of, words_of
from desktop.pages.form_values import Form, rows_of, value_of
from desktop.pages.materials_model import lines_of
from desktop.pages.submit_model import sealed_papers
from documents.fonts import MissingGlyphs
from documents.paper import Column
from documents.summary import SummaryTable, summary_sheet
from domain.packs.pack import Pack
from domain.packs.service import Service
from sync.store.local import Reader
from sync.views import short_code

PAPERS = (Column("姓名", 1), Column("资料", 2.4), Column("状态", 1.4), Column("文件", 2.4))
COSTS = (
    Column("费用", 2),
    Column("依据", 1.4),
    Column("数量", 0.7, "right"),
    Column("单价（元）", 1.1, "right"),
    Column("金额（元）", 1.1, "right"),
)


class SheetPage(PaperPage):
    """The list as it will be printed; made anew when the form changes."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__(context, key, "核对清单", name="sheet")
        self._made_from: object = None
        self._making = 0
        self.form.looked.connect(self._show)

    @property
    def settled(self) -> bool:
        """The preview is of the form as it stands."""
        return super().settled and not self._making

    def _show(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        if service is None or look is None or draft is None or not self.form.fresh:
            return
        code = short_code(draft.entity)
        self.set_head("核对清单", f"{service.label}  {code}")
        if look.edition == self._made_from:
            return
        self._made_from = look.edition
        self._making += 1
        pack, form, account, now = self.context.pack, self.form.form, self.context.account, self.context.now()
        age = age_words(look.around.as_of, self.context)

        def work(reader: Reader) -> bytes:
            name = reader.accounts.need(account).association_name
            return make_sheet(pack, service, form, look, code=code, association=name, now=now, age=age)

        self.context.read(work, self._ready)

    def _ready(self, pdf: bytes) -> None:
        self._making -= 1
        self.show_pdf(pdf)


def make_sheet(
    pack: Pack, service: Service, form: Form, look: Look, *, code: str, association: str, now: datetime, age: str
) -> bytes:
    """The PDF; what is not filled in is shown as such."""
    unit = str(look.around.unit.get("name") or "")
    facts = [("单位", unit), ("编号", code), *field_facts(service, form, look), ("依据", age)]
    tables = [*card_tables(service, form, look), *paper_tables(service, form, look)]
    tables += cost_tables(pack, service, form, look)
    paper = summary_sheet(
        f"{service.label}核对清单",
        association=association,
        facts=facts,
        tables=tables,
        number=code,
        made=now,
        notes=("本清单供提交前核对，不是申请表，不用盖章。",),
        landscape=any(len(table.columns) > 6 for table in tables),
    )
    try:
        return paper.pdf()
    except MissingGlyphs:
        return paper.pdf(leave_gaps=True)


def field_facts(service: Service, form: Form, look: Look) -> list[tuple[str, str]]:
    """The form's own fields that are asked, as people read them."""
    known = field_texts(service, form)
    made = []
    for each in asked_fields(service, look):
        words = words_of(each.spec, value_of(form, each.spec.key), each.choices) if known.get(each.spec.key) else ""
        made.append((each.spec.label, words))
    return made


def card_tables(service: Service, form: Form, look: Look) -> list[SummaryTable]:
    """A table for each card with somebody in it: who, every field, papers, how it stands."""
    made = []
    for card in service.cards:
        if not rows_of(form, card):
            continue
        told, rows = table_of(service, card, form, look, more=True)
        second = told.second or "证件号码"
        columns = [Column(told.first, 1), Column(second, 2.2), *(Column(spec.label, 1.2) for spec in told.fields)]
        columns += [Column("资料", 0.8, "center")] * told.papers
        columns += [Column("提交前检查", 4)]
        lines = [
            [
                row.name,
                row.document,
                *(cell.text if cell.shown else "—" for cell in row.cells),
                *([row.state.papers or "—"] if told.papers else []),
                row.reasons.replace("\n", "；") or row.state.short,
            ]
            for row in rows
        ]
        made.append(SummaryTable(service.cards[card].label, columns, lines))
    return made


def paper_tables(service: Service, form: Form, look: Look) -> list[SummaryTable]:
    """The papers of every person and of the whole form."""
    lines = []
    for card in service.cards:
        for line in lines_of(service, card, form, look):
            names = "、".join(str(each.get("name") or "附件") for each in line.papers)
            lines.append([line.name, line.check.label, line.words, names or "—"])
    for paper in sealed_papers(form, look):
        lines.append(["本单", paper.label, paper.state, paper.name or "—"])
    return [SummaryTable("资料", PAPERS, lines)] if lines else []


def cost_tables(pack: Pack, service: Service, form: Form, look: Look) -> list[SummaryTable]:
    """What it will cost, by rule; an amount that is not set is named as such."""
    cost = cost_of(pack, service, look.check, owed_bills(service, form, look.around.view))
    if cost is None or not cost.lines:
        return []
    lines = [[each.label, each.clause, str(each.count), each.each or "—", each.amount] for each in cost.lines]
    total = f"费用预计，合计 {cost.total} 元" if cost.total else "费用预计，暂算不出合计"
    return [SummaryTable(total, COSTS, lines)]


def make(context: Context, key: str) -> Page:
    """sheet/<draft key>."""
    return SheetPage(context, key)
