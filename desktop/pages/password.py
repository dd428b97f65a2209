"""修改密码"""

from __future__ import annotations

from desktop.context import Context
from desktop.page import Page
from desktop.pages.login import PasswordPage


def make(context: Context, key: str) -> Page:
    return PasswordPage(context)
