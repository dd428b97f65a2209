"""A real server, seeded with the sample data: it comes up, is killed, and comes back where it was."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from desktop.demo.proxy import LineProxy
from desktop.demo.sample import resolved
from desktop.demo.server_process import ServerFailed, ServerProcess
from tests.support.server import SEED, TODAY, a_server, first_passwords
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.processes


def hello(url: str) -> Any:
    request = urllib.request.Request(f"{url}/api/v1/hello", headers={"Huiban-Protocol": "1"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def test_a_seeded_server_is_killed_and_comes_back_on_its_port_as_it_was(tmp_path: Path) -> None:
    with a_server(tmp_path) as server:
        before, port = hello(server.url), server.port
        server.kill()
        assert not server.running
        server.start()
        assert server.port == port
        after = hello(server.url)
        server.stop()
        assert not server.running
    assert (after["epoch"], after["key"]) == (before["epoch"], before["key"])
    assert after["association"]["name"] == resolved(SEED, TODAY)["association"]["name"]


def test_everybody_has_a_first_password_of_their_own(tmp_path: Path) -> None:
    with a_server(tmp_path) as server:
        passwords = first_passwords(server)
    assert passwords.keys() == {account["login"] for account in resolved(SEED, TODAY)["accounts"]}
    assert len(set(passwords.values())) == len(passwords)


def test_a_desk_reaches_the_server_over_the_line(tmp_path: Path) -> None:
    with a_server(tmp_path) as server, LineProxy(server.target) as line:
        assert hello(line.url)["protocol"] == 1
        assert line.counts().routes["GET /api/v1/hello"][1] > 100


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "nothing here") as server, pytest.raises(ServerFailed, match="did not start"):
        server.start()
