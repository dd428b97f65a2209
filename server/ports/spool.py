"""The default of every port that sends: a folder of JSON files, which somebody or something empties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.ports import PortFailed
from server.settings import write_private
from sync.protocol import json_bytes


@dataclass(frozen=True, slots=True)
class Spool:
    """One file a message, named by its id: sent twice, it is there once. Readable to the service alone."""

    folder: Path

    def send(self, id: str, body: Mapping[str, Any]) -> None:
        """Put the message there, durably."""
        try:
            write_private(self.folder / f"{id}.json", json_bytes({"id": id, **body}))
        except OSError as error:
            raise PortFailed(f"spool: {error.strerror}") from error
