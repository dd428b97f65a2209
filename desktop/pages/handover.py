"""移交: unsent work of an account goes into one sealed file, or comes in from one. All that is left to one shut out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop import words
from desktop.context import Context
from desktop.pages.handover_model import HandoverModel, Holder, told
from desktop.saving import ask_where
from desktop.step_window import named
from desktop.watching_page import WatchingPage
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import ChoiceInput, TextInput
from desktop.widgets.notes import Band, Notice
from sync.handover import Handed, Taken

WIDTH = 520
FILES = "会办移交文件 (*.handover)"
GIVE = (
    "把一个账号的草稿和没送出的内容连同附件存成一个加密文件，由本单位的另一个账号接收，在哪台电脑上都行。"
    "打开它要用这台电脑的恢复码。"
)
TAKE = "草稿会出现在您的草稿里，写着是谁做的；没送出的人员以您的名义记入名单。已经送达的不会再办一次。"
SEALED = "草稿和没送出的内容已封存在这台电脑上，可以移交给本单位的另一个账号；已送达的都在协会。"


class HandoverPage(WatchingPage):
    """Out above, in below; what came of it in between."""

    model: HandoverModel

    def __init__(self, context: Context) -> None:
        super().__init__("移交", back=not context.sealed)
        self.setObjectName("handover")
        self.context, self.model = context, HandoverModel(context)
        self.model.setParent(self)
        self._file: Path | None = None
        self.band = Band("warn", "这个账号或这台电脑已被停用", SEALED, action="重新登录")
        self.band.setObjectName("handover.sealed")
        self.band.acted.connect(lambda: context.go("login"))
        show_if(self.band, context.sealed)
        self.whose = named(ChoiceInput(()), "handover.account")
        self.whose.edited.connect(lambda _: self._refresh())
        self.holds = Label("", "body", wrap=True)
        self.holds.setObjectName("handover.holds")
        self.give = named(Button("存成移交文件…", "primary"), "handover.give")
        self.give.clicked.connect(self._ask_where)
        self.choose = named(Button("选择移交文件…"), "handover.choose")
        self.choose.clicked.connect(self._ask_which)
        self.chosen = Label("还没有选文件", "body", "text2", wrap=True)
        self.code = Field("恢复码", TextInput(), required=True, help="做移交文件的那台电脑的恢复码，9 组、每组 4 位。")
        named(self.code.editor, "handover.code")
        self.take = named(Button("接收"), "handover.take")
        self.take.clicked.connect(self._take)
        self.notice = Notice()
        self.notice.setObjectName("handover.notice")
        self.notice.acted.connect(lambda: context.go("drafts"))
        self.steps = Label("", "body", wrap=True, selectable=True)
        self.steps.setObjectName("handover.steps")
        self.add(self.band)
        self.add(column(self.notice, 8, self.steps))
        self.add(16)
        self.add(row(self._place(context.sealed), None))
        self.add_stretch()
        self.model.changed.connect(self._refresh)
        self.model.handed.connect(self._handed)
        self.model.taken.connect(self._taken)
        self.model.failed.connect(self._failed)
        self._refresh()

    def _place(self, sealed: bool) -> QWidget:
        whose = Field("账号", self.whose)
        give = column(Label("移交出去", "section"), 4, Label(GIVE, "body", "text2", wrap=True), 12)
        out = column(give, whose, 8, self.holds, 12, row(self.give, None), 32)
        incoming = QWidget()
        head = column(Label("接收移交", "section"), 4, Label(TAKE, "body", "text2", wrap=True), 12)
        incoming.setLayout(
            column(head, row(self.choose, self.chosen, None, spacing=12), 12, self.code, 12, row(self.take, None))
        )
        show_if(incoming, not sealed)
        place = QWidget()
        place.setFixedWidth(WIDTH)
        place.setLayout(column(out, incoming))
        return place

    # ---- out ----

    def _refresh(self) -> None:
        known = [(one.account, one.label) for one in self.model.holders]
        self.whose.set_choices(known)
        if self.whose.value not in dict(known):
            self.whose.set_value(self.context.account)
        holder = self._holder
        self.holds.setText(holder.words if holder is not None else "")
        self.give.set_reason("" if holder is not None and not holder.is_empty else "没有要移交的内容")
        self.give.set_text("正在存…" if self.model.busy == "give" else "存成移交文件…")
        self.take.set_text("正在接收…" if self.model.busy == "take" else "接收")
        self.take.set_reason("" if self._file is not None else "请先选择移交文件")

    @property
    def _holder(self) -> Holder | None:
        return next((one for one in self.model.holders if one.account == self.whose.value), None)

    def _ask_where(self) -> None:
        holder = self._holder
        if holder is None:
            return
        name = f"会办移交-{holder.name}-{self.context.today():%Y%m%d}.handover"
        chosen = ask_where(self, "存成移交文件", name, FILES)
        if chosen is not None:
            self.hand_over(chosen)

    def hand_over(self, target: Path) -> None:
        """What the chosen account has goes into this file."""
        if self._holder is not None:
            self.model.hand_over(self._holder.account, target)

    def _handed(self, target: Path, made: Handed) -> None:
        what = told(made.drafts, made.rosters, made.steps)
        self.notice.show_words(
            f"已存成“{target.name}”：{what}、附件 {made.papers} 个，共 {words.size(made.bytes)}。"
            "请把文件交给接收的人，恢复码分开告诉。",
            role="ok",
        )

    # ---- in ----

    def _ask_which(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "选择移交文件", "", FILES)
        if chosen:
            self.choose_file(Path(chosen))

    def choose_file(self, file: Path) -> None:
        """This is the kit."""
        self._file = file
        self.chosen.setText(file.name)
        self._refresh()

    def _take(self) -> None:
        self.code.set_finding("" if self.code.value.strip() else "请输入恢复码。")
        if self._file is not None and self.code.value.strip():
            self.model.take_over(self._file, self.code.value)

    def _taken(self, taken: Taken) -> None:
        self.code.set_value("")
        if taken.before:
            when = words.moment(taken.before, self.context.now())
            self.notice.show_words(f"{taken.name} 的这份移交{when}已经接收过，没有再收一次。", role="wait")
        else:
            known = f"；{taken.known} 件已有人办过，没有再收" if taken.known else ""
            what = told(taken.drafts + taken.merged, taken.rosters, 0)
            both = f"其中 {taken.merged} 份这里原来也有，两边的内容已合在一起。" if taken.merged else ""
            self.notice.show_words(f"已接收 {taken.name} 移交的{what}{known}。{both}", role="ok", action="看草稿")
        lines = "\n".join(f"· {self.model.step_words(step)}" for step in taken.steps)
        self.steps.setText(f"下面这些没送出的步骤请您照着再办：\n{lines}" if lines else "")

    def _failed(self, sentence: str) -> None:
        self.notice.show_words(sentence, role="warn")


def make(context: Context, key: str) -> HandoverPage:
    return HandoverPage(context)
