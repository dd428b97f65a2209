"""Asking the finance system for fiscal receipts and invoices: requests lie in a folder until it has fetched them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from server.ports.spool import Spool
from server.settings import Settings


class FiscalDocuments(Protocol):
    """Where requests for receipts and invoices go."""

    def send(self, id: str, body: Mapping[str, Any]) -> None:
        """Pass a request on; the same id again is the same request. Raises PortFailed."""


def fiscal_documents(settings: Settings) -> FiscalDocuments:
    """A spool folder of its own, beside that of the notifications."""
    return Spool(settings.data / "fiscal")
