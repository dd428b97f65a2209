"""Instants and business days. The one place of the server that reads the clock; everything else is handed it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """Now."""
    return datetime.now(UTC)


def shanghai_day(moment: datetime) -> date:
    """The business day of an instant."""
    return moment.astimezone(SHANGHAI).date()
