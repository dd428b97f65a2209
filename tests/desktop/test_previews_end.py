"""A preview that goes away takes nothing down with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from desktop.widgets.previews import PdfPreview
from documents.recovery import recovery_sheet

pytestmark = pytest.mark.windows


def test_a_preview_is_destroyed_with_its_paper_open(qtbot: QtBot) -> None:
    paper = recovery_sheet("AAAA-BBBB", about=[("账号", "王芳")], made=datetime(2026, 3, 16, tzinfo=UTC)).pdf()
    for _ in range(3):
        view = PdfPreview()
        view.resize(600, 400)
        with qtbot.waitExposed(view):
            view.show()
        assert view.show_bytes(paper) == 1
        view.grab()
        shiboken6.delete(view)
        assert not shiboken6.isValid(view)
