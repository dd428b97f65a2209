"""What the window's frame shows, as plain values; the app fills it, the shell draws it and knows no store.

model = ShellModel()
model.set_nav(FIXED, menu)                    NavItem trees; FIXED is 首页 草稿 待发送 退回
model.set_counts({"drafts": Count(2), "returned": Count(1, "warn")})
model.set_places("association", [Choice("gd", "广东省建设监理协会")], "gd")   also "unit" and "account"
model.set_line(LineState(online=True, detail="上次与协会联系 10:42", queue="待发送 1·…", progress=0.77, action="暂停"))
model.set_found("wf", (Place("person/1", "王芳", "人员", "user"),))              answers `looked_for`
model.picked      Signal(str, str)   what (association, unit, account) and key
model.line_acted  Signal()           the link in the status bar
model.looked_for  Signal(str)        Ctrl+K: find people, cases … and answer with set_found
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class NavItem:
    """An entry of the left side; with children it is a group that opens."""

    route: str
    label: str
    icon: str = ""
    children: "tuple[NavItem, ...]" = ()


@dataclass(frozen=True)
class Count:
    """How many stand behind an entry; a role colours it."""

    number: int
    role: str = "text2"


@dataclass(frozen=True)
class Choice:
    """One line of a menu in the top bar."""

    key: str
    label: str


@dataclass(frozen=True)
class Place:
    """Somewhere Ctrl+K can go."""

    route: str
    label: str
    kind: str = ""
    icon: str = "chevron-right"
    search: str = ""


@dataclass(frozen=True)
class LineState:
    """The bottom line: the connection at the left, what is being sent at the right."""

    online: bool = False
    detail: str = ""
    word: str = ""
    queue: str = ""
    queue_icon: str = ""
    progress: float | None = None
    action: str = ""


@dataclass(frozen=True)
class Places:
    """The choices of one menu and which one holds."""

    choices: tuple[Choice, ...] = ()
    current: str = ""

    @property
    def label(self) -> str:
        return next((choice.label for choice in self.choices if choice.key == self.current), "")


FIXED = (
    NavItem("home", "首页", "home"),
    NavItem("drafts", "草稿", "pencil"),
    NavItem("outbox", "待发送", "send"),
    NavItem("returned", "退回", "return"),
)


@dataclass(frozen=True)
class Account:
    """Who sits here: a name, a role word shown as a tag (for offices), a menu."""

    name: str = ""
    role: str = ""
    menu: tuple[Choice, ...] = field(default_factory=tuple)


class ShellModel(QObject):
    """The frame's values and their notices."""

    nav_changed = Signal()
    counts_changed = Signal()
    line_changed = Signal()
    places_changed = Signal()
    found = Signal(str, object)
    picked = Signal(str, str)
    line_acted = Signal()
    looked_for = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fixed: tuple[NavItem, ...] = FIXED
        self.menu: tuple[NavItem, ...] = ()
        self.counts: Mapping[str, Count] = {}
        self.line = LineState()
        self.places: dict[str, Places] = {"association": Places(), "unit": Places()}
        self.account = Account()

    def set_nav(self, fixed: Sequence[NavItem], menu: Sequence[NavItem]) -> None:
        self.fixed, self.menu = tuple(fixed), tuple(menu)
        self.nav_changed.emit()

    def set_counts(self, counts: Mapping[str, Count]) -> None:
        self.counts = dict(counts)
        self.counts_changed.emit()

    def set_line(self, line: LineState) -> None:
        if line != self.line:
            self.line = line
            self.line_changed.emit()

    def set_places(self, what: str, choices: Sequence[Choice], current: str) -> None:
        self.places[what] = Places(tuple(choices), current)
        self.places_changed.emit()

    def set_account(self, account: Account) -> None:
        self.account = account
        self.places_changed.emit()

    def set_found(self, query: str, places: Sequence[Place]) -> None:
        self.found.emit(query, tuple(places))
