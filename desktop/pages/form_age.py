"""How old the facts are that a form is judged by."""

from __future__ import annotations

from datetime import datetime

from desktop.context import SHANGHAI, Context


def age_words(as_of: str | None, context: Context) -> str:
    """依据 10 月 13 日的人员资料"""
    if not as_of:
        return "还没有从协会取到资料"
    day = datetime.fromisoformat(as_of).astimezone(SHANGHAI)
    if day.date() == context.today():
        return f"依据今天 {day:%H:%M} 的资料"
    return f"依据 {day.month} 月 {day.day} 日的资料"
