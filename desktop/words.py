"""How pages say times, sizes and amounts: short where they are compared, whole where there is room."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from desktop.context import SHANGHAI

WEEKDAYS = "一二三四五六日"


def standing(active: bool, pending: bool) -> tuple[str, str]:
    """(words, role): how it stands with an account or an agency."""
    if pending:
        return "待发送", "wait"
    return ("在用", "ok") if active else ("停用", "text2")


def moment(instant: str | None, now: datetime) -> str:
    """今天 10:18, 昨天 16:58, 10-14 09:12, 2024-10-14."""
    if not instant:
        return ""
    then, here = datetime.fromisoformat(instant).astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    days = (here.date() - then.date()).days
    if days == 0:
        return f"今天 {then:%H:%M}"
    if days == 1:
        return f"昨天 {then:%H:%M}"
    return f"{then:%m-%d %H:%M}" if then.year == here.year else f"{then:%Y-%m-%d}"


def stamp(instant: str | None) -> str:
    """10-14 09:12, as a timeline has it."""
    return f"{datetime.fromisoformat(instant).astimezone(SHANGHAI):%m-%d %H:%M}" if instant else ""


def since(instant: str | None, now: datetime) -> str:
    """How long somebody has had it: 3 小时, 2 天."""
    if not instant:
        return ""
    seconds = max(0.0, (now - datetime.fromisoformat(instant)).total_seconds())
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} 分钟"
    if seconds < 86400:
        return f"{round(seconds / 3600)} 小时"
    return f"{int(seconds // 86400)} 天"


def took(seconds: float | None) -> str:
    """From the press of the button to the association's word."""
    if seconds is None or seconds < 0:
        return ""
    if seconds < 60:
        return f"{max(1, round(seconds))} 秒"
    if seconds < 3600:
        return f"{round(seconds / 60)} 分钟"
    return f"{round(seconds / 3600)} 小时" if seconds < 86400 else f"{round(seconds / 86400)} 天"


def size(count: int) -> str:
    """4.0 MB, 812 KB."""
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1000))} KB"


def yuan(amount: str | None) -> str:
    """1,440.00 元; an amount that is not set is never zero."""
    try:
        return f"{Decimal(amount):,.2f} 元" if amount is not None else "金额未设置"
    except InvalidOperation:
        return "金额未设置"


def day_title(day: date) -> str:
    """10 月 16 日　星期四"""
    return f"{day.month} 月 {day.day} 日　星期{WEEKDAYS[day.weekday()]}"


def names(listed: tuple[str, ...], most: int = 3) -> str:
    """吴海燕、郑志强、林晓彤 等 7 人"""
    some = "、".join(listed[:most])
    return some if len(listed) <= most else f"{some} 等 {len(listed)} 人"


def between(start: str | None, end: str | None) -> float | None:
    """Seconds from one instant to another."""
    if not start or not end:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
