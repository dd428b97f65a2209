"""Getting to know a server and logging in: invitation, hello, session, password. Blocking; run it on a lane."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from sync.address import talk
from sync.core_parts import Identity
from sync.core_reading import read_problem_body
from sync.failures import Failure, FailureKind, SyncFailure
from sync.ports import StorePort
from sync.protocol import (
    Association,
    Device,
    Hello,
    LoginReply,
    LoginRequest,
    PasswordRequest,
    fingerprint,
    proved_sealing,
    public_text,
)
from sync.store.accounts import RESTORED, SESSION, account_id
from sync.store.local import LocalStore
from sync.store.port import SyncStore

if TYPE_CHECKING:
    from sync.http import Answer, Http

M = TypeVar("M", bound=BaseModel)


class Invitation(BaseModel):
    """What the association hands out: where its server is and how to know it. Nobody types an address."""

    address: str
    association: Association
    key_fingerprint: str
    login: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One account's standing with one server. The token lies only in the encrypted store."""

    address: str
    account: str  # as the store's rows name it: association × login
    entity: str  # as Operations name it: "account/…"
    login: str
    body: dict[str, Any]  # domain.entities.Account
    token: str
    expires_at: str
    scopes: tuple[str, ...]
    association: str
    association_name: str
    key: str
    must_change_password: bool = False
    sealing: str = ""  # the association's key for files carried by hand, proved

    @property
    def identity(self) -> Identity:
        """What the sync core needs of it."""
        return Identity(self.account, self.association, self.key, home_scope(self.scopes))

    def http(self) -> Http:
        """A conversation as this account."""
        return talk(self.address, self.token)


def home_scope(scopes: tuple[str, ...]) -> str:
    """Where attachments of this account go: its unit, its agency, or the association's own office."""
    own = [scope for scope in scopes if scope.startswith(("unit:", "agency:"))]
    desks = [scope for scope in scopes if scope in ("office", "finance")]
    return next(iter([*own, *desks, *scopes]), "public")


def read_invitation(data: bytes | str) -> Invitation:
    """From the file's bytes or a QR code's text; raises SyncFailure."""
    try:
        tree = json.loads(data)
        if isinstance(tree.get("association"), str):
            tree["association"] = {"id": "", "name": tree["association"]}
        return Invitation.model_validate(tree)
    except (ValueError, AttributeError) as error:
        raise SyncFailure(Failure(FailureKind.INVITATION, type(error).__name__)) from error


def connect(invitation: Invitation, http: Http | None = None) -> Hello:
    """Who answers there; raises SyncFailure unless it holds the key that the invitation names."""
    http = http or talk(invitation.address)
    hello = _read(Hello, http.call("GET", "/hello"))
    try:
        known = hmac.compare_digest(fingerprint(hello.key), _bare(invitation.key_fingerprint))
    except ValueError:
        known = False
    if not known:
        raise SyncFailure(Failure(FailureKind.WRONG_SERVER, "fingerprint"))
    return hello


def log_in(address: str, login: str, password: str, device: Device, *, key: str, http: Http | None = None) -> Session:
    """A session on this device, whose key the server registers by it. `key`: the server's, as met in `connect`."""
    http = http or talk(address)
    asked = LoginRequest(login=login, password=password, device=device)
    reply = _read(LoginReply, http.call("POST", "/login", asked.model_dump_json().encode()))
    if reply.key != key:
        raise SyncFailure(Failure(FailureKind.WRONG_SERVER, "key"))
    account = reply.account
    if not account.get("id"):
        raise SyncFailure(Failure(FailureKind.GARBAGE, "LoginReply: account without id"))
    return Session(
        address=address,
        account=account_id(reply.association.id, login),
        entity=str(account["id"]),
        login=login,
        body=account,
        token=reply.token,
        expires_at=reply.expires_at,
        scopes=tuple(reply.scopes),
        association=reply.association.id,
        association_name=reply.association.name,
        key=reply.key,
        must_change_password=reply.must_change_password,
        sealing=proved_sealing(reply.sealing, reply.key) or "",
    )


def sign_in(local: LocalStore, address: str, hello: Hello, login: str, password: str, device_name: str = "") -> Session:
    """Log in and keep everything that needs keeping: account, device key, session, scopes.

    An account or a desk that was shut out is sealed by the answer, and unsealed by the next log-in that succeeds.
    """
    association = hello.association
    with local.transaction() as store:
        account = store.accounts.put(association.id, login, name=association.name, key=hello.key)
        desk = store.accounts.make_device(account)
    device = Device(id=desk.id, name=device_name, key=public_text(desk.key))
    try:
        session = log_in(address, login, password, device, key=hello.key)
    except SyncFailure as error:
        if error.failure.kind is FailureKind.REVOKED:
            SyncStore(local).revoke(account)
        raise
    with local.transaction() as store:
        store.accounts.put(association.id, login, body=session.body)
    save_session(SyncStore(local), session)
    with local.transaction() as store:
        if restored := store.settings.get(account, RESTORED):
            store.settings.put(account, RESTORED, {**restored, "told": True})
        if store.accounts.need(account).revoked:
            store.accounts.set(account, revoked=0)
            store.touch("accounts")
    return session


def change_password(session: Session, old: str, new: str, http: Http | None = None) -> Session:
    """The same session, now with the new password behind it."""
    body = PasswordRequest(old=old, new=new).model_dump_json().encode()
    _expect((http or session.http()).call("POST", "/password", body))
    return replace(session, must_change_password=False)


def log_out(session: Session, http: Http | None = None) -> None:
    """The token ends at the server; what is queued here stays."""
    _expect((http or session.http()).call("POST", "/logout", b"{}"))


def save_session(store: StorePort, session: Session) -> None:
    """Kept encrypted with the rest; the mirror follows what this account may see now."""
    body = {name: getattr(session, name) for name in Session.__slots__}
    store.set_setting(session.account, SESSION, json.dumps(body, ensure_ascii=False))
    store.set_scopes(session.account, session.scopes)


def load_session(store: StorePort, account: str) -> Session | None:
    """As saved; None: this account never logged in here, or was forgotten."""
    text = store.setting(account, SESSION)
    if text is None:
        return None
    body = json.loads(text)
    return Session(**{**body, "scopes": tuple(body["scopes"])})


def forget_session(store: StorePort, account: str) -> None:
    """Logged out or revoked: the token goes, the rest is the store's business."""
    store.set_setting(account, SESSION, None)


def _bare(text: str) -> str:
    """A fingerprint without the groups that people read it in."""
    return "".join(letter for letter in text.lower() if letter in "0123456789abcdef")


def _expect(answer: Answer) -> Answer:
    if answer.status in (200, 204):
        return answer
    raise SyncFailure(read_problem_body(answer.status, answer.body, answer.retry_after))


def _read(model: type[M], answer: Answer) -> M:
    try:
        return model.model_validate_json(_expect(answer).body)
    except ValidationError as error:
        raise SyncFailure(Failure(FailureKind.GARBAGE, f"{model.__name__}: {error.error_count()} errors")) from error
