"""One form being filled in: what is typed, what would be said of it now, and when it was last safe on disk.

form = DraftForm(context, "draft/…"); form.load()
form.edit("contact_name", "王芳")      typed: checked at once on the reading lane, saved at each pause in typing
form.change(lambda now: …)              a whole new form from the present one: people added or taken out
form.flush()                            write what is not written: leaving the page, 暂存, Ctrl+Enter
form.look                               Look: people, agencies, the check; None until the first is there

Imports no widget. Nothing here waits: the store is read and written on the context's lanes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.context import SHANGHAI, Context
from desktop.pages.form_known import known_values
from desktop.pages.form_look import Look, take_look
from desktop.pages.form_saving import Saved, taken_in
from desktop.pages.form_values import (
    Form,
    with_row_value,
    with_value,
)
from domain.packs.pack import Pack
from domain.packs.service import Service
from sync import actions
from sync.actions_drafts import GONE
from sync.store.drafts import Draft
from sync.store.errors import StoreFailure
from sync.store.local import LocalStore

SAVE_PAUSE = 400  # ms after the last key
SAVE_LIMIT = 1000  # ms after the first key that is not saved
SAVE_AGAIN = 5000  # ms after a save that failed
SHARE_IDLE = 30_000  # ms without a key, after which colleagues may see it
CHECK_PAUSE = 60  # ms: keys that come together are judged once


class DraftForm(QObject):
    """The view-model behind the form, the submit page and the returned form."""

    opened = Signal()  # the draft is here, or came anew from the store
    edited = Signal()  # something in the form changed here
    looked = Signal()  # people or the check are new
    saved = Signal()
    failed = Signal(str, str)  # a known failure: what happened, what to do
    settled_changed = Signal()

    def __init__(self, context: Context, draft_id: str) -> None:
        super().__init__()
        self.context, self.draft_id = context, draft_id
        self.draft: Draft | None = None
        self.form: Form = {"values": {}, "cards": {}, "attachments": []}
        self._base = Saved(self.form)  # what the next save builds on
        self.look: Look | None = None
        self.gone = False  # it was here, and is no draft any more: sent from another desk, or deleted
        self.saved_at: datetime | None = None
        self._edition = self._saved = self._waiting = 0
        self._stale, self._asking = True, False
        self._reloading = self._reload_again = False
        self._pause = self._timer(SAVE_PAUSE, self._save)
        self._limit = self._timer(SAVE_LIMIT, self._save)
        self._again = self._timer(SAVE_AGAIN, self._save)
        self._soon = self._timer(CHECK_PAUSE, self._ask)
        self._idle = self._timer(SHARE_IDLE, self.leave)
        self._unshared = False
        context.changed.connect(self._touched)

    def _timer(self, interval: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=interval)
        timer.timeout.connect(act)
        return timer

    # what it is

    @property
    def pack(self) -> Pack:
        return self.context.pack

    @property
    def service(self) -> Service | None:
        """None while the draft is not read, or where the pack has no such service any more."""
        return self.pack.services.get(self.draft.service) if self.draft is not None else None

    @property
    def editable(self) -> bool:
        return self.draft is not None and self.draft.sent is None and not self.gone

    @property
    def dirty(self) -> bool:
        return self._edition != self._saved and not self.gone

    @property
    def fresh(self) -> bool:
        """Whether the check is about the form as it stands."""
        return self.look is not None and self.look.edition == self._edition and not self._stale

    @property
    def settled(self) -> bool:
        """No work of this form is pending: what is on screen is all there is."""
        return self._waiting == 0 and not self.dirty and (self.fresh or self.draft is None)

    @property
    def saved_words(self) -> str:
        """已保存 10:43:07"""
        if self.dirty:
            return "还没有保存" if self._again.isActive() else "正在保存"
        return f"已保存 {self.saved_at.astimezone(SHANGHAI):%H:%M:%S}" if self.saved_at is not None else ""

    # reading

    def load(self) -> None:
        """Read the draft, or fetch a colleague's; `opened` when it is here."""
        if self._reloading:
            self._reload_again = True
            return
        self._reloading, self._reload_again = True, False
        self._work(1)
        now = self.context.now()
        account, draft_id, base = self.context.account, self.draft_id, self._base
        self.context.write(
            lambda store: actions.open_draft(store, account, draft_id, now=now),
            partial(self._opened, base),
            self._open_failed,
        )

    def _opened(self, base: Saved, draft: Draft) -> None:
        self._reloading = False
        clean = not self.dirty
        self.form = taken_in(base.durable, self.form, draft.form or {})
        if self._base is base:
            self._base = Saved(draft.form or {})
        self._edition += 1
        if clean or self.draft is None:
            self._saved = self._edition
            self.saved_at = _moment(draft.edited_at)
        else:
            self._pause.start()
        first, self.draft, self.gone = self.draft is None, draft, False
        self._stale = True
        if first and self.editable and not draft.returned and not (self.form.get("values") or {}):
            self._fill_known()
        self._work(-1)
        if self._reload_again:  # it was written while this was on its way
            self.load()
            return
        self.opened.emit()
        self._ask()

    def _fill_known(self) -> None:
        """Into an empty form only; what was typed meanwhile stays."""
        service, account = self.service, self.context.account
        if service is None:
            return

        self._work(1)
        self.context.read(lambda reader: known_values(reader, account, service), self._known, self._write_failed)

    def _known(self, values: Mapping[str, Any]) -> None:
        self._work(-1)
        self.change(lambda form: {**form, "values": {**values, **(form.get("values") or {})}})

    def _open_failed(self, error: BaseException) -> None:
        self._reloading = False
        self._work(-1)
        if error is not GONE or self.draft is None or self.draft.sent is not None:
            self._explain(error)
        elif not self.gone:
            self.gone = True  # what is around it says why
            self.refresh()

    def _touched(self, topics: frozenset[str]) -> None:
        if self.draft is None:
            return
        if "drafts" in topics:
            self.load()
        elif any(topic == "people" or topic == "outbox" or ":" in topic or topic == "public" for topic in topics):
            self._stale = True
            self._soon.start()

    # changing

    def edit(self, key: str, value: Any) -> None:
        """A field of the form itself."""
        self.change(lambda form: with_value(form, key, value))

    def edit_row(self, row_id: str, key: str, value: Any) -> None:
        """A field of one row."""
        self.change(lambda form: with_row_value(form, row_id, key, value))

    def change(self, make: Callable[[Form], Form]) -> None:
        """A new form from the present one; saved at the next pause."""
        if not self.editable:
            return
        made = make(self.form)
        if made == self.form:
            return
        self.form = made
        self._edition += 1
        self._unshared = True
        self._idle.start()
        self._pause.start()
        if not self._limit.isActive():
            self._limit.start()
        self._soon.start()
        self.edited.emit()
        self.settled_changed.emit()

    def change_now(self, make: Callable[[Form], Form]) -> None:
        """As `change`, and written at once: what took more than a key to do."""
        self.change(make)
        self.flush()

    def flush(self) -> None:
        """Write what is not written; other writes asked for later come after it."""
        if self.dirty and self.draft is not None:
            self._save()

    def _save(self) -> None:
        for timer in (self._pause, self._limit, self._again):
            timer.stop()
        if not self.editable or not self.dirty:
            return
        edition, form, now = self._edition, self.form, self.context.now()
        account, draft_id, before = self.context.account, self.draft_id, self._base
        self._base = save = Saved(form, before)

        def write(store: LocalStore) -> None:
            with store.reading() as reader:
                by = reader.accounts.need(account).name
            actions.save_draft_locally(store, account, draft_id, form, by=by, now=now, base=before.durable)
            save.wrote()

        self._work(1)
        self.context.write(write, partial(self._wrote, edition, now), self._save_failed)

    def _wrote(self, edition: int, now: datetime, _none: None) -> None:
        """What it was merged with comes by the notice that the draft changed."""
        self._saved = max(self._saved, edition)
        self.saved_at = now
        self._work(-1)
        self.saved.emit()

    def _save_failed(self, error: BaseException) -> None:
        self._again.start()  # what was typed stays on screen, and is tried again until it is safe
        self._write_failed(error)

    def _write_failed(self, error: BaseException) -> None:
        self._work(-1)
        self._explain(error)

    def leave(self) -> None:
        """Away from it, or long without a key: written, and shared if something is new."""
        self.flush()
        if self._unshared and self.editable:
            self.share()

    def share(self) -> None:
        """暂存: saved here and shown to the unit's other accounts."""
        self._unshared = False
        self._idle.stop()
        account, draft_id = self.context.account, self.draft_id
        self.do(lambda store: actions.share_draft(store, account, draft_id))

    def do(self, work: Callable[[LocalStore], Any], done: Callable[[Any], object] | None = None) -> None:
        """Something else that is written about this draft, after what was typed."""
        self.flush()
        self._work(1)
        self.context.write(work, partial(self._done, done), self._write_failed)

    def _done(self, done: Callable[[Any], object] | None, result: Any) -> None:
        self._work(-1)
        if done is not None:
            done(result)

    # looking

    def refresh(self) -> None:
        """Read everything around the form again and judge it again."""
        self._stale = True
        self._ask()

    def _ask(self) -> None:
        """One look at a time; whatever changed meanwhile is looked at when this one is back."""
        self._soon.stop()
        draft, service = self.draft, self.service
        if draft is None or service is None or self._asking:
            return
        self._asking = True
        before = None if self._stale or self.look is None else self.look.around
        self._stale = False
        self._work(1)
        work = partial(
            take_look, self.context.account, self.pack, draft, self.form, self._edition, self.context.today(), before
        )
        self.context.read(work, self._seen, self._look_failed)

    def _seen(self, look: Look) -> None:
        self._asking = False
        self.look = look
        self._work(-1)
        self.looked.emit()
        if look.edition != self._edition or self._stale:
            self._ask()
        self.settled_changed.emit()

    def _look_failed(self, error: BaseException) -> None:
        self._asking = False
        self._work(-1)
        self._explain(error)

    # the rest

    def _work(self, by: int) -> None:
        self._waiting += by
        self.settled_changed.emit()

    def _explain(self, error: BaseException) -> None:
        if not isinstance(error, StoreFailure):
            raise error
        self.failed.emit(error.sentence, error.remedy)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
