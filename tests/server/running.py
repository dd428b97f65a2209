"""A whole server for tests: the real application behind a real socket, its own database, a clock set by hand."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from sqlalchemy import URL, make_url

from domain.operations import Kind, Operation
from server.app import create_app
from server.founding import init
from server.serving import listen
from server.settings import load
from server.work import Work, build
from sync.protocol import (
    BASE,
    HEADER,
    PROBLEM_PREFIX,
    TUS_TYPE,
    TUS_VERSION,
    encode_content,
    public_text,
    sign,
)
from tests.server.watch import Watch
from tests.support.postgres import a_database
from tests.support.waiting import PATIENCE, until

HERE = Path(__file__).parent
PACK, SEED = HERE / "pack", HERE / "seed.yaml"
TODAY = date(2026, 3, 18)
START = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
INIT = ("--pack", str(PACK), "--name", "小协会", "--seed", str(SEED), "--today", TODAY.isoformat())
SECRETS = {
    "甲公司": "unit-secret-1",
    "乙公司": "unit-secret-2",
    "agency": "agency-secret",
    "review": "review-secret",
    "finance": "finance-secret",
    "secretariat": "secretariat-secret",
    "admin": "admin-secret",
    "person": "person-secret",
}
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"


@dataclass
class Line:
    """A desk on the line: its key, its token, and requests as a desk makes them."""

    url: str
    device: str = "device-1"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    http: requests.Session = field(default_factory=requests.Session)
    account: str = ""
    scopes: tuple[str, ...] = ()
    epoch: str = ""

    def __post_init__(self) -> None:
        self.http.headers[HEADER] = "1"
        self.http.trust_env = False

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request to the API; the answer proves to be ours."""
        answer = self.http.request(method, f"{self.url}{BASE}{path}", timeout=PATIENCE, **more)
        assert answer.headers[HEADER] == "1"
        return answer

    def try_login(self, login: str, password: str) -> requests.Response:
        """Log in, come what may."""
        device = {"id": self.device, "name": "办公室", "key": public_text(self.key)}
        return self.ask("POST", "/login", json={"login": login, "password": password, "device": device})

    def login(self, login: str, password: str | None = None) -> Line:
        """Log in for good."""
        answer = self.try_login(login, password or SECRETS[login])
        assert answer.status_code == 200, answer.text
        told = answer.json()
        self.http.headers["Authorization"] = f"Bearer {told['token']}"
        self.account, self.scopes, self.epoch = told["account"]["id"], tuple(told["scopes"]), told["epoch"]
        return self

    def operation(self, op_id: str, kind: Kind, entity: str, payload: Mapping[str, Any], **more: Any) -> dict[str, str]:
        """A signed Operation as it travels."""
        made = Operation(op_id, self.device, self.account, kind, entity, payload, START, **more)
        content = encode_content(made)
        return {"content": content.decode(), "signature": sign(self.key, content)}

    def push(self, *operations: Mapping[str, str]) -> list[dict[str, Any]]:
        """The Outcomes, as they travel."""
        answer = self.ask("POST", "/push", json={"operations": list(operations)})
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.json()["outcomes"]
        return told

    def pull(self) -> dict[str, dict[str, Any]]:
        """Everything this desk may see, by entity."""
        cursors = dict.fromkeys(self.scopes, 0)
        answer = self.ask("POST", "/pull", json={"epoch": self.epoch, "cursors": cursors})
        pages = answer.json()["scopes"].values()
        return {change[0]: change[3] for page in pages for change in page["changes"] if change[3] is not None}

    def announce(
        self, data: bytes, scope: str, *, length: int | None = None, sha256: str = "", body: Any = None
    ) -> requests.Response:
        """POST /blobs, with these bytes or without any."""
        told = {"scope": scope, "sha256": sha256 or hashlib.sha256(data).hexdigest(), "name": "证明.jpg"}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
        size = len(data) if length is None else length
        headers = {"Tus-Resumable": TUS_VERSION, "Upload-Length": str(size), "Upload-Metadata": pairs}
        if body is not None:
            headers["Content-Type"] = TUS_TYPE
        return self.ask("POST", "/blobs", data=body, headers=headers)

    def patch(self, place: str, data: Any, offset: int, **headers: str) -> requests.Response:
        """PATCH /blobs/…"""
        told = {"Tus-Resumable": TUS_VERSION, "Upload-Offset": str(offset), "Content-Type": TUS_TYPE}
        return self.ask("PATCH", place.removeprefix(BASE), data=data, headers=told | headers)

    def head(self, place: str) -> requests.Response:
        """HEAD /blobs/…"""
        return self.ask("HEAD", place.removeprefix(BASE), headers={"Tus-Resumable": TUS_VERSION})

    def upload(self, data: bytes, scope: str) -> str:
        """A whole attachment; its address."""
        made = self.announce(data, scope)
        assert made.status_code == 201, made.text
        assert self.patch(made.headers["Location"], data, 0).status_code == 204
        return hashlib.sha256(data).hexdigest()


@dataclass
class Running:
    """A server that listens."""

    url: str
    work: Work
    watch: Watch

    def line(self, login: str = "", device: str = "device-1") -> Line:
        """A desk on the line, logged in if a login is named."""
        line = Line(self.url, device)
        return line.login(login) if login else line

    def until(self, seen: Callable[[], bool]) -> None:
        """Ask the server something until what it does beside its answers (its log) is seen."""

        def look() -> bool:
            self.line().ask("GET", "/hello")
            return seen()

        until(look)

    def first_password(self, login: str) -> str:
        """From the spool, where it lies once."""
        notes = [json.loads(file.read_text(encoding="utf-8")) for file in self.work.settings.spool.glob("*.json")]
        (found,) = [note["password"] for note in notes if note.get("login") == login]
        return str(found)


def slug(answer: requests.Response) -> str:
    """Which problem it is."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"]
    return str(told["type"]).removeprefix(PROBLEM_PREFIX)


@contextmanager
def listening(work: Work, watch: Watch, app: FastAPI | None = None) -> Iterator[Running]:
    """Serve these parts on a free port, in a thread of this process."""
    sock = listen("127.0.0.1", 0)
    config = uvicorn.Config(app or create_app(work), http="httptools", log_config=None, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[sock]),))
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{sock.getsockname()[1]}", work, watch)
    finally:
        work.notifier.close()
        server.should_exit = True
        thread.join()
        sock.close()


@contextmanager
def a_running_server(data: Path, database: str | None = None) -> Iterator[Running]:
    """The server of a data folder."""
    watch = Watch(START)
    work = build(load(data, database), watch)
    try:
        with listening(work, watch) as running:
            yield running
    finally:
        work.database.close()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a new association on SQLite: copied for each test."""
    data = tmp_path_factory.mktemp("founded") / "data"
    init(data, str(PACK), "小协会", seed_file=SEED, today=TODAY, clock=Watch(START))
    return data


@pytest.fixture
def data(founded: Path, tmp_path: Path) -> Path:
    """A data folder of one's own."""
    return Path(shutil.copytree(founded, tmp_path / "data"))


@pytest.fixture
def running(data: Path) -> Iterator[Running]:
    """A server that listens."""
    with a_running_server(data) as made:
        yield made


@pytest.fixture(scope="session")
def founded_postgres(postgres_cluster: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, URL]]:
    """The same in PostgreSQL: a data folder, and a database that others are copied from."""
    with a_database(postgres_cluster) as url:
        data = tmp_path_factory.mktemp("founded-postgres") / "data"
        init(data, str(PACK), "小协会", seed_file=SEED, today=TODAY, database=url, clock=Watch(START))
        yield data, make_url(url)


@contextmanager
def a_copy(cluster: URL, template: str) -> Iterator[str]:
    """A database copied from another, gone after the test."""
    import psycopg
    from psycopg import sql

    name = sql.Identifier(f"{template}_copy")
    address = cluster.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template)))
        try:
            yield cluster.set(database=f"{template}_copy").render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """A server that listens, on either database."""
    if request.param == "sqlite":
        with a_running_server(request.getfixturevalue("data")) as made:
            yield made
        return
    original, template = request.getfixturevalue("founded_postgres")
    cluster = request.getfixturevalue("postgres_cluster")
    with a_copy(cluster, str(template.database)) as url:
        folder = Path(shutil.copytree(original, tmp_path / "data"))
        with a_running_server(folder, url) as made:
            yield made
