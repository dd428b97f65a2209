"""A real `huiban-server` in a process of its own, in a folder of its own, as an association would run it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from desktop.demo import sample

READY = "ready "  # the line `serve` prints when it listens: "ready http://127.0.0.1:PORT"


class ServerFailed(Exception):
    """The server ended or said nothing in time; what it wrote is in the message."""


@dataclass
class ServerProcess:
    """One association's server. `init` makes it, `start` runs it; after a kill it comes back on the same port."""

    data: Path
    database: str | None = None  # a URL; without one, SQLite in the data folder
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _reader: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def target(self) -> tuple[str, int]:
        """Where a line proxy connects to."""
        return "127.0.0.1", self.port

    @property
    def log(self) -> Path:
        """What the process wrote on standard error, and after its first line on standard output."""
        return self.data.parent / f"{self.data.name}.log"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def init(
        self, *, pack: str, seed: Path, today: date, address: str | None = None, configured: bool = False
    ) -> sample.Sample:
        """Makes the association with the sample data of this day, which it returns; first secrets lie in the spool."""
        data = sample.resolved(seed, today, configured=configured)
        name, seed = data["association"]["name"], sample.write_seed(data, self.data.parent / f"{self.data.name}-seed")
        options = ["--pack", pack, "--name", name, "--seed", str(seed), "--today", today.isoformat()]
        if address:
            options += ["--address", address]
        self.run("init", *options)
        return data

    def run(self, command: str, *options: str, deadline: float = 120) -> str:
        """Another command of the server's on this folder; returns its standard output."""
        done = subprocess.run(
            self._command(command, *options),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=deadline,
            check=False,
        )
        if done.returncode:
            raise ServerFailed(f"huiban-server {command} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def start(self, deadline: float = 120) -> str:
        """Serves, on the port it had before if it had one; returns the URL when it listens."""
        if self.running:
            raise ServerFailed("it is running already")
        self._process = self._begin("serve", "--host", "127.0.0.1", "--port", str(self.port), "--while-stdin")
        assert self._process.stdout is not None
        first: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=_pass_on, args=(self._process.stdout, first, self.log), daemon=True)
        self._reader.start()
        try:
            line = first.get(timeout=deadline)
        except queue.Empty:
            self.kill()
            raise ServerFailed(f"no word from the server in {deadline:g} s: {self._said()}") from None
        if not line.startswith(READY):
            self.kill()
            raise ServerFailed(f"the server did not start: {line!r} {self._said()}")
        self.port = int(line.strip().rpartition(":")[2])
        return self.url

    def kill(self) -> None:
        """As if the plug were pulled: no goodbye, nothing flushed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._let_go()

    def stop(self, deadline: float = 60) -> int:
        """Asks it to end; returns the exit status."""
        if self._process is None:
            return 0
        if os.name == "nt":  # a signal is a kill there: the end of its standard input asks it
            self._close_stdin()
        else:
            self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(timeout=deadline)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFailed(f"it did not end within {deadline:g} s of being asked: {self._said()}") from None
        self._let_go()
        return status

    def invitation(self) -> Path:
        """The file a desk connects with."""
        return self.data / "invitation.huiban"

    def spooled(self) -> list[dict[str, Any]]:
        """Every notification the server would have sent, oldest first: first passwords among them."""
        files = sorted((self.data / "spool").glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _let_go(self) -> None:
        """Of a process that has ended. On Windows it is another's child, which ends a moment later, with its output."""
        self._close_stdin()
        if self._reader is not None:
            self._reader.join(timeout=30)

    def _close_stdin(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _begin(self, *told: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            pipe = subprocess.PIPE  # standard input closes with this process, however that ends: so ends the server
            return subprocess.Popen(self._command(*told), env=self._environment(), stdin=pipe, stdout=pipe, stderr=log)

    def _command(self, command: str, *options: str) -> Sequence[str]:
        database = ["--database", self.database] if self.database else []
        return [sys.executable, "-P", "-m", "server.cli", command, "--data", str(self.data), *database, *options]

    def _environment(self) -> dict[str, str]:
        root = str(Path(__file__).resolve().parents[2])
        return {**os.environ, "PYTHONPATH": root, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **self.environment}

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:] if self.log.exists() else ""


def _pass_on(stream: BinaryIO, first: queue.Queue[str], log: Path) -> None:
    """The first line to whoever waits, the rest to the log: a full pipe would stop the server."""
    with stream, log.open("ab") as rest:
        first.put(stream.readline().decode("utf-8", "replace"))
        for line in stream:
            rest.write(line)
            rest.flush()
