"""The cable is pulled and put back while nothing is being sent: the desk knows within seconds, by its held question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import pytest

from desktop.demo.proxy import LineProxy
from sync.failures import FailureKind
from sync.notices import Line, Notice, StatusChanged
from sync.runner import SyncRunner
from sync.store.port import SyncStore
from tests.processes.plain import a_plain_server, a_store, logged_in

pytestmark = pytest.mark.processes
SOON = 20.0  # seconds, on a machine that has other work too; without the held question it would be a minute


def test_a_pulled_cable_is_known_within_seconds_though_nothing_is_sent(tmp_path: Path) -> None:
    told: SimpleQueue[StatusChanged] = SimpleQueue()

    def hear(notice: Notice) -> None:
        if isinstance(notice, StatusChanged):
            told.put(notice)

    with a_plain_server(tmp_path) as server, LineProxy(server.target) as line, a_store(tmp_path / "desk") as local:
        session = replace(logged_in(local, server, "jia"), address=line.url)
        runner = SyncRunner(SyncStore(local), session, hear)
        runner.start()
        try:
            assert told.get(timeout=SOON).line is Line.ONLINE
            line.offline()
            pulled = told.get(timeout=SOON)
            assert pulled.line is Line.TROUBLE
            assert pulled.failure is not None
            assert pulled.failure.kind is FailureKind.OFFLINE
            line.online()
            assert told.get(timeout=SOON).line is Line.ONLINE
        finally:
            runner.stop()
