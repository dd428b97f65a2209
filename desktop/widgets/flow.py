"""Parts beside each other that take another line where there is no room for all.

FlowRow(chips, None, search, spacing=8)     what stands after None is flush right on the line it falls on

A part of policy Maximum gives way before a line is broken, down to its least.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class FlowRow(QWidget):
    """As wide as it is let be, as high as its lines at that width."""

    def __init__(
        self,
        *parts: QWidget | None,
        spacing: int = 8,
        leading: int | None = None,
        margins: tuple[int, int, int, int] = (0, 0, 0, 0),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._spacing, self._margins = spacing, margins
        self._leading = spacing if leading is None else leading  # between two lines
        self._left: list[QWidget] = []
        self._right: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        at = parts.index(None) if None in parts else len(parts)
        self.set_parts([one for one in parts[:at] if one is not None], [one for one in parts[at:] if one is not None])

    def set_parts(self, left: Sequence[QWidget], right: Sequence[QWidget] = ()) -> None:
        """These, in this order; what was here before is the caller's to delete."""
        self._left, self._right = list(left), list(right)
        for part in (*self._left, *self._right):
            kept_away = part.isHidden() and part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
            if part.parent() is not self:
                part.setParent(self)
            if not kept_away:
                part.show()
        self._arrange()

    def _shown(self, parts: Sequence[QWidget]) -> list[QWidget]:
        return [part for part in parts if part.isVisibleTo(self)]

    def _lines(self, room: int) -> list[list[QWidget]]:
        """What stands on each line."""
        lines: list[list[QWidget]] = []
        for group in (self._shown(self._left), self._shown(self._right)):
            whole = self._width(group)
            fits = bool(lines) and self._width([*lines[-1], *group]) <= room
            if group is not self._left and lines and group and not fits and whole <= room:
                lines.append([])  # what belongs to the right goes down together
            for part in group:
                if not lines or (lines[-1] and self._width([*lines[-1], part]) > room):
                    lines.append([])
                lines[-1].append(part)
        return lines

    def _width(self, parts: Sequence[QWidget]) -> int:
        """The least they take beside each other."""
        return sum(_least(part) for part in parts) + self._spacing * max(0, len(parts) - 1)

    def _arrange(self) -> None:
        left, top, right, bottom = self._margins
        room, y = max(1, self.width() - left - right), top
        at_right = set(self._shown(self._right))
        for line in self._lines(room):
            high = max(part.sizeHint().height() for part in line)
            x, spare = left, room - self._width(line)
            widths = []
            for part in line:
                more = max(0, min(_wide(part) - _least(part), spare))
                spare -= more
                widths.append(min(_least(part) + more, room))
            for at, (part, wide) in enumerate(zip(line, widths, strict=True)):
                if part in at_right and (at == 0 or line[at - 1] not in at_right):
                    x += max(0, spare)
                hint = part.sizeHint().height()
                part.setGeometry(QRect(x, y + (high - hint) // 2, wide, hint))
                x += wide + self._spacing
            y += high + self._leading
        high = max(0, y - (self._leading if y > top else 0) + bottom)
        if self.minimumHeight() != high or self.maximumHeight() != high:
            self.setFixedHeight(high)

    def sizeHint(self) -> QSize:
        sides = self._margins[0] + self._margins[2]
        return QSize(self._natural() + sides, self.minimumHeight())

    def _natural(self) -> int:
        parts = [*self._shown(self._left), *self._shown(self._right)]
        return sum(_wide(part) for part in parts) + self._spacing * max(0, len(parts) - 1)

    def minimumSizeHint(self) -> QSize:
        shown = [*self._shown(self._left), *self._shown(self._right)]
        least = max((part.minimumSizeHint().width() for part in shown), default=0)
        return QSize(least + self._margins[0] + self._margins[2], self.minimumHeight())

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._arrange()
            self.updateGeometry()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def _least(part: QWidget) -> int:
    gives = part.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Maximum and not isinstance(part, FlowRow)
    return max(part.minimumWidth(), part.minimumSizeHint().width()) if gives else _wide(part)


def _wide(part: QWidget) -> int:
    return max(part.minimumWidth(), min(part.sizeHint().width(), part.maximumWidth()))
