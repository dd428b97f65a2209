"""One program a store: a second start raises the window of the first and ends."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop.windows import let_others_come_forward

WAIT = 500  # ms: the other process is on this machine
RAISE = b"raise\n"


def place_of(folder: Path) -> str:
    """The name of the meeting place of all programs on one store."""
    return f"huiban-{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"


class Alone(QObject):
    """`asked`: another start wants this window in front."""

    asked = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place_of(folder)
        self._server: QLocalServer | None = None

    def is_second(self) -> bool:
        """Whether another program has this store; it has then been asked to come to the front."""
        line = QLocalSocket()
        line.connectToServer(self._place)
        if not line.waitForConnected(WAIT):
            return False
        let_others_come_forward()
        line.write(RAISE)
        line.waitForBytesWritten(WAIT)
        line.disconnectFromServer()
        return True

    def listen(self) -> None:
        """Be the one that is raised; a socket left by one that died is taken over."""
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._met)
        if not self._server.listen(self._place):
            QLocalServer.removeServer(self._place)
            self._server.listen(self._place)

    def close(self) -> None:
        """Nobody is raised any more."""
        if self._server is not None:
            self._server.close()

    def _met(self) -> None:
        assert self._server is not None
        while (line := self._server.nextPendingConnection()) is not None:
            line.disconnected.connect(line.deleteLater)
            self.asked.emit()
