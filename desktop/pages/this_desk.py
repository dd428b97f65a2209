"""本机设置: when this desk locks by itself, a backup of everything that lies on it, and the way to hand work over."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.locking import has_passphrase, minutes_of, set_minutes
from desktop.page import Page
from desktop.saving import ask_where
from desktop.step_window import named
from desktop.troubles import words_of
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.buttons import Button, Chip, ChipRow
from desktop.widgets.fields import Field
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import Notice
from desktop.words import size
from sync.store.backup import Kept, backup
from sync.store.local import LocalStore

WIDTH = 520
CHOICES = {0: "不锁定", 5: "5 分钟", 10: "10 分钟", 30: "30 分钟"}
SHORTEST = 8  # characters of a passphrase
HELP = f"至少 {SHORTEST} 个字符，解锁时要输入。"
LOCK = "离开一段时间后收起屏幕内容，输入口令接着做；草稿和收发照常。"
GIVE = "换人办、换账号办，或账号被停用时，把草稿和没送出的内容交给本单位的另一个账号，或接收别人交来的。"
KEEP = "草稿、待发送和附件存成一个加密文件，用恢复码打开。换电脑或重装前请做一份，放到别的磁盘上。"


class ThisDeskPage(Page):
    """Three things, one below the other."""

    def __init__(self, context: Context) -> None:
        super().__init__("本机设置", back=True)
        self.setObjectName("this-desk")
        self.context = context
        self._minutes = 0
        chips = [Chip(str(minutes), words) for minutes, words in CHOICES.items()]
        self.choice = named(ChipRow(chips, name="闲置多久后锁定"), "desk.lock")
        self.choice.chosen.connect(self._chosen)
        self.secret = Field("口令", TextInput(secret=True), required=True, help=HELP)
        self.again = Field("再输一次", TextInput(secret=True), required=True)
        for field, name in ((self.secret, "secret"), (self.again, "again")):
            named(field.editor, f"desk.{name}")
        self.save = named(Button("保存", "primary"), "desk.save")
        self.save.clicked.connect(self._save)
        self.keep = named(Button("备份…"), "desk.backup")
        self.keep.clicked.connect(self._ask_where)
        self.notice = Notice()
        place = QWidget()
        place.setFixedWidth(WIDTH)
        lock = column(Label("闲置锁定", "section"), 4, Label(LOCK, "body", "text2", wrap=True), 12)
        typed = column(row(self.choice, None), 16, self.secret, 12, self.again, 12, row(self.save, None), 32)
        keep = column(Label("备份", "section"), 4, Label(KEEP, "body", "text2", wrap=True), 12, row(self.keep, None))
        self.give = named(Button("移交…"), "desk.handover")
        self.give.clicked.connect(lambda: context.go("handover"))
        give = column(Label("移交", "section"), 4, Label(GIVE, "body", "text2", wrap=True), 12, row(self.give, None))
        place.setLayout(column(lock, typed, keep, 16, self.notice, 16, give))
        self.add(row(place, None))
        self.add_stretch()
        self._refresh()

    def shown(self) -> None:
        self.context.read(minutes_of, self._have)

    def _have(self, minutes: int) -> None:
        self._minutes = minutes
        self.choice.choose(str(minutes if minutes in CHOICES else 0))
        self._refresh()

    def _chosen(self, key: str) -> None:
        self._minutes = int(key)
        self._refresh()

    @property
    def _asks(self) -> bool:
        return bool(self._minutes) and not has_passphrase(self.context)

    def _refresh(self) -> None:
        for field in (self.secret, self.again):
            show_if(field, self._asks)

    def _save(self) -> None:
        passphrase = self.secret.value if self._asks else ""
        if self._asks:
            long_enough, same = len(passphrase) >= SHORTEST, passphrase == self.again.value
            self.secret.set_finding("" if long_enough else f"口令至少要 {SHORTEST} 个字符。")
            self.again.set_finding("" if same else "两次输入的不一样。")
            if not (long_enough and same):
                return
        set_minutes(self.context, self._minutes, passphrase)
        self.secret.set_value("")
        self.again.set_value("")

    def _ask_where(self) -> None:
        name = f"会办备份-{self.context.today():%Y%m%d}.backup"
        chosen = ask_where(self, "备份到", name, "会办备份 (*.backup)")
        if chosen is not None:
            self.back_up(chosen)

    def back_up(self, target: Path) -> None:
        """Into this file; sending and typing go on meanwhile."""
        self.keep.set_text("正在备份…")
        self.keep.setEnabled(False)
        now = self.context.now()

        def work(store: LocalStore) -> Kept:
            return backup(store.folder, store.key, target, now)

        self.context.ask_server(work, partial(self._kept, target), self._broke)

    def _kept(self, target: Path, made: Kept) -> None:
        self._ready()
        what = f"草稿 {made.drafts} 份、待发送 {made.outbox} 件、附件 {made.attachments} 个"
        self.notice.show_words(f"已备份到“{target.name}”：{what}，共 {size(made.bytes)}。", role="ok")

    def _broke(self, error: BaseException) -> None:
        self._ready()
        known = words_of(error)
        if known is None:
            raise error
        self.notice.show_words("".join(known), role="warn")

    def _ready(self) -> None:
        self.keep.set_text("备份…")
        self.keep.setEnabled(True)


def make(context: Context, key: str) -> Page:
    return ThisDeskPage(context)
