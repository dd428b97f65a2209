"""The paper to be sealed: seen as it will be printed, printed or saved, and its sealed scan put in its place."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_material import MaterialBox
from desktop.pages.form_paper import PaperPage
from desktop.pages.form_papers import Incoming, Taken, outdated, printed_key
from desktop.pages.form_values import attachments, subjects_in
from desktop.pages.letter_model import Made, make_letter
from desktop.pages.paper_look import sought
from desktop.pages.preview import show_paper
from desktop.pages.words import day_of
from desktop.widgets.base import Label, column
from desktop.widgets.notes import KeyValues
from desktop.widgets.panel import Panel, Section, Steps
from domain.checking import MaterialCheck
from sync.store.local import LocalStore, Reader
from sync.store.text import instant
from sync.views import short_code


class LetterPage(PaperPage):
    """Preview in the middle; at the right what to do with it."""

    printed_words = "已交给打印机。盖章后扫描或拍照，拖到右边。"

    def __init__(self, context: Context, key: str) -> None:
        draft, _, self._document = key.partition(":")
        super().__init__(context, draft, "打印", name="letter")
        self.made: Made | None = None
        self._made_from: object = None
        self._making = 0
        self._printed: dict[str, Any] = {}
        self._box: MaterialBox | None = None
        self._build()
        self._wire()

    def _build(self) -> None:
        self.side = Panel("盖章")
        self.side.setObjectName("letter.panel")
        self.set_panel(self.side)
        self.facts = KeyValues()
        self.state = Label("", "secondary", "text2", wrap=True)
        self._place = column()
        holder, box = QWidget(), QWidget()
        holder.setLayout(column(self.facts, 4, self.state))
        box.setLayout(self._place)
        steps = Steps(
            [("打印", "核对名单，一式一份"), ("盖章", "单位公章，写上日期"), ("扫描或拍照", "拖到下面，或粘贴")], -1
        )
        self.side.set_sections([holder, Section("怎么办", steps), box])

    def _wire(self) -> None:
        self.form.opened.connect(self._show)
        self.form.looked.connect(self._show)

    # what the shell calls

    def shown(self) -> None:
        account, key = self.context.account, printed_key(self.form.draft_id, self._document)

        def printed(reader: Reader) -> Any:
            return reader.settings.get(account, key)

        self.context.read(printed, self._was_printed)
        super().shown()

    @property
    def settled(self) -> bool:
        """The preview is of the form as it stands."""
        return super().settled and not self._making

    # showing

    def _was_printed(self, found: Any) -> None:
        self._printed = dict(found or {})
        self._states()

    def _show(self) -> None:
        service, look, draft = self.form.service, self.form.look, self.form.draft
        pack = self.context.pack
        if service is None or look is None or draft is None or self._document not in pack.spec.documents:
            return
        label = pack.spec.documents[self._document].label
        self.set_head(label, f"{service.label}  {short_code(draft.entity)}")
        told = (self.form.form.get("values"), self.form.form.get("cards"))
        if told != self._made_from and self.form.fresh:
            self._made_from = told
            self._making += 1
            account, code, form = self.context.account, short_code(draft.entity), self.form.form
            document, day = self._document, self.context.today()

            def work(reader: Reader) -> Made:
                name = reader.accounts.need(account).association_name
                return make_letter(pack, service, document, form, look, code=code, association=name, day=day)

            self.context.read(work, self._ready)
        self._states()
        self._material(look.check.materials)

    def _ready(self, made: Made) -> None:
        self._making -= 1
        self.made = made
        self.show_pdf(made.pdf)
        if made.gaps:
            self.say(f"{made.gaps}打印后请手写补上。", "warn")
        self._states()

    def _states(self) -> None:
        people = len(subjects_in(self.form.form))
        self.facts.set_pairs([("名单", f"{people} 人"), ("打印", self._printed_words())])
        before = self._printed.get("people")
        changed = before is not None and set(before) != set(subjects_in(self.form.form))
        self.state.setText("打印之后名单变了，请重新打印、盖章。" if changed else "")
        self.state.set_role("warn")

    def _printed_words(self) -> str:
        return f"{day_of(str(self._printed['at']))} 打印过" if self._printed.get("at") else "还没有打印"

    def _material(self, checks: tuple[MaterialCheck, ...]) -> None:
        check = next((each for each in checks if each.signed_version_of == self._document), None)
        if check is None:
            return
        if self._box is None:
            self._box = MaterialBox(check, narrow=True)
            self._box.dropped.connect(partial(self._dropped, check))
            self._box.pasted.connect(lambda data: self._take(check, data))
            self._box.viewed.connect(
                lambda paper: show_paper(self.context, self, str(paper.get("name")), sought(paper))
            )
            self._box.removed.connect(lambda paper: self.intake.remove(paper["material"], None, paper["blob"]))
            self._place.addWidget(self._box)
        mine = [
            each for each in attachments(self.form.form) if each["material"] == check.id and each.get("row") is None
        ]
        self._box.show_papers(check, mine, outdated=outdated(self.form.form, mine))

    # doing

    def _dropped(self, check: MaterialCheck, paths: list[str]) -> None:
        for path in paths:
            self._take(check, Path(path))

    def _take(self, check: MaterialCheck, source: Path | bytes) -> None:
        self.intake.take([Incoming(check, (), source, people=tuple(sorted(subjects_in(self.form.form))))])

    def taken(self, taken: tuple[Taken, ...]) -> None:
        for one in taken:
            if self._box is not None and (one.problem or one.note):
                self._box.say(one.problem or one.note, "bad" if one.problem else "text2")

    def handed_out(self) -> None:
        """With whom it was printed is remembered: the sealed scan stands for them."""
        assert self.made is not None
        account, key = self.context.account, printed_key(self.form.draft_id, self._document)
        told = {"people": list(self.made.people), "at": instant(self.context.now())}

        def work(store: LocalStore) -> None:
            with store.transaction() as writer:
                writer.settings.put(account, key, told)

        self.context.write(work)
        self._was_printed(told)


def make(context: Context, key: str) -> Page:
    """letter/<draft key>:<document of the pack>."""
    return LetterPage(context, key)
