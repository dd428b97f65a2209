"""A line that is slow, cut after every 50-500 KB and refuses for a second: everything arrives without a person.

The bytes are counted by the proxy on the server's side and compared with the same work on a clean line.
`pytest tests/processes/test_bad_line.py --attachments 30` sends as many as the benchmark does.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from desktop.demo.line import BAD, Counts
from desktop.demo.proxy import LineProxy
from sync.runner import sync_once
from sync.store.local import LocalStore
from sync.store.port import SyncStore
from tests.processes.forms import a_form, queue_forms
from tests.processes.plain import PlainServer, a_plain_server, a_store, attach, logged_in, places

pytestmark = pytest.mark.processes
PATIENCE = 10_000  # failures in a row before giving up: no person helps
Work = Callable[[LocalStore, str], list[str]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PlainServer]:
    with a_plain_server(tmp_path) as running:
        yield running


def carried(server: PlainServer, folder: Path, login: str, bad: bool, work: Work) -> tuple[Counts, float]:
    """What the server's side counted until all of this desk's work was delivered, and the seconds it took."""
    with LineProxy(server.target, seed=5) as line, a_store(folder) as local:
        session = logged_in(local, server, login)
        assert sync_once(SyncStore(local), session).exit_status == 0
        op_ids = work(local, session.account)
        if bad:
            line.set(BAD)
        began = time.monotonic()
        report = sync_once(SyncStore(local), replace(session, address=line.url), patience=PATIENCE)
        seconds = time.monotonic() - began
        assert report.exit_status == 0
        assert {places(local)[op_id] for op_id in op_ids} == {("answered", "applied")}
        return line.counts(), seconds


def bytes_of(counts: Counts, *routes: str) -> int:
    """To and from the server, for these routes."""
    return sum(sum(both) for route, both in counts.routes.items() if route.split()[-1].startswith(routes))


def forms(local: LocalStore, account: str) -> list[str]:
    return queue_forms(local, account, [a_form(number) for number in range(1000)])


def attachments(count: int, local: LocalStore, account: str) -> list[str]:
    chance = random.Random(account)
    blobs = [attach(local, account, b"%PDF-1.7 " + chance.randbytes(400_000)) for _ in range(count)]
    return queue_forms(local, account, [a_form(2000)], blobs)


def test_a_thousand_forms_arrive_for_at_most_a_tenth_more_bytes(server: PlainServer, tmp_path: Path) -> None:
    clean, _ = carried(server, tmp_path / "one", "jia", False, forms)
    bad, seconds = carried(server, tmp_path / "two", "yi", True, forms)
    ratio = bytes_of(bad, "/api/v1/push") / bytes_of(clean, "/api/v1/push")
    sys.stdout.write(f"forms on the bad line: {ratio:.3f} of the clean bytes, {seconds:.1f} s, {bad.cuts} cuts\n")
    assert bad.cuts >= 3
    assert ratio <= 1.10


def test_attachments_arrive_for_at_most_a_fifth_more_bytes(
    server: PlainServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    work = partial(attachments, int(request.config.getoption("--attachments", default=15)))
    clean, _ = carried(server, tmp_path / "one", "jia", False, work)
    bad, seconds = carried(server, tmp_path / "two", "yi", True, work)
    ratio = bytes_of(bad, "/api/v1/blobs") / bytes_of(clean, "/api/v1/blobs")
    sys.stdout.write(f"attachments on the bad line: {ratio:.3f} of the clean bytes, {seconds:.1f} s, {bad.cuts} cuts\n")
    assert bad.cuts >= 10
    assert ratio <= 1.20
