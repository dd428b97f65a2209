"""The cable is pulled and put back while nothing is being sent: the desk knows at once, by its held question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

import pytest

from desktop.demo.proxy import LineProxy
from sync.failures import FailureKind
from sync.notices import Line, Notice, StatusChanged
from sync.runner import SyncRunner, utc_now
from sync.store.port import SyncStore
from tests.processes.plain import a_plain_server, a_store, logged_in
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.processes


def test_a_pulled_cable_is_known_at_once_though_nothing_is_sent(tmp_path: Path) -> None:
    told: SimpleQueue[StatusChanged] = SimpleQueue()
    still: list[datetime] = [utc_now()]  # the desk's clock: while it stands, nothing is asked but what is asked now

    def hear(notice: Notice) -> None:
        if isinstance(notice, StatusChanged):
            told.put(notice)

    with a_plain_server(tmp_path) as server, LineProxy(server.target) as line, a_store(tmp_path / "desk") as local:
        session = replace(logged_in(local, server, "jia"), address=line.url)
        runner = SyncRunner(SyncStore(local), session, hear, clock=lambda: still[0] if still else utc_now())
        runner.start()
        try:
            assert told.get(timeout=PATIENCE).line is Line.ONLINE
            line.offline()
            pulled = told.get(timeout=PATIENCE)
            assert pulled.line is Line.TROUBLE
            assert pulled.failure is not None
            assert pulled.failure.kind is FailureKind.OFFLINE
            still.clear()
            line.online()
            assert told.get(timeout=PATIENCE).line is Line.ONLINE
        finally:
            runner.stop()
