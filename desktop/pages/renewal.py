"""60 天内到期: everybody concerned, who can be put on the form now, and for the others why not and from when."""

from __future__ import annotations

from desktop.context import Context
from desktop.pages.renewal_model import RenewalModel, Standing, What, prepare
from desktop.rows_model import Column, RowsModel
from desktop.rows_view import RowsView
from desktop.watching_page import WatchingPage
from desktop.widgets.buttons import Button
from desktop.widgets.notes import EmptyState

TITLES: dict[What, str] = {"membership": "60 天内到期的会籍", "certificate": "60 天内到期的证书"}


class RenewalPage(WatchingPage):
    """One list and one button."""

    model: RenewalModel

    def __init__(self, model: RenewalModel) -> None:
        self.go_button = Button("备好草稿", "primary", icon="plus")
        self.go_button.setObjectName("renewal.prepare")
        super().__init__(TITLES[model.what], actions=[self.go_button], back=True, scroll=False, help_topic="people")
        self.setObjectName("renewal")
        self.model = model
        model.setParent(self)
        self.go_button.clicked.connect(self._prepare)
        self.rows: RowsModel[Standing] = RowsModel(
            [
                Column("姓名", lambda one: one.name, weight=500, width=104),
                Column("快到期的", lambda one: one.what, width=200),
                Column("到期", lambda one: one.until, align="right", width=112, sort=lambda one: one.until),
                Column("状态", lambda one: _state(one)[0], icon=lambda one: _state(one)[1],
                       role=lambda one: _state(one)[1], width=120),
                Column("说明", lambda one: one.why or "可以选入",
                       sub=lambda one: f"最早 {one.possible_from} 可办" if one.possible_from and not one.can else "",
                       tooltip=lambda one: one.why),
            ],
            key=lambda one: one.person,
        )  # fmt: skip
        empty = EmptyState("60 天内没有要到期的", "快到期的人会提前列在这里和首页。", icon="calendar")
        self.list = RowsView(
            self.rows, name=self.title, row_height=48, empty=empty, hang=True, remember="lists/renewal"
        )
        self.list.setObjectName("renewal.list")
        self.list.opened.connect(self._open)
        self.add(self.list, stretch=1)
        model.changed.connect(self._refresh)

    def _refresh(self) -> None:
        rows = self.model.rows
        able, inside = sum(one.can for one in rows), any(one.draft for one in rows)
        self.rows.show(rows)
        self.set_head(self.title, f"{self.model.label}　可办 {able} 人，共 {len(rows)} 人")
        self.go_button.set_text("备好草稿" if able or not inside else "打开草稿")
        self.go_button.set_reason("" if able or inside else "现在没有可以选入的人，原因见各行")

    def _prepare(self) -> None:
        prepare(self.model.context, self.model.what)

    def _open(self, chosen: object) -> None:
        if isinstance(chosen, Standing):
            self.go.emit(f"person/{chosen.person.replace('/', ':')}")


def _state(one: Standing) -> tuple[str, str]:
    if one.draft:
        return "在草稿里", "wait"
    return ("可办", "ok") if one.can else ("现在不可办", "bad")


def make(context: Context, key: str) -> RenewalPage:
    return RenewalPage(RenewalModel(context, "membership" if key == "membership" else "certificate"))
