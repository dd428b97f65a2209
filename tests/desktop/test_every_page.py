"""Every page of every role fits its window: words are whole or say so, nothing is covered, no page scrolls aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.opening_window import OpeningWindow
from desktop.rows_columns import cell_width
from desktop.rows_delegate import SIDE
from desktop.rows_view import RowsView
from desktop.shell import Shell
from desktop.step_window import StepPage, StepWindow
from desktop.tab_order import stops
from desktop.widgets.base import Label
from desktop.widgets.buttons import Tabs, Tag
from desktop.widgets.fields import InputFrame
from tests.desktop.every_page import ROLES, arrive, room, settle
from tests.support.windows import shown

pytestmark = pytest.mark.windows
SIZES = ((1366, 768), (1280, 720), (960, 540), (911, 512), (911, 440))
LEAVES = (QLabel, QPushButton, QCheckBox, Tag, Tabs, InputFrame)


def test_the_windows_before_the_desk_fit_the_smallest_screen(qtbot: QtBot) -> None:
    pages = [StepPage("打开协会的邀请", "协会把邀请文件（.huiban）发给了您。里面有协会服务器的地址，不用输入网址。")]
    steps = StepWindow(pages)
    steps.show_page(pages[0], [("打开邀请", "协会发来的 .huiban 文件"), ("收好恢复码", "换电脑、忘口令时用")], 0)
    opening = OpeningWindow()
    for window in (steps, opening):
        qtbot.addWidget(window)
        window.resize(*SIZES[-1])
        shown(window)
        assert (window.width(), window.height()) == SIZES[-1]
    QApplication.processEvents()
    leaves = [one for one in steps.findChildren(QWidget) if isinstance(one, LEAVES) and one.isVisible()]
    assert leaves
    assert [words for one in leaves for words in _cut(steps, one)] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_page_fits(tmp_path: Path, qapp: object, role: str) -> None:
    with room(tmp_path, role) as made:
        found = []
        for name in made.routes:
            arrive(made, name)
            for size in SIZES:
                made.shell.resize(*size)
                settle(made.shell)
                found += [f"{role} {name} {size[0]}: {trouble}" for trouble in troubles(made.shell)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", ROLES)
def test_tab_visits_all_of_every_page_once_and_each_has_a_name(tmp_path: Path, qapp: object, role: str) -> None:
    with room(tmp_path, role) as made:
        made.shell.resize(*SIZES[3])
        found = []
        for name in made.routes:
            arrive(made, name)
            found += [f"{role} {name}: {trouble}" for trouble in unreachable(made.shell)]
    assert not found, "\n".join(found)


def unreachable(shell: Shell) -> list[str]:
    """What a person without a mouse, or who hears the screen, would miss."""
    order = list(stops(shell))
    found = [f"{_named(one)} is visited twice" for one in {*order} if order.count(one) > 1]
    for part in shell.findChildren(QWidget):
        keys = part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.focusProxy() is None
        if keys and part.isVisible() and part.isEnabled() and not _in_list(part) and part not in order:
            found.append(f"{_named(part)} is never visited")
    for part in order:
        if not part.objectName() or not part.objectName().partition(".")[0].isascii():  # a pack's own words may follow
            found.append(f"{_named(part)} has no name of ours")
        if not part.accessibleName():
            found.append(f"{_named(part)} has no name for the ear")
    return found


def _in_list(part: QWidget) -> bool:
    """What stands in a list is walked by the list itself."""
    around = part.parentWidget()
    return around is not None and (isinstance(around, QAbstractItemView) or _in_list(around))


def troubles(shell: Shell) -> list[str]:
    """What a person would see cut or covered."""
    leaves = [one for one in shell.findChildren(QWidget) if isinstance(one, LEAVES) and _seen(shell, one).isValid()]
    found = [f"{_named(one)} {words}" for one in leaves for words in _cut(shell, one)]
    found += _covered(shell, leaves)
    for view in shell.findChildren(RowsView):
        if view.isVisible():
            found += _cut_cells(view)
    bars = [one for one in shell.findChildren(QScrollBar) if one.orientation() is Qt.Orientation.Horizontal]
    found += [f"{_named(one.parentWidget())} scrolls aside" for one in bars if one.isVisible() and one.maximum()]
    return found


def _seen(shell: QWidget, part: QWidget) -> QRect:
    """Where it is on screen, as far as what it stands in lets it be seen; empty when not at all."""
    if not part.isVisible():
        return QRect()
    rect = QRect(part.mapTo(shell, QPoint()), part.size())
    around = part.parentWidget()
    while around is not None and around is not shell:
        rect &= QRect(around.mapTo(shell, QPoint()), around.size())
        around = around.parentWidget()
    return rect & shell.rect()


def _cut(shell: QWidget, part: QWidget) -> Iterator[str]:
    if _seen(shell, part).width() < part.width():
        yield f"is cut at the side ({_seen(shell, part).width()} of {part.width()} px)"
    if isinstance(part, Label):
        wide = part.fontMetrics().horizontalAdvance(part.text())
        if part.wordWrap():
            room = QRect(0, 0, part.width(), 10_000)
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
            if part.fontMetrics().boundingRect(room, flags, part.text()).height() > part.height():
                yield "has lines that are cut"
        elif part.text() and part.height() < part.fontMetrics().height() - 2:
            yield f"is lower than its words ({part.height()} px)"
        elif wide > part.width() and part.toolTip() != part.text():
            yield f"is cut ({part.width()} of {wide} px) and has no tooltip"
    elif isinstance(part, QPushButton | QCheckBox | Tag | Tabs):
        least = part.minimumSizeHint().width() if not isinstance(part, Tabs | Tag) else part.sizeHint().width()
        if part.width() < least:
            yield f"is narrower than its words ({part.width()} of {least} px)"
    elif isinstance(part, InputFrame) and isinstance(part.editor, QLineEdit):
        text = part.editor.text()
        if text.isascii() and QFontMetrics(part.editor.font()).horizontalAdvance(text) > part.editor.width() - 4:
            yield f"cuts {text!r}"


def _covered(shell: Shell, leaves: Sequence[QWidget]) -> Iterator[str]:
    seen = [(one, _seen(shell, one)) for one in leaves]
    for at, (one, here) in enumerate(seen):
        for other, there in seen[at + 1 :]:
            both = here & there
            related = one.isAncestorOf(other) or other.isAncestorOf(one)
            if both.width() > 1 and both.height() > 1 and not related:
                yield f"{_named(one)} lies on {_named(other)}"


def _cut_cells(view: RowsView) -> Iterator[str]:
    header, rows = view.horizontalHeader(), view.rows
    high = view.verticalHeader().defaultSectionSize()
    for at, column in enumerate(rows.columns, start=rows.offset):
        if header.isSectionHidden(at):
            continue
        inner = header.sectionSize(at) - 2 * SIDE
        title = view.fontMetrics().horizontalAdvance(column.title) * 12 / 14
        if not header.isHidden() and title > inner + 1:
            yield f"{_named(view)}: the title {column.title} is cut"
        cells = [column.cell(row) for row in rows.visible[:100]] if column.firm else []
        for cell in cells:
            if cell_width(cell, high) > inner + 1:
                said = cell.text or " ".join(act.words for act in cell.acts)
                yield f"{_named(view)}: {column.title} cuts {said!r} ({inner} of {cell_width(cell, high):.0f} px)"
                break


def _named(part: QWidget | None) -> str:
    if part is None:
        return "a bar"
    said = part.objectName() or part.accessibleName() or str(getattr(part, "text", str)())
    return f"{type(part).__name__} {said[:30]!r}"
