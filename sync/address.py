"""A server's address: whether it may be used, and a conversation there.

What speaks HTTP takes a fifth of all that a start imports, and nothing on the screen needs it: it comes with the first
conversation, on the thread that has it.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync.failures import Failure, FailureKind, SyncFailure

if TYPE_CHECKING:
    from sync.http import Http


def is_this_machine(address: str) -> bool:
    """Whether it names this machine by its own words. Raises SyncFailure for one that may not be used."""
    parts = urlsplit(address)
    local = _is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise SyncFailure(Failure(FailureKind.CERTIFICATE, "plain HTTP only on loopback"))
    return local


def talk(address: str, token: str = "") -> Http:
    """A conversation with this server; raises SyncFailure for an address that may not be used."""
    from sync.http import Http

    return Http(address, token)


def _is_loopback(host: str) -> bool:
    """Names are not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
