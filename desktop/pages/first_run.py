"""The first start: from the invitation file to a desk with its data, one thing to do on each page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from desktop.context import Clock, utc_now
from desktop.pages.first_run_form import FirstRunForm, Met, Step, strength
from desktop.printing import print_pdf, save_file
from desktop.step_window import WIDTH, StepPage, StepWindow, named
from desktop.widgets.base import Box, Label, clear_layout, column, row, show_if
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.inputs import TextInput
from desktop.widgets.notes import KeyValues, ProgressBar
from documents.recovery import recovery_sheet

TITLES = {
    Step.INVITATION: ("打开邀请", "协会发来的 .huiban 文件"),
    Step.LOGIN: ("登录", "账号和首次密码"),
    Step.PASSWORD: ("改密码", "首次密码只用一次"),
    Step.RECOVERY: ("收好恢复码", "换电脑、忘口令时用"),
    Step.PULL: ("取回资料", "取完就可以离线办理"),
}


class FileZone(Box):
    """Drop the invitation here, or choose it."""

    def __init__(self, form: FirstRunForm) -> None:
        super().__init__(fill="ground", border="edge", radius=4)
        self._form = form
        self.setAcceptDrops(True)
        self.choose = Button("选择邀请文件", "primary", icon="file", tall=True)
        self.choose.setObjectName("first-run.choose")
        self.choose.clicked.connect(self._choose)
        words = Label("也可以把文件拖到这里", "secondary", "text2", align=Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(column(24, row(None, self.choose, None), 8, words, 24))
        self.setAccessibleName("邀请文件")
        self.setObjectName("first-run.drop")

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, "选择邀请文件", "", "会办邀请 (*.huiban);;所有文件 (*)")
        if path:
            self._form.choose(Path(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self._form.choose(Path(files[0]))


class InvitationPage(StepPage):
    """Choose the file; see whom it leads to."""

    def __init__(self, form: FirstRunForm) -> None:
        super().__init__("打开协会的邀请", "协会把邀请文件（.huiban）发给了您。里面有协会服务器的地址，不用输入网址。")
        self.form = form
        self.zone = FileZone(form)
        self.found = QWidget()
        self._pairs = KeyValues(label_width=96)
        self._pairs.setObjectName("first-run.association")
        card = Box(fill="ground", radius=4)
        hint = "指纹可以打电话与协会核对：两边一样，就确实是协会的服务器。"
        card.setLayout(column(self._pairs, 12, Label(hint, "secondary", "text2", wrap=True), margins=(16, 16, 16, 16)))
        self.found.setLayout(column(card))
        self.next = Button("是这个协会，继续", "primary", tall=True)
        self.next.setObjectName("first-run.continue")
        self.next.clicked.connect(form.go_on)
        self.other = Button("换一个文件", "secondary", tall=True)
        self.other.setObjectName("first-run.other")
        self.other.clicked.connect(form.forget_invitation)
        self.inside.addWidget(self.zone)
        self.inside.addWidget(self.found)
        self.finish(self.next, self.other)
        self.refresh()

    def refresh(self) -> None:
        met = self.form.met
        show_if(self.zone, met is None)
        for part in (self.found, self.next, self.other):
            show_if(part, met is not None)
        if met is not None:
            self._tell(met)
            self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, met: Met) -> None:
        self._pairs.set_pairs(
            [
                ("协会", met.hello.association.name),
                ("服务器", met.invitation.address),
                ("密钥指纹", met.fingerprint),
            ]
        )


class PassphrasePage(StepPage):
    """Where the machine has no keyring."""

    def __init__(self, form: FirstRunForm) -> None:
        words = "本机资料要加密保存。这台电脑没有可用的系统钥匙串，请设一个口令，每次打开会办时输入。"
        super().__init__("给本机资料设一个口令", words)
        self.form = form
        self.first = Field("口令", TextInput(secret=True), required=True, help="至少 10 个字符。")
        self.again = Field("再输一次", TextInput(secret=True), required=True)
        named(self.first.editor, "first-run.passphrase")
        named(self.again.editor, "first-run.passphrase-again")
        self.go = Button("继续", "primary", tall=True)
        self.go.setObjectName("first-run.protect")
        self.go.clicked.connect(self._go)
        self.inside.addWidget(self.first)
        self.inside.addSpacing(12)
        self.inside.addWidget(self.again)
        self.finish(self.go)

    def _go(self) -> None:
        role, words = strength(self.first.value)
        self.first.set_finding(words if role != "ok" else "", "warn")
        self.again.set_finding("" if self.first.value == self.again.value else "两次输入的不一样。")
        if role == "ok" and self.first.value == self.again.value:
            self.form.protect(self.first.value)


class LoginPage(StepPage):
    """Account and first password."""

    def __init__(self, form: FirstRunForm) -> None:
        super().__init__("登录", "账号和首次密码由协会用短信或其他方式发给您。")
        self.form = form
        self.login = Field("账号", TextInput(), required=True, help="单位账号是单位全称，子账号是手机号码。")
        self.password = Field("密码", TextInput(secret=True), required=True)
        named(self.login.editor, "login.account")
        named(self.password.editor, "login.password")
        self.go = Button("登录", "primary", tall=True)
        self.go.setObjectName("login.submit")
        self.go.clicked.connect(self._go)
        self.inside.addWidget(self.login)
        self.inside.addSpacing(12)
        self.inside.addWidget(self.password)
        self.finish(self.go)

    def entered(self) -> None:
        met = self.form.met
        if met is not None and met.invitation.login and not self.login.value:
            self.login.set_value(met.invitation.login)
        (self.password if self.login.value else self.login).setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self) -> None:
        self.login.set_finding("" if self.login.value.strip() else "请输入账号。")
        self.password.set_finding("" if self.password.value else "请输入密码。")
        if self.login.value.strip() and self.password.value:
            self.form.sign_in(self.login.value.strip(), self.password.value)

    def refresh(self) -> None:
        self.go.set_text("正在登录…" if self.form.busy else "登录")


class PasswordPage(StepPage):
    """The first password is changed before anything else."""

    def __init__(self, form: FirstRunForm) -> None:
        super().__init__("改掉首次密码", "首次密码只用一次。新密码只有您知道，协会也看不到。")
        self.form = form
        self.old = Field("首次密码", TextInput(secret=True), required=True)
        self.first = Field("新密码", TextInput(secret=True), required=True, help=strength("")[1])
        self.again = Field("再输一次", TextInput(secret=True), required=True)
        named(self.old.editor, "password.old")
        named(self.first.editor, "password.new")
        named(self.again.editor, "password.again")
        self.first.editor.edited.connect(self._typed)
        self.go = Button("改密码", "primary", tall=True)
        self.go.setObjectName("password.submit")
        self.go.clicked.connect(self._go)
        for part in (self.old, self.first, self.again):
            self.inside.addWidget(part)
            self.inside.addSpacing(12)
        self.finish(self.go)

    def entered(self) -> None:
        show_if(self.old, not self.form.knows_old_password)
        (self.first if self.form.knows_old_password else self.old).setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self) -> tuple[str, str]:
        login = self.form.session.login if self.form.session is not None else ""
        return strength(self.first.value, login, self.old.value)

    def _typed(self, _text: str) -> None:
        role, words = self._judge()
        self.first.set_finding(words, role or "warn")

    def _go(self) -> None:
        role, words = self._judge()
        self.first.set_finding(words, role or "warn")
        same = self.first.value == self.again.value
        self.again.set_finding("" if same else "两次输入的不一样。")
        if role == "ok" and same:
            self.form.change_password(self.first.value, self.old.value or None)


class RecoveryPage(StepPage):
    """The code is shown, printed or saved, and asked back."""

    def __init__(self, form: FirstRunForm, clock: Clock) -> None:
        words = "换电脑、忘口令或重装系统后，要用下面的恢复码打开本机资料。协会和软件都没有副本，请打印或保存好。"
        super().__init__("收好恢复码", words)
        self.form = form
        self._clock = clock
        self._codes = QGridLayout()
        self._codes.setSpacing(8)
        card = Box(fill="ground", radius=4)
        card.setObjectName("recovery.card")
        card.setLayout(column(self._codes, margins=(16, 12, 16, 12)))
        self.print = Button("打印", icon="printer")
        self.print.setObjectName("recovery.print")
        self.save = Button("存成 PDF", icon="download")
        self.save.setObjectName("recovery.save")
        self.print.clicked.connect(self._print)
        self.save.clicked.connect(self._save)
        self.first, self.second = Field("第 1 组", TextInput(), width=160), Field("第 2 组", TextInput(), width=160)
        named(self.first.editor, "recovery.first")
        named(self.second.editor, "recovery.second")
        self.go = Button("收好了，继续", "primary", tall=True)
        self.go.setObjectName("recovery.submit")
        self.go.clicked.connect(self._go)
        self.inside.addWidget(card)
        self.inside.addSpacing(12)
        self.inside.addLayout(row(self.print, self.save, None, spacing=8))
        self.inside.addSpacing(24)
        self.inside.addWidget(Label("对照打印件或保存的文件，填回其中两组：", "body"))
        self.inside.addSpacing(8)
        self.inside.addLayout(row(self.first, self.second, None, spacing=16))
        self.finish(self.go)

    def entered(self) -> None:
        groups = self.form.code.split("-")
        clear_layout(self._codes)
        for number, group in enumerate(groups):
            label = Label(group, "panel_title", selectable=True)
            label.setAccessibleName(f"第 {number + 1} 组 {' '.join(group)}")
            label.setObjectName(f"recovery.group.{number + 1}")
            mark = Label(f"{number + 1}", "secondary", "text2")
            mark.setFixedWidth(16)
            self._codes.addLayout(row(mark, label, None, spacing=4), number // 3, number % 3)
        for field, number in zip((self.first, self.second), self.form.asked, strict=True):
            field.set_label(f"第 {number + 1} 组")
            field.editor.setProperty("group", number + 1)
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _paper(self) -> bytes:
        session = self.form.session
        about = [("协会", session.association_name), ("账号", session.login)] if session is not None else []
        return recovery_sheet(self.form.code, about=about, made=self._clock()).pdf()

    def _print(self) -> None:
        print_pdf(self._paper(), self)

    def _save(self) -> None:
        try:
            path = save_file(self._paper(), "会办恢复码.pdf", self)
        except OSError:
            self.notice.show_words("存不到那里：可能没有权限，或磁盘满了。请换一个文件夹，或打印出来。", role="bad")
            return
        if path is not None:
            self.notice.show_words(
                f"已保存为“{path.name}”。请把它移到优盘或打印出来，不要只留在这台电脑上。", role="ok"
            )

    def _go(self) -> None:
        self.form.keep_code(self.first.value, self.second.value)


class PullPage(StepPage):
    """The data come; one may go in before they are all here."""

    def __init__(self, form: FirstRunForm) -> None:
        super().__init__("正在取回资料", "人员、证书、办理中的申请和业务规则。取完以后断网也能办理。")
        self.form = form
        self.words = Label("正在连接协会…", "body")
        self.words.setObjectName("pull.words")
        self.bar = ProgressBar(width=WIDTH)
        self.go = Button("先进去，边用边取", "secondary", tall=True)
        self.go.setObjectName("pull.enter")
        self.go.clicked.connect(form.enter)
        form.progressed.connect(self._told)
        self.inside.addWidget(self.words)
        self.inside.addSpacing(8)
        self.inside.addWidget(self.bar)
        self.finish(self.go)
        self._part = 0.08

    def _told(self, words: str) -> None:
        self.notice.clear()
        self.words.setText(words)
        self._part += (0.95 - self._part) / 4  # the number of rows is not known before the last
        self.bar.set_part(self._part)


class FirstRunWindow(StepWindow):
    """The window before there is a desk."""

    def __init__(self, form: FirstRunForm, *, clock: Clock = utc_now, back: bool = False) -> None:
        self.form = form
        self.pages: dict[Step, StepPage] = {
            Step.INVITATION: InvitationPage(form),
            Step.PASSPHRASE: PassphrasePage(form),
            Step.LOGIN: LoginPage(form),
            Step.PASSWORD: PasswordPage(form),
            Step.RECOVERY: RecoveryPage(form, clock),
            Step.PULL: PullPage(form),
        }
        super().__init__(tuple(self.pages.values()), back=back)
        self.setObjectName("first-run")
        form.changed.connect(self.refresh)
        form.failed.connect(self._failed)
        self.refresh()

    def refresh(self) -> None:
        step = Step.INVITATION if self.form.step is Step.PASSPHRASE else self.form.step
        self.show_page(self.pages[self.form.step], list(TITLES.values()), list(TITLES).index(step))

    def _failed(self, sentence: str, remedy: str) -> None:
        self.page.say(sentence, remedy)
