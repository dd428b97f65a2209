"""A form of any service, drawn from the pack: its fields, its cards of people, its papers, and beside them the check.

Layout and wiring: what is typed is `form_model`'s, the verdict `form_look`'s, the rows are `form_card`'s.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot

from desktop.context import Context
from desktop.page import Page
from desktop.pages.form_age import age_words
from desktop.pages.form_card import CardPart
from desktop.pages.form_fields import FieldGrid
from desktop.pages.form_lines import Lines, cost_of, owed_bills
from desktop.pages.form_notes import ahead, amounts, reprint
from desktop.pages.form_page import DraftPage
from desktop.pages.form_panel import CheckPanel
from desktop.pages.form_papers import Taken
from desktop.pages.form_rows import asked_fields, field_texts
from desktop.pages.form_steps import Place, follow
from desktop.pages.form_values import as_value
from desktop.pages.form_whole import WholePapers
from desktop.pages.materials_scans import ScanStrip
from desktop.widgets.base import column, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.gap import Gap


class FormPage(DraftPage):
    """One draft being filled in."""

    def __init__(self, context: Context, key: str) -> None:
        super().__init__(context, key, "申请", name="form", sub="草稿")
        self._locked = False
        self._stands: object = None
        self._build()
        self._wire()

    # layout

    def _build(self) -> None:
        self.letter = Button("打印", "quiet", icon="printer", hint="Ctrl+P")
        self.share = Button("暂存", "secondary", hint="存好，并让本单位其他账号看到（Ctrl+S）")
        self.send = Button("检查并提交", "primary", hint="Ctrl+Enter")
        for button, name in ((self.letter, "letter"), (self.share, "share"), (self.send, "submit")):
            button.setObjectName(f"form.{name}")
        show_if(self.letter, False)
        self.set_actions([self.letter, self.share, self.send])
        self.grid = FieldGrid()
        self.cards = CardPart(self.form)
        self.papers = WholePapers(self.context, self.form, self.intake)
        self.strip = ScanStrip(self.context.scans)
        self.add(column(self.notice, self.notice_gap, self.asks, Gap(self.asks)))
        for scans in (self.strip, Gap(self.strip)):
            self.add(scans)
        for part in (self.grid, 12, self.cards, self.progress, 20, self.papers):
            self.add(part)
        self.add_stretch()
        self.check = CheckPanel()
        self.set_panel(self.check)
        show_if(self.cards, False)

    def _wire(self) -> None:
        self.form.opened.connect(self._opened)
        self.form.edited.connect(self._edited)
        self.form.looked.connect(self._looked)
        self.form.saved.connect(self._head)
        self.grid.edited.connect(self._typed)
        self.cards.went.connect(self.go_on)
        self.cards.taken_out.connect(self.take_out)
        self.cards.said.connect(self.say)
        self.papers.printed.connect(self.print_paper)
        self.context.scans.offered.connect(self._scans)
        self.strip.here.connect(self.papers.take)
        self.strip.by_name.connect(self.cards.open_papers)
        self.letter.clicked.connect(self.print_paper)
        self.share.clicked.connect(self.save)
        self.send.clicked.connect(self.submit)
        self.check.followed.connect(self._follow)
        self.check.foot_acted.connect(self._renew)

    def first_focus(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        super().first_focus()

    # showing

    def _opened(self) -> None:
        service, draft = self.form.service, self.form.draft
        assert draft is not None
        if service is None:
            self.say("现在的规则包里没有这项业务了。内容都还在，请联系协会。", "bad")
            return
        letter = next((self.context.pack.spec.documents.get(each) for each in service.spec.templates), None)
        self.letter.set_text(f"打印{letter.label}" if letter is not None else "打印")
        show_if(self.letter, letter is not None)
        self.show_asks()
        self.cards.open_card()
        self._state()
        self._head()
        self._fields()
        self.cards.refresh()

    def _state(self) -> None:
        draft = self.form.draft
        assert draft is not None
        reason = self.locked_because
        for button in (self.share, self.send):
            button.set_reason(reason)
        self.cards.lock(reason)
        self.papers.lock(bool(reason))
        self._locked = bool(reason)
        self.tell_over()
        stands = (draft.sent, draft.returned, draft.findings, reason)
        if stands == self._stands:
            return  # said already; what was said since stays
        self._stands = stands
        if draft.sent is not None:
            self.tell_sent()
        elif reason:
            return
        elif draft.returned:
            self.say("这份申请是退回来的，退回的原因写在每一处旁边。", "warn", "逐处修改", self._amend)
        elif draft.findings:
            count = len(draft.findings)
            self.say(f"协会上次没有接收，有 {count} 处：{draft.findings[0].message}", "bad")

    def _head(self) -> None:
        service = self.form.service
        if service is None:
            return
        state = "待发送" if not self.form.editable else "草稿"
        self.set_head(service.label, f"{state}  {self.form.saved_words}")

    def _edited(self) -> None:
        self._head()
        self.cards.refresh()

    def _looked(self) -> None:
        if self.form.draft is not None:
            self._state()
        self.show_asks()
        self._fields()
        self.cards.refresh()
        self._panel()
        self.papers.refresh()
        self._scans()

    def _fields(self) -> None:
        service = self.form.service
        if service is None:
            return
        self.grid.show_fields(asked_fields(service, self.form.look))
        for key, text in field_texts(service, self.form.form).items():
            self.grid.set_value(key, text)
        look = self.form.look
        wrong = {each.path: each for each in look.check.findings if each.row is None} if look is not None else {}
        for key, made in self.grid.fields.items():
            finding = wrong.get(key)
            typed = bool(made.value.strip())
            show = finding is not None and typed and not made.editor.hasFocus()
            made.set_finding(finding.message if show and finding is not None else "")
            made.set_locked(self._locked)

    def _panel(self) -> None:
        service, look, form = self.form.service, self.form.look, self.form.form
        if service is None or look is None:
            return
        lines = Lines(service, form, look.check, look.around.people, asked=True)
        nothing = "选了人、填了内容，就在这里告诉您能不能办。" if service.cards else "都填好了，可以检查并提交。"
        cost = cost_of(self.context.pack, service, look.check, owed_bills(service, form, look.around.view))
        cost = cost if look.check.rows else None
        groups = (
            *lines.groups(),
            *reprint(form, look.check),
            *amounts(service, form, cost),
            *ahead(service, form, look.day),
        )
        self.check.show_groups(groups, cost, nothing=nothing)
        self.check.set_foot(age_words(look.around.as_of, self.context), action="更新资料")

    @Slot()
    def _scans(self) -> None:
        """What a scanner brought: for a paper of the whole form here, for those of people on their own page."""
        place = self.papers.open_place()
        named = self.form.editable and not self.cards.papers.isHidden()
        self.strip.show_place(place.label if place is not None else "", named=named)

    # doing

    def _typed(self, key: str, text: str) -> None:
        service = self.form.service
        assert service is not None
        spec = next(each for each in service.fields if each.key == key)
        self.form.edit(key, as_value(spec, text))

    def _amend(self) -> None:
        self.context.go(f"amend/{self.key}")

    def _renew(self) -> None:
        self.context.send_asked.emit()
        self.form.refresh()

    def _follow(self, key: str) -> None:
        self.form.flush()
        if key.startswith("fill:"):
            _, field, text = key.split(":", 2)
            self.form.edit(field, text)
            self.grid.fields[field].set_value(text)
        else:
            follow(self.form, key, self.jump, self.take_out)

    def jump(self, place: Place) -> None:
        """To a field, a row, or a paper of this form."""
        found = self.cards.jump(place)
        if found is not None and place.row:
            self.scroll_to(found)
        elif found is not None:
            self.reveal(found)
        elif place.key in self.grid.fields:
            self.reveal(self.grid.fields[place.key].editor)
        elif place.key in self.papers.boxes:
            self.reveal(self.papers.boxes[place.key].zone.target)

    def taken(self, taken: tuple[Taken, ...]) -> None:
        self.papers.tell(taken)


def make(context: Context, key: str) -> Page:
    """The page of a draft."""
    return FormPage(context, key)
