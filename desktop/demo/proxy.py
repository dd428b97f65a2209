"""The bad line on a thread of this process (`LineProxy`), or in a process of its own (`python -m desktop.demo.proxy`).

The process prints `ready PORT CONTROL` and obeys JSON objects, one a line, on its control port (see `RemoteProxy`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from desktop.demo.line import BAD, CLEAN, Conditions, Counts, Line

T = TypeVar("T")


class LineProxy:
    """The line, run on a thread of its own. Every method may be called from any thread and is done when it returns."""

    def __init__(
        self,
        target: tuple[str, int],
        *,
        port: int = 0,
        conditions: Conditions = CLEAN,
        seed: int = 0,
        log: Path | None = None,
    ) -> None:
        self._line = Line(target, port, conditions, random.Random(seed), log)
        self._loop = asyncio.SelectorEventLoop()  # watches a listening socket, on Windows too
        self._thread = threading.Thread(target=self._loop.run_forever, name="line-proxy", daemon=True)

    def __enter__(self) -> LineProxy:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Where the desk connects to. It stays the same while the line goes down and up."""
        return self._line.port

    @property
    def url(self) -> str:
        """The address a desk is given instead of the server's."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> int:
        """Opens the line; returns its port."""
        self._thread.start()
        self._wait(self._line.open())
        return self.port

    def stop(self) -> None:
        """Closes the line for good."""
        self._wait(self._line.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def set(self, conditions: Conditions) -> None:
        """The line is like this from now on."""
        self._do(lambda: self._line.become(conditions))

    def offline(self) -> None:
        """Pulls the cable: what is open is cut, what comes is refused."""
        self._do(self._line.down)

    def online(self) -> None:
        """Puts the cable back."""
        self._wait(self._line.up())

    def refuse_for(self, seconds: float) -> None:
        """Down, and up again by itself."""
        self._do(lambda: self._line.refuse(seconds))

    def cut(self) -> None:
        """Cuts what is open now; a new connection is welcome at once."""
        self._do(lambda: self._line.cut("asked"))

    def lose_next_answer(self, containing: bytes = b"") -> None:
        """The next request with these bytes reaches the server, its answer reaches nobody."""
        self._do(lambda: self._line.losses.append(containing))

    def retarget(self, target: tuple[str, int]) -> None:
        """New connections go there."""
        self._do(lambda: self._line.aim(target))

    def counts(self) -> Counts:
        """What passed since the start or the last reset."""
        return self._do(self._line.counts)

    def reset_counts(self) -> None:
        """Begins to count from nothing."""
        self._do(self._line.tally.clear)

    def _do(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return self._wait(run())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)


class RemoteProxy:
    """Steers a proxy that is a process of its own; the same words as `LineProxy`."""

    def __init__(self, control: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", control), timeout=30)
        self._stream = self._connection.makefile("rw", encoding="utf-8")

    def close(self) -> None:
        """Leaves the proxy running."""
        self._stream.close()
        self._connection.close()

    def set(self, conditions: Conditions) -> None:
        """The line is like this from now on."""
        self._ask("set", **asdict(conditions))

    def offline(self) -> None:
        """Pulls the cable."""
        self._ask("offline")

    def online(self) -> None:
        """Puts the cable back."""
        self._ask("online")

    def refuse_for(self, seconds: float) -> None:
        """Down, and up again by itself."""
        self._ask("refuse_for", seconds=seconds)

    def cut(self) -> None:
        """Cuts what is open now."""
        self._ask("cut")

    def lose_next_answer(self, containing: bytes = b"") -> None:
        """The next request with these bytes reaches the server, its answer reaches nobody."""
        self._ask("lose_next_answer", containing=containing.decode("latin-1"))

    def counts(self) -> Counts:
        """What passed since the start or the last reset."""
        told = self._ask("counts")
        told["routes"] = {name: (to, back) for name, (to, back) in told["routes"].items()}
        return Counts(**told)

    def reset_counts(self) -> None:
        """Begins to count from nothing."""
        self._ask("reset_counts")

    def stop(self) -> None:
        """Ends the process."""
        self._ask("stop")
        self.close()

    def _ask(self, order: str, **arguments: object) -> Any:
        self._stream.write(json.dumps({"do": order, **arguments}) + "\n")
        self._stream.flush()
        answer = json.loads(self._stream.readline() or '{"error": "the proxy has ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]


def obey(proxy: LineProxy, order: dict[str, Any]) -> Any:
    """Carries out one order of the control port; returns what is to be answered."""
    match order:
        case {"do": "set", **wanted}:
            cut = wanted.pop("cut_after", None)
            proxy.set(Conditions(cut_after=(int(cut[0]), int(cut[1])) if cut else None, **wanted))
        case {"do": "offline" | "online" | "cut" | "reset_counts" as name}:
            getattr(proxy, name)()
        case {"do": "refuse_for", "seconds": seconds}:
            proxy.refuse_for(float(seconds))
        case {"do": "lose_next_answer", "containing": text}:
            proxy.lose_next_answer(str(text).encode("latin-1"))
        case {"do": "counts"}:
            return asdict(proxy.counts())
        case {"do": "stop"}:
            return "bye"
        case _:
            raise ValueError(f"no such order: {order}")
    return True


def main(arguments: list[str] | None = None) -> int:
    """Runs a line until it is told to stop or its control connection's owner kills it."""
    parser = argparse.ArgumentParser(
        prog="python -m desktop.demo.proxy", description="a bad line to a server on loopback"
    )
    parser.add_argument("--target", required=True, help="HOST:PORT of the server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--bad", action="store_true", help="slow, late and cut; otherwise clean until told")
    chosen = parser.parse_args(arguments)
    host, _, port = chosen.target.rpartition(":")
    conditions = BAD if chosen.bad else CLEAN
    with (
        LineProxy(
            (host, int(port)), port=chosen.port, conditions=conditions, seed=chosen.seed, log=chosen.log
        ) as proxy,
        socket.create_server(("127.0.0.1", 0)) as control,
    ):
        sys.stdout.write(f"ready {proxy.port} {control.getsockname()[1]}\n")
        sys.stdout.flush()
        while _converse(proxy, control):
            pass
    return 0


def _converse(proxy: LineProxy, control: socket.socket) -> bool:
    """One control connection, to its end; False when it asked to stop."""
    connection, _ = control.accept()
    with connection, connection.makefile("rw", encoding="utf-8") as stream:
        for text in stream:
            try:
                order = json.loads(text)
                answer = {"ok": obey(proxy, order)}
            except (ValueError, TypeError) as error:
                order, answer = {}, {"error": str(error)}
            stream.write(json.dumps(answer) + "\n")
            stream.flush()
            if order.get("do") == "stop":
                return False
    return True


if __name__ == "__main__":
    sys.exit(main())
