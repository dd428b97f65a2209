"""The outside of a server: each port is a small Protocol with at least one real way to fulfil it."""

from __future__ import annotations


class PortFailed(Exception):
    """The outside did not take it: tried again later. The message is for the log and holds no personal data."""
