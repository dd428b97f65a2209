"""A paper of the pack as an empty form: seen as it will be printed, printed, or saved to be filled in by hand."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.context import Context
from desktop.printing import print_pdf, save_file
from desktop.watching import Watching
from desktop.watching_page import WatchingPage
from desktop.widgets.buttons import Button
from desktop.widgets.notes import Notice
from desktop.widgets.previews import PdfPreview
from documents.letter import letter
from documents.templates import PaperTemplate
from sync.store.local import Reader

BLANK = "＿＿＿＿＿＿"
ROWS = 12  # empty lines of the table


class TemplateModel(Watching[bytes]):
    """Makes the paper beside the screen, with the unit's own name where it is known."""

    topics = frozenset({"public"})

    def __init__(self, context: Context, document: str) -> None:
        super().__init__(context)
        self.document = document
        self.pdf = b""

    def look(self, reader: Reader) -> bytes:
        pack, account = self.context.pack, self.context.account
        if self.document not in pack.spec.documents:
            return b""
        me = reader.accounts.need(account)
        unit = reader.mirror.get(account, me.unit) if me.unit else None
        template = PaperTemplate.from_mapping(pack.spec.documents[self.document].model_dump())
        values = {"协会": me.association_name, "单位": str(unit.body.get("name") or "") if unit is not None else BLANK}
        filled = {name: values.get(name, BLANK) for name in ("协会", "单位", *template.placeholders())}
        return letter(template, values=filled, people={"": [{}] * ROWS}).pdf()

    def take(self, found: bytes) -> None:
        self.pdf = found


class TemplatePage(WatchingPage):
    """The preview and its two ways out."""

    model: TemplateModel

    def __init__(self, context: Context, document: str) -> None:
        spec = context.pack.spec.documents.get(document)
        self._label = spec.label if spec is not None else ""
        self.save = Button("另存为 PDF", icon="download", hint="Ctrl+Shift+S")
        self.save.setObjectName("template.save")
        self.print = Button("打印", "primary", icon="printer", hint="Ctrl+P")
        self.print.setObjectName("template.print")
        super().__init__(
            self._label, sub="空白样式；办件时的这份文件会按名单自动生成", actions=[self.save, self.print], back=True,
            scroll=False,
        )  # fmt: skip
        self.setObjectName("template")
        self.context, self.model = context, TemplateModel(context, document)
        self.model.setParent(self)
        self.notice = Notice()
        self.notice.acted.connect(self.notice.clear)
        self.preview = PdfPreview(name=self._label)
        self.preview.setObjectName("template.preview")
        self.add(self.notice)
        self.add(self.preview, stretch=1)
        self.save.clicked.connect(self._save)
        self.print.clicked.connect(self._print)
        self.shortcut("Ctrl+P", self._print)
        self.shortcut("Ctrl+Shift+S", self._save)
        self.model.changed.connect(self._refresh)

    def first_focus(self) -> None:
        self.print.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        if self.model.pdf:
            self.preview.show_bytes(self.model.pdf)
        else:
            self.notice.show_words("规则包里没有这份文件，请联系协会。", role="warn", action="知道了")

    def _print(self) -> None:
        if self.model.pdf:
            print_pdf(self.model.pdf, self)

    def _save(self) -> None:
        if not self.model.pdf:
            return
        try:
            path = save_file(self.model.pdf, f"{self._label}.pdf", self)
        except OSError:
            said = "文件写不进去：可能正开着，或没有权限。请换个名字再存。"
            self.notice.show_words(said, role="bad", action="知道了")
            return
        if path is not None:
            self.notice.show_words(f"已存为 {path.name}。", role="ok", action="知道了")


def make(context: Context, key: str) -> TemplatePage:
    return TemplatePage(context, key)
