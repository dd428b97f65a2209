"""What the window's frame shows of the store: the pack's menu, counts, names in the top bar, what Ctrl+K finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Slot

from desktop.context import Context
from desktop.locking import has_passphrase
from desktop.opening import Sitting, sittings
from desktop.shell_model import FIXED, Account, Choice, Count, NavItem, Place, ShellModel
from desktop.starting import begun_here
from desktop.watching import Watching
from domain.expressions.env import Env
from domain.facts import config_on, unit_facts
from domain.packs import Pack
from domain.packs.schema import MenuSpec
from domain.view import View
from sync.login import Session
from sync.store.local import Reader
from sync.views import Counts, Hit, counts, due_reminders, expiring, search, view_for

VIEWS = {"people": "people", "study-tasks": "study", "receipts": "receipts", "unit": "unit"}  # of a pack -> our routes
VIEW_ICONS = {"people": "users", "study": "chart", "receipts": "file", "unit": "building"}
KIND_ICONS = {"payment": "card", "message": "chat", "combined": "book", "batch": "award"}
ELSEWHERE = "info"  # the icon of what is not done here
REVIEW = NavItem("review", "待审", "inbox")
FINANCE = NavItem("finance", "财务复核", "money")
CASES = NavItem("cases", "全部办件", "file")
HOME, _DRAFTS, OUTBOX, _RETURNED = FIXED
SETTINGS = NavItem("settings", "协会设置", "sliders")
AGENCIES = NavItem("agencies", "会员服务机构", "building")
ACCOUNTS = NavItem("accounts", "账号", "user")
RECEIPTS = NavItem("receipts", "开票记录", "file")
OFFICES: dict[str, tuple[tuple[NavItem, ...], tuple[NavItem, ...]]] = {
    "agency": ((HOME, REVIEW, OUTBOX), (CASES,)),
    "association": ((HOME, REVIEW, OUTBOX), (CASES,)),
    "finance": ((HOME, FINANCE, OUTBOX), (CASES, RECEIPTS)),
    "secretariat": ((HOME, REVIEW, OUTBOX), (CASES, SETTINGS, AGENCIES)),
    "admin": ((HOME, OUTBOX), (CASES, SETTINGS, AGENCIES, ACCOUNTS)),
}
ADD, LOG_OUT, PASSWORD, THIS_DESK, LOCK = "add", "log-out", "password", "this-desk", "lock"


@dataclass(frozen=True)
class Frame:
    """Everything around the page."""

    fixed: tuple[NavItem, ...]
    menu: tuple[NavItem, ...]
    counts: Counts
    expiring: int  # lines of the first page about what runs out soon, and reminders
    sittings: tuple[Sitting, ...]
    name: str
    role: str  # shown as a tag, for offices
    unit: str
    main: bool


class FrameWatch(Watching[Frame]):
    """Keeps the frame true; says whom a person wants to work as."""

    def __init__(self, context: Context, model: ShellModel, session: Session) -> None:
        super().__init__(context, model)
        self._model, self._session = model, session
        self._shown = model.fixed, model.menu
        model.looked_for.connect(self._search)
        self.refresh()

    def look(self, reader: Reader) -> Frame:
        pack, account = self.context.pack, self.context.account
        me = reader.accounts.need(account)
        desk = pack.role(me.role)
        fixed, menu = ((), ()) if self.context.sealed else OFFICES.get(desk) or (FIXED, self._menu(reader, pack))
        place = me.unit or me.agency
        body = reader.mirror.get(account, place) if place else None
        unit = str(body.body.get("name") or "") if body else ""
        own, today = pack.fills_in(me.role), self.context.today()
        role = "" if own else pack.spec.actors[pack.actor_of(me.role)].label
        soon = expiring(reader, account, today=today) if own else ()
        due = due_reminders(reader, account, today) if own else ()
        return Frame(
            fixed,
            menu,
            counts(reader, account, pack),
            len({one.what == "membership" for one in soon}) + len(due),
            sittings(self.context.store),
            me.name,
            role,
            unit,
            pack.spec.roles[me.role].main,
        )

    def take(self, found: Frame) -> None:
        model, number = self._model, found.counts
        if (found.fixed, found.menu) != self._shown:
            self._shown = (found.fixed, found.menu)
            model.set_nav(found.fixed, found.menu)
        model.set_counts(
            {
                "home": Count(number.home + found.expiring),
                "drafts": Count(number.drafts),
                "outbox": Count(number.outbox, "bad" if number.attention else "text2"),
                "returned": Count(number.returned, "warn"),
                "review": Count(number.review),
                "finance": Count(number.review),
            }
        )
        self._set_places(found)

    def _set_places(self, found: Frame) -> None:
        model, session = self._model, self._session
        houses = {one.association: one.association_name for one in found.sittings}
        houses[session.association] = session.association_name
        model.set_places("association", [Choice(key, name) for key, name in houses.items()], session.association)
        here = [one for one in found.sittings if one.association == session.association and one.unit_name]
        choices = [Choice(one.account, one.unit_name) for one in here if one.account != session.account]
        if found.unit:
            choices.insert(0, Choice(session.account, found.unit))
        model.set_places("unit", choices, session.account)
        lock = (Choice(LOCK, "锁定"),) if has_passphrase(self.context) else ()
        own = (Choice(PASSWORD, "修改密码"), Choice(THIS_DESK, "本机设置"))
        menu = (*own, *lock, Choice(ADD, "添加账号"), Choice(LOG_OUT, "退出登录"))
        model.set_account(Account(found.name, found.role, menu))

    # the pack's menu

    def _menu(self, reader: Reader, pack: Pack) -> tuple[NavItem, ...]:
        view = view_for(reader, self.context.account, (), pack=pack)
        env = _menu_env(pack, view, self.context)
        return tuple(_items(pack, pack.menu, env))

    # Ctrl+K

    @Slot(str)
    def _search(self, text: str) -> None:
        context = self.context
        if context.sealed:
            self._model.set_found(text, ())
            return

        def found(hits: Sequence[Hit]) -> None:
            self._model.set_found(text, [_place(hit) for hit in hits])

        context.read(lambda reader: search(reader, context.account, context.pack, text), found)


def _menu_env(pack: Pack, view: View, context: Context) -> Env:
    own = str(view.unit["id"]) if view.unit else None
    today = context.today()
    facts = {"today": today, **unit_facts(view, own)}
    return Env(facts, config_on(pack, view.config, today))


def _items(pack: Pack, entries: Sequence[MenuSpec], env: Env) -> Iterator[NavItem]:
    """The pack's tree as it is; a group that repeats one of our own entries gives its children away."""
    for entry in entries:
        if not _is_shown(pack, entry, env):
            continue
        inside = tuple(_items(pack, entry.items, env))
        if entry.view == HOME.route:
            yield from inside
            continue
        own = _leaf(pack, entry)
        if entry.items:
            inside = (own, *inside) if own is not None else inside
            icon = next((item.icon for item in inside if item.icon not in ("", ELSEWHERE)), "file")
            yield NavItem(f"group/{entry.label}", entry.label, icon, inside)
        elif own is not None:
            yield own


def _leaf(pack: Pack, entry: MenuSpec) -> NavItem | None:
    """Where an entry leads: a business that is done here, a page of ours, or what is said about the rest."""
    if entry.service is not None and begun_here(pack, entry.service):
        return NavItem(f"cases/{entry.service}", entry.label, _icon(pack, entry.service))
    view = entry.view or ""
    if view in VIEWS:
        return NavItem(VIEWS[view], entry.label, VIEW_ICONS.get(VIEWS[view], "file"))
    if view.startswith("template/"):
        return NavItem(view, entry.label, "file")
    if entry.service is not None and entry.service == pack.spec.accounts.service:
        return NavItem("sub-accounts", entry.label, "users")
    wanted = entry.service or view
    return NavItem(f"elsewhere/{wanted}", entry.label, ELSEWHERE) if wanted else None


def _icon(pack: Pack, service: str) -> str:
    """What a business is about, as far as its kind and its effects tell."""
    found = pack.services[service]
    if found.kind in KIND_ICONS:
        return KIND_ICONS[found.kind]
    writes = _writes(pack, service)
    if ("close", "certificate") in writes:
        return "file-x"
    if any(kind == "certificate" for _op, kind in writes):
        return "award"
    if found.spec.calendar:
        return "cap"
    if found.spec.subject == "unit":
        return "building"
    return "users" if any(kind in ("membership", "person") for _op, kind in writes) else "swap"


def _writes(pack: Pack, service: str) -> set[tuple[str, str]]:
    """(what is done, to what) by all effects of its workflow."""
    effects = {key for actions in pack.services[service].workflow.actions.values() for one in actions
               for key, _when in one.effects}  # fmt: skip
    return {(write.op, write.kind) for key in effects if key in pack.effects for write in pack.effects[key].writes}


def _is_shown(pack: Pack, entry: MenuSpec, env: Env) -> bool:
    """What cannot be told is shown: a way in is not taken away for want of facts."""
    return entry.shown is None or pack.builder.compile(entry.shown, ("menu",))(env) is not False


def _place(hit: Hit) -> Place:
    key = hit.id.partition("/")[2] or hit.id
    routes = {
        "person": (f"person/{key}", "user"),
        "case": (f"case/{key}", "file"),
        "draft": (f"form/{key}", "pencil"),
        "service": (f"cases/{hit.id}", "plus"),
    }
    route, icon = routes[hit.kind]
    return Place(route, hit.title, hit.detail, icon)
