"""Telling people: by a spool folder, by mail, or by a web hook in front of a short-message gateway."""

from __future__ import annotations

import smtplib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

from server.ports import PortFailed
from server.ports.spool import Spool
from server.settings import Settings, SettingsError
from sync.protocol import JSON_TYPE, json_bytes

SECONDS = 15  # the longest a gateway may be silent


class Notifications(Protocol):
    """Where notifications go. `body` has at least `text`, and `mobile`, `email` or `login` of whom it is for."""

    def send(self, id: str, body: Mapping[str, Any]) -> None:
        """Pass it on; the same id again is the same message. Raises PortFailed."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """POSTs each message as JSON; any 2xx takes it."""

    url: str
    token: str = ""

    def send(self, id: str, body: Mapping[str, Any]) -> None:
        """One request, with the id as its idempotency key."""
        headers = {"Content-Type": JSON_TYPE, "Idempotency-Key": id}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url, json_bytes({"id": id, **body}), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                answer.read()
        except (urllib.error.URLError, OSError) as error:
            raise PortFailed(f"webhook: {getattr(error, 'code', type(error).__name__)}") from error


@dataclass(frozen=True, slots=True)
class Mail:
    """Sends each message as a mail: to the address in it, otherwise to the association's own desk."""

    host: str
    port: int
    sender: str
    desk: str
    user: str = ""
    password: str = ""
    tls: bool = True

    def send(self, id: str, body: Mapping[str, Any]) -> None:
        """One connection a message: they are few."""
        mail = EmailMessage()
        mail["Subject"] = str(body.get("title") or "会办通知")
        mail["From"], mail["To"] = self.sender, str(body.get("email") or self.desk)
        mail["Message-ID"] = f"<{id}@huiban>"
        mail.set_content(str(body.get("text") or ""))
        try:
            with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as server:
                if self.tls:
                    server.starttls()
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            raise PortFailed(f"smtp: {type(error).__name__}") from error


def notifications(settings: Settings) -> Notifications:
    """As `ports.notifications` of server.json says; a spool folder if it says nothing."""
    told = dict(settings.ports.get("notifications", {}))
    kind = told.pop("kind", "spool")
    if file := told.pop("password_file", None):
        told["password"] = Path(str(file)).read_text(encoding="utf-8").strip()
    try:
        match kind:
            case "spool":
                return Spool(settings.spool)
            case "webhook":
                return Webhook(**told)
            case "smtp":
                return Mail(**told)
    except TypeError as error:
        raise SettingsError(f"server.json 的 ports.notifications 写得不对：{error}") from error
    raise SettingsError(f"server.json 的 ports.notifications 没有这种方式：{kind}")
