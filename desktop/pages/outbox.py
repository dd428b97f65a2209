"""待发送: one line an Operation, and below what has arrived with its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu

from desktop import words
from desktop.context import Context
from desktop.page import Page
from desktop.pages.outbox_model import LOOKS, OutboxModel, about, below, progress, steps
from desktop.rows_model import Act, Column, RowsModel
from desktop.rows_view import RowsView
from desktop.saving import ask_where
from desktop.watching_page import WatchingPage
from desktop.widgets.base import show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import SearchBox
from desktop.widgets.gap import Gap
from desktop.widgets.notes import EmptyState, Notice
from desktop.widgets.panel import SectionTitle
from sync.protocol import ANSWER_SUFFIX
from sync.views import OutboxRow


def make(context: Context, key: str) -> Page:
    return OutboxPage(context)


class OutboxPage(WatchingPage):
    """Layout and wiring."""

    model: OutboxModel

    def __init__(self, context: Context) -> None:
        super().__init__("待发送")
        self.setObjectName("outbox")
        self.context, self.model = context, OutboxModel(context, self)
        self.search = SearchBox("单号、姓名、业务", width=200)
        self.search.editor.setObjectName("outbox.search")
        self.pause = Button("全部暂停", icon="pause")
        self.pause.setObjectName("outbox.pause")
        self.pause.clicked.connect(context.pause_asked)
        self.more = Button("更多", "quiet")
        self.more.setObjectName("outbox.more")
        menu = QMenu(self.more)
        self.export = menu.addAction("存成文件，带到协会…")
        self.export.setObjectName("outbox.export")
        self.export.triggered.connect(self._export)
        self.answers = menu.addAction("读入协会的答复文件…")
        self.answers.setObjectName("outbox.answers")
        self.answers.triggered.connect(self._read_answers)
        self.hand_in = menu.addAction("代收单位带来的文件…")
        self.hand_in.setObjectName("outbox.hand_in")
        self.hand_in.setVisible(False)
        self.hand_in.triggered.connect(self._hand_in)
        self.more.set_menu(menu)
        self.set_actions([self.search, self.more, self.pause])
        self.notice = Notice()
        self.notice.acted.connect(self.notice.clear)
        self.shrink = Notice()
        self.shrink.setObjectName("outbox.shrink")
        self.shrink.acted.connect(self._accept_shrinking)
        self._asked_shrinking = False
        self.sharing = Notice()
        self.sharing.setObjectName("outbox.sharing")
        self.sharing.acted.connect(self._unfold)
        self._unfolded = False
        self.waiting: RowsModel[OutboxRow] = RowsModel(self._waiting_columns(), key=lambda r: r.op_id, search=found_by)
        self.done: RowsModel[OutboxRow] = RowsModel(self._done_columns(), key=lambda r: r.op_id)
        self._waiting_title = SectionTitle("还没送达", 0)
        self._done_title = SectionTitle("最近送达", 0, note="回执可打印，扫码可查", line=False)
        empty = EmptyState("没有等着送的", "提交的申请先存在这里，联网后自动送达。", icon="send")
        self.list = RowsView(self.waiting, name="还没送达", row_height=64, header=False, fit=True, hang=True)
        self.list.setObjectName("outbox.list")
        self.answered = RowsView(self.done, name="最近送达", fit=True, hang=True, remember="lists/delivered")
        self.answered.setObjectName("outbox.delivered")
        self._empty = empty
        for notice in (self.shrink, self.notice):
            self.add(notice)
            self.add(Gap(notice))
        self.add(self._waiting_title)
        self.add(self.list)
        self.add(8)
        self.add(self.sharing)
        self.add(16)
        self.add(self._done_title)
        self.add(self.answered)
        self.add(empty, stretch=1)
        self.add_stretch()
        for view in (self.list, self.answered):
            view.opened.connect(self._open)
            view.followed.connect(self._follow)
        self.search.searched.connect(self._search)
        self.search.left_down.connect(self.list.setFocus)
        self.shortcut("Ctrl+F", self.search.setFocus)
        self.model.changed.connect(self.refresh)
        self.model.said.connect(lambda words, role: self.notice.show_words(words, role=role, action="知道了"))

    def _waiting_columns(self) -> Sequence[Column[OutboxRow]]:
        now = self.context.now
        return [
            Column("状态", lambda r: r.word, icon=lambda r: LOOKS.get(r.state, ("clock", "wait"))[0],
                   role=lambda r: LOOKS.get(r.state, ("clock", "wait"))[1], width=120),
            Column("业务", about, sub=lambda r: below(r, words.moment(r.made_at, now())), weight=500),
            Column("为什么还没到", lambda r: r.reason, sub=lambda r: r.remedy, font="panel_body", progress=progress,
                   width=320),
            Column("下次", lambda r: self._when(r), sub=attempts, font="panel_body", align="right", width=112),
            Column("可以做", acts=steps, align="right", width=140),
        ]  # fmt: skip

    def _done_columns(self) -> Sequence[Column[OutboxRow]]:
        now = self.context.now
        return [
            Column("送达时间", lambda r: words.moment(r.answered_at, now()), width=128),
            Column("业务", about, weight=500),
            Column("单号", lambda r: r.number or r.code, role="text2", width=132),
            Column("收件方", lambda r: self.model.queue.association, width=200),
            Column("用时", lambda r: words.took(_seconds(r)), align="right", width=72),
            Column("答复", lambda r: r.word, icon=lambda r: LOOKS.get(r.state, ("clock", "wait"))[0],
                   role=lambda r: LOOKS.get(r.state, ("clock", "wait"))[1], width=112),
            Column("回执", acts=lambda r: (Act("receipt", "看回执"),) if r.receipt else (), align="right", width=88),
        ]  # fmt: skip

    def _when(self, row: OutboxRow) -> str:
        if row.can_edit:
            return words.moment(row.answered_at, self.context.now())
        if row.state == "exported":
            return "等答复文件"
        if self.context.paused:
            return "已暂停"
        if row.next_try_at:
            return f"{words.moment(row.next_try_at, self.context.now()).partition(' ')[2]} 再送"
        return "正在送" if row.state == "sending" else "联网就送" if not self.context.online else "马上送"

    def refresh(self) -> None:
        queue = self.model.queue
        self.set_head("待发送", self.model.sub)
        self.pause.set_text("继续发送" if self.context.paused else "全部暂停")
        self.waiting.show((*queue.waiting, *(queue.sharing if self._unfolded else ())))
        self.sharing.show_words(self.model.sharing, role="wait", action="收起" if self._unfolded else "逐份看")
        shrinking = self.model.shrinking
        self._asked_shrinking = self._asked_shrinking and bool(shrinking)
        sure = "核实过了，删除" if self._asked_shrinking else "接收删除"
        self.shrink.show_words(shrinking, role="warn", action=sure)
        going = any(not row.can_edit for row in queue.waiting)
        self.export.setEnabled(going)
        self.export.setText("存成文件，带到协会…" if going else "存成文件（没有等着送的）")
        self.hand_in.setVisible(queue.office)
        self.hand_in.setEnabled(not self.model.handing_in)
        self.done.show(queue.delivered)
        self._waiting_title.set_count(len(queue.waiting))
        self._done_title.set_count(len(queue.delivered))
        for part in (self._waiting_title, self.list):
            show_if(part, self.waiting.rowCount() > 0)
        for part in (self._done_title, self.answered):
            show_if(part, bool(queue.delivered))
        show_if(self._empty, not queue.waiting and not queue.delivered and not queue.sharing)

    def _unfold(self) -> None:
        self._unfolded = not self._unfolded
        self.refresh()

    def _accept_shrinking(self) -> None:
        """Asked once more on the same line: what goes from here comes back only from the association."""
        if self._asked_shrinking:
            self._asked_shrinking = False
            self.context.accept_shrinking()
            self.context.tell("正在接收删除。没送出的和草稿都不动。", "wait")
        else:
            self._asked_shrinking = True
            self.refresh()

    def _export(self) -> None:
        """Those that are selected, else all that have not arrived."""
        going = [row for row in self.model.queue.waiting if not row.can_edit]
        chosen = [row for row in self.list.chosen if row in going]
        name = f"待发送 {self.context.today().isoformat()}.sealed"
        path = ask_where(self, "存成文件，带到协会", name, "会办待发送 (*.sealed)")
        if path is not None:
            self.model.export(chosen if len(chosen) > 1 else going, path)

    def _read_answers(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "读入协会的答复文件", "", f"协会的答复 (*{ANSWER_SUFFIX})")
        if path:
            self.model.read_answers(Path(path))

    def _hand_in(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "代收单位带来的文件", "", "会办待发送 (*.sealed)")
        if path:
            self.model.hand_in(Path(path))

    def _search(self, text: str) -> None:
        self.waiting.set_search(text)
        self.done.set_search(text)

    def _open(self, row: object) -> None:
        if isinstance(row, OutboxRow):
            acts = steps(row) if row.can_edit else ()
            self.model.act(row, acts[0].key if acts else "open")

    def _follow(self, row: object, key: str) -> None:
        if isinstance(row, OutboxRow):
            self.model.act(row, key)


def found_by(row: OutboxRow) -> str:
    """What the search looks at."""
    return f"{row.word} {about(row)} {row.number} {row.code} {row.reason}"


def attempts(row: OutboxRow) -> str:
    """How often it was tried."""
    if row.can_edit:
        return "协会平台答复"
    return f"已试 {row.attempts} 次" if row.attempts else "还没送过"


def _seconds(row: OutboxRow) -> float | None:
    return words.between(row.made_at, row.answered_at)
