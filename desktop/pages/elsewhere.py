"""An entry of the association's menu that is not done in this program: what it is for, what is needed, whom to ask."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.pages.help import DesksModel, paper_names
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Label, column
from desktop.widgets.notes import Band, KeyValues
from desktop.widgets.panel import Panel, Section
from domain.packs import Pack
from domain.packs.schema import MenuSpec


def entry_for(pack: Pack, key: str) -> MenuSpec | None:
    """The entry of the menu that leads to this service or view."""
    return next((one for one in pack.menu_entries() if key in (one.service, one.view)), None)


class ElsewherePage(WatchingPage):
    """Says it plainly, with the papers to have ready and the telephones."""

    model: DesksModel

    def __init__(self, context: Context, key: str) -> None:
        entry = entry_for(context.pack, key)
        pack, service = context.pack, context.pack.services.get(key)
        label = entry.label if entry is not None else service.label if service is not None else "不在会办里办"
        super().__init__(label, back=True)
        self.setObjectName("elsewhere")
        self.context, self.model = context, DesksModel(context)
        self.model.setParent(self)
        where = pack.spec.links.get("platform", "")
        words = f"请在协会的会员服务平台上办：{where}" if where else "请向协会办理。"
        self.band = Band("wait", "这一项不在会办里办", words)
        self.band.setObjectName("elsewhere.band")
        self.add(self.band)
        self.add(16)
        parts: list[tuple[str, str]] = []
        if entry is not None and entry.help:
            parts.append(("做什么用", entry.help))
        if service is not None and service.materials:
            parts.append(("要准备的资料", "\n".join(paper_names(service.materials))))
        if service is not None and service.spec.clause:
            parts.append(("依据", f"条文 {service.spec.clause}"))
        self.facts = KeyValues(parts, label_width=96)
        self.facts.setObjectName("elsewhere.facts")
        self.facts.setAccessibleName("；".join(f"{head}：{words}" for head, words in parts))
        self.add(self.facts)
        self.add_stretch()
        self.set_panel(Panel("找谁问"))
        self.model.changed.connect(self._fill_panel)

    def _fill_panel(self) -> None:
        if self.panel is None:
            return
        lines: list[QWidget] = []
        for name, call in self.model.desks:
            line = QWidget()
            line.setLayout(column(Label(name, "secondary", "text2", wrap=True), Label(call, "body", selectable=True)))
            lines.append(line)
        none = Label("协会的电话还没有传到本机，联网后会出现在这里。", "secondary", "text2", wrap=True)
        self.panel.set_sections([Section("", *(lines or [none]))])


def make(context: Context, key: str) -> ElsewherePage:
    return ElsewherePage(context, key)
