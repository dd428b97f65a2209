"""The outside: what has to leave a server leaves it once committed, by whichever port the settings name."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import insert, select

from server import duties
from server.models import DispatchRow
from server.outlet import Ports, deliver, ports_of
from server.ports import PortFailed
from server.ports.fiscal import fiscal_documents
from server.ports.notifications import Mail, Webhook, notifications
from server.ports.register import Company, company_register
from server.ports.spool import Spool
from server.settings import SettingsError
from tests.server.running import Running

pytest_plugins = ["tests.server.running"]


def waits(running: Running, port: str, body: dict[str, Any], id: str = "d1") -> None:
    """A decision left something to be sent."""
    row = {"id": id, "port": port, "body": json.dumps(body), "made_at": "2026-03-18T02:00:00Z", "sent_at": None}
    with running.work.database.write() as connection:
        connection.execute(insert(DispatchRow).values(**row))


def left(running: Running) -> dict[str, tuple[str | None, str]]:
    """What has left, and what of it is still kept."""
    columns = select(DispatchRow.id, DispatchRow.sent_at, DispatchRow.body).where(DispatchRow.id.like("d%"))
    with running.work.database.read() as connection:
        return {id: (sent_at, body) for id, sent_at, body in connection.execute(columns)}


def test_a_notification_leaves_once_and_is_kept_no_longer(running: Running) -> None:
    waits(running, "notification", {"text": "陈喆的申请已通过", "mobile": "19900000000"})
    assert deliver(running.work, ports_of(running.work)) == 1
    note = json.loads((running.work.settings.spool / "d1.json").read_text(encoding="utf-8"))
    assert note == {"id": "d1", "text": "陈喆的申请已通过", "mobile": "19900000000"}
    assert left(running) == {"d1": ("2026-03-18T02:00:00.000Z", "{}")}
    assert deliver(running.work, ports_of(running.work)) == 0


def test_fiscal_requests_go_to_a_folder_of_their_own(running: Running) -> None:
    waits(running, "fiscal", {"bill": "bill/1", "total": "240.00"})
    deliver(running.work, ports_of(running.work))
    (file,) = (running.work.settings.data / "fiscal").glob("*.json")
    assert json.loads(file.read_text(encoding="utf-8")) == {"id": "d1", "bill": "bill/1", "total": "240.00"}


def test_what_a_port_does_not_take_waits_and_holds_up_nothing_else(running: Running, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    waits(running, "notification", {"text": "x"}, "d1")
    waits(running, "fiscal", {"bill": "bill/1"}, "d2")
    broken = Ports(Spool(blocked / "spool"), fiscal_documents(running.work.settings))
    assert deliver(running.work, broken) == 1
    assert left(running)["d1"][0] is None
    assert left(running)["d2"][0] is not None
    assert deliver(running.work, ports_of(running.work)) == 1
    assert left(running)["d1"][0] is not None


class Gateway(BaseHTTPRequestHandler):
    """A short-message gateway."""

    taken: ClassVar[list[tuple[str, str, dict[str, Any]]]] = []
    status: ClassVar[int] = 202

    def do_POST(self) -> None:
        """Take a message."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.taken.append((self.headers["Idempotency-Key"], self.headers["Authorization"], body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[str]:
    """In a thread; its address."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_web_hook_gets_each_message_with_its_id() -> None:
    Gateway.taken.clear()
    with serving(HTTPServer(("127.0.0.1", 0), Gateway)) as address:
        Webhook(f"http://{address}/sms", "secret").send("n1", {"text": "您好"})
        Gateway.status = 500
        with pytest.raises(PortFailed, match="500"):
            Webhook(f"http://{address}/sms").send("n2", {"text": "您好"})
        Gateway.status = 202
    assert Gateway.taken[0] == ("n1", "Bearer secret", {"id": "n1", "text": "您好"})
    with pytest.raises(PortFailed):
        Webhook(f"http://{address}/sms").send("n3", {})


class PostOffice(socketserver.StreamRequestHandler):
    """A mail server that knows the few words a client says."""

    letters: ClassVar[list[str]] = []

    def handle(self) -> None:
        """One client."""
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.letters.append(text.decode())
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


def test_mail_goes_to_whom_it_is_for_or_to_the_desk() -> None:
    PostOffice.letters.clear()
    with serving(socketserver.TCPServer(("127.0.0.1", 0), PostOffice)) as address:
        host, _, port = address.partition(":")
        mail = Mail(host, int(port), "huiban@example.com", "desk@example.com", tls=False)
        mail.send("m1", {"text": "hello", "email": "wen@example.com"})
        mail.send("m2", {"text": "hello"})
    assert "To: wen@example.com" in PostOffice.letters[0]
    assert "To: desk@example.com" in PostOffice.letters[1]
    assert "<m1@huiban>" in PostOffice.letters[0]
    with pytest.raises(PortFailed):
        mail.send("m3", {"text": "hello"})


def test_the_ways_out_are_chosen_by_the_settings(running: Running, tmp_path: Path) -> None:
    settings = running.work.settings
    assert notifications(settings) == Spool(settings.spool)
    hook = {"kind": "webhook", "url": "http://x/"}
    assert notifications(replace(settings, ports={"notifications": hook})) == Webhook("http://x/")
    (tmp_path / "word").write_text("secret\n", encoding="utf-8")
    mail = {
        "kind": "smtp",
        "host": "h",
        "port": 25,
        "sender": "s",
        "desk": "d",
        "password_file": str(tmp_path / "word"),
    }
    assert notifications(replace(settings, ports={"notifications": mail})) == Mail("h", 25, "s", "d", password="secret")
    for wrong in ({"kind": "pigeon"}, {"kind": "webhook"}):
        with pytest.raises(SettingsError, match=r"ports\.notifications"):
            notifications(replace(settings, ports={"notifications": wrong}))


def test_a_company_is_found_by_its_credit_code(running: Running) -> None:
    register = company_register(running.work.settings)
    assert register.find("91440101MA5XHL001N") is None
    rows = "credit_code,name,legal_representative,address\n91440101MA5XHL001N,甲公司,温女士,广州\n"
    (running.work.settings.data / "register.csv").write_text(rows, encoding="utf-8-sig")
    assert register.find(" 91440101ma5xhl001n") == Company("91440101MA5XHL001N", "甲公司", "温女士", "广州")
    assert register.find("91440101MA5XHL002N") is None


def test_one_process_of_several_has_a_duty_and_loses_it_with_its_life(running: Running) -> None:
    work, watch = running.work, running.watch
    assert duties.take(work, "study", "a", watch.now)
    assert not duties.take(work, "study", "b", watch.now)
    watch.forward(seconds=20)
    assert duties.take(work, "study", "a", watch.now), "who holds it renews it"
    watch.forward(seconds=20)
    assert not duties.take(work, "study", "b", watch.now)
    watch.forward(seconds=11)
    assert duties.take(work, "study", "b", watch.now), "a died"
    assert not duties.take(work, "study", "a", watch.now)
    assert duties.take(work, "other", "a", watch.now)
