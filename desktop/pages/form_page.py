"""What every page of one draft shares: its view-model, its way in for papers, the line that tells, its keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_asks import AsksBox, unseen
from desktop.pages.form_model import DraftForm
from desktop.pages.form_over import Over, over
from desktop.pages.form_papers import PaperIntake, Taken
from desktop.pages.form_values import attachments, with_rows_back, without_rows
from desktop.starting import again
from desktop.widgets.gap import Gap
from desktop.widgets.notes import Notice, ProgressLine
from domain.entities import Attachment
from domain.packs.service import Service
from sync import actions
from sync.actions_drafts import GONE

Act = Callable[[], object]


def topic_of(service: Service) -> str:
    """What F1 shows on the pages of this business."""
    return service.spec.help_topics[0] if service.spec.help_topics else service.id


class DraftPage(Page):
    """One draft on screen. A subclass lays out, adds `notice`, `notice_gap` and `progress`, and says how it looks."""

    def __init__(
        self,
        context: Context,
        key: str,
        title: str,
        *,
        name: str,
        sub: str = "",
        back: bool = False,
        scroll: bool = True,
        top: int | None = None,
    ) -> None:
        super().__init__(title, sub=sub, back=back, scroll=scroll, top=top)
        self.context, self.key = context, key
        self.form = DraftForm(context, f"draft/{key}")
        self.form.setParent(self)
        self.form.setParent(self)
        self.intake = PaperIntake(context, self.form.draft_id, self)
        self.notice = Notice()
        self.notice.setObjectName(f"{name}.notice")
        self.notice_gap = Gap(self.notice)
        self.progress = ProgressLine()
        self.asks = AsksBox()
        self.asks.setParent(self)  # a page that has no place for it keeps it all the same
        self.asks.decided.connect(self._decided)
        self.asks.known.connect(self._known)
        self._act: Act | None = None
        self._over: Over | None = None  # what was told of it
        self._failing = False  # the notice tells of a failure that the next reading may have ended
        self.form.opened.connect(self._came_back)
        self.form.failed.connect(self.failed)
        self.intake.failed.connect(self.failed)
        self.intake.finished.connect(self._finished)
        self.intake.removed.connect(self._removed)
        self.intake.progress.connect(self.progress.show_progress)
        self.progress.cancelled.connect(self.intake.cancel)
        self.notice.acted.connect(self._acted)
        self.shortcut("Ctrl+S", self.save)
        self.shortcut("Ctrl+Return", self.submit)
        self.shortcut("Ctrl+Enter", self.submit)
        self.shortcut("Ctrl+P", self.print_paper)

    # what the shell calls

    def shown(self) -> None:
        if self.form.draft is None:
            self.form.load()
        else:
            self.form.refresh()

    def hidden(self) -> None:
        self.form.leave()

    def close_request(self) -> bool:
        self.form.flush()  # the lane writes it before it closes
        return True

    @property
    def settled(self) -> bool:
        """No work of this page is pending: what is on screen is all there is."""
        return self.form.settled and not self.intake.busy

    # what a person does on each of them

    def save(self) -> None:
        """暂存: safe here, and shared in the unit."""
        if self.form.editable and self.over() is None:
            self.form.share()
            self.say("已暂存。本单位其他账号联网后也能看到。", "ok")

    def submit(self) -> None:
        """检查并提交: to the one page where it is looked over and sent."""
        if self.form.editable:
            self.go_on(f"submit/{self.key}")

    def print_paper(self) -> None:
        """The letter of this business, if it has one."""
        service = self.form.service
        if service is not None and service.spec.templates:
            self.go_on(f"letter/{self.key}:{service.spec.templates[0]}")

    def tell_sent(self) -> None:
        """It waits to be sent: said on the page, with the way back."""
        self.say("这份申请已放入待发送，内容不再变。", "info", "撤回", self.take_back)

    def over(self) -> Over | None:
        """Why it cannot be sent any more, as far as the desk knows; None while it can, and once it is on its way."""
        service, look, draft = self.form.service, self.form.look, self.form.draft
        if service is None or look is None or (draft is not None and draft.sent is not None):
            return None
        return over(service, look)

    @property
    def locked_because(self) -> str:
        """Why nothing is changed here now; empty while it can be."""
        if self.form.draft is not None and self.form.draft.sent is not None:
            return "已放入待发送，要改请先撤回。"
        gone = self.over()
        return gone.reason if gone is not None else ""

    def tell_over(self) -> None:
        """It takes nothing any more: said once; what is filled in here can still become a new application."""
        before, self._over = self._over, self.over()
        if self._over is not None and self._over != before:
            self.say(self._over.words, "warn", "另办一份相同的", self._again)
        elif self._over is None and self.form.gone and not self._failing:
            self.failed(GONE.sentence, GONE.remedy)

    def _again(self) -> None:
        draft = self.form.draft
        if draft is not None:
            self.form.flush()
            again(self.context, draft.entity, self.form.form)

    def take_back(self) -> None:
        """撤回, as long as it lies here."""
        draft = self.form.draft
        if draft is not None and draft.sent is not None:
            op_id, account, now = draft.sent, self.context.account, self.context.now()
            self.notice.clear()
            self.form.do(lambda store: actions.cancel(store, account, op_id, now=now))

    def take_out(self, rows: Sequence[str], words: str = "") -> None:
        """Take these rows out, with their papers; it can be undone here."""
        if not self.form.editable:
            self.tell_sent()
            return
        before, gone = self.form.form, frozenset(rows)
        papers = [each for each in attachments(before) if each.get("row") in gone]
        self.form.change_now(lambda now: without_rows(now, gone))

        def undo() -> None:
            self.form.change_now(lambda now: with_rows_back(now, before, gone))
            if papers:
                self.intake.restore(cast("list[Attachment]", papers))

        self.say(words or f"已移出 {len(rows)} 人。", "ok", "撤销", undo)

    def go_on(self, route: str) -> None:
        """To another page, with what was typed written before that page reads."""
        self.form.flush()
        self.context.go(route)

    @property
    def home(self) -> str:
        """The page on which this draft is filled in, or mended."""
        draft = self.form.draft
        return f"amend/{self.key}" if draft is not None and draft.returned else f"form/{self.key}"

    # what colleagues made of the same draft

    def show_asks(self) -> None:
        """What is to be decided and what was taken over; nothing while it is on its way."""
        service, draft = self.form.service, self.form.draft
        if service is not None and draft is not None:
            open_ = self.form.editable and self.over() is None
            taken = unseen(draft.history) if open_ else ()
            self.asks.show_places(service, self.form.look, draft.asks if open_ else (), taken)

    def _decided(self, path: str, theirs: bool) -> None:
        account, draft_id = self.context.account, self.form.draft_id
        self.form.do(lambda store: actions.decide_place(store, account, draft_id, path, theirs=theirs))

    def _known(self) -> None:
        account, draft_id = self.context.account, self.form.draft_id
        self.form.do(lambda store: actions.know_merges(store, account, draft_id))

    # words

    def say(self, words: str, role: str = "info", action: str = "", act: Act | None = None) -> None:
        """A line on the page; `action` are the words of what can be done about it."""
        self._act, self._failing = act, False
        self.notice.show_words(words, role=role, action=action)

    def failed(self, sentence: str, remedy: str) -> None:
        """A known failure: what happened and what to do."""
        self.progress.finish()
        self.say(f"{sentence}{remedy}", "bad")
        self._failing = True

    def taken(self, taken: tuple[Taken, ...]) -> None:
        """What became of the files that were brought in."""
        problems = [one.problem or one.note for one in taken if one.problem or one.note]
        if problems:
            self.say("".join(problems), "bad" if any(one.problem for one in taken) else "info")

    def _came_back(self) -> None:
        """The draft is here; one that had gone, sent and delivered, is here again: returned."""
        if self.form.service is not None:
            self.help_topic = topic_of(self.form.service)
            self.place = self.place or f"cases/{self.form.service.id}"
        if self._failing:
            self._failing = False
            self.notice.clear()

    def _acted(self) -> None:
        act, self._act = self._act, None
        self.notice.clear()
        if act is not None:
            act()

    def _finished(self, taken: tuple[Taken, ...]) -> None:
        self.progress.finish()
        self.taken(taken)

    def _removed(self, papers: Any) -> None:
        if papers:
            self.say(f"已移除“{papers[0].get('name')}”。", "ok", "撤销", partial(self.intake.restore, papers))
