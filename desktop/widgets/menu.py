"""Menus as everything else looks: entries as high as a finger is wide, our own colours and marks.

menu = dressed(QMenu(parent))      Button.set_menu does it by itself
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QProxyStyle,
    QStyle,
    QStyleFactory,
    QStyleOption,
    QStyleOptionMenuItem,
    QWidget,
)

from desktop.theme import theme

SIDE, MARK, GAP = 16, 16, 8  # px beside the words, of a tick or an arrow, between both
RULE = 9  # px that a line between entries takes
MARGIN = 4  # px around the entries


class MenuStyle(QProxyStyle):
    """Draws the entries of a menu."""

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric in (QStyle.PixelMetric.PM_MenuVMargin, QStyle.PixelMetric.PM_MenuHMargin):
            return MARGIN
        return super().pixelMetric(metric, option, widget)

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        if kind != QStyle.ContentsType.CT_MenuItem or not isinstance(option, QStyleOptionMenuItem):
            return super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]  # may be None
        if option.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator:
            return QSize(1, RULE)
        words, _tab, keys = option.text.partition("\t")
        wide = option.fontMetrics.boundingRect(QRect(), int(Qt.TextFlag.TextShowMnemonic), words).width()
        more = option.fontMetrics.horizontalAdvance(keys) + 2 * GAP if keys else 0
        marks = (MARK + GAP) * (option.menuHasCheckableItems + (option.menuItemType == _SUB))
        return QSize(2 * SIDE + wide + more + marks, max(theme().tokens.height["control"], option.fontMetrics.height()))

    def drawPrimitive(
        self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if element == QStyle.PrimitiveElement.PE_PanelMenu:
            painter.fillRect(option.rect, theme().colour("surface"))
            painter.setPen(theme().colour("edge"))
            painter.drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if element != QStyle.ControlElement.CE_MenuItem or not isinstance(option, QStyleOptionMenuItem):
            super().drawControl(element, option, painter, widget)
            return
        look, rect = theme(), option.rect
        live = bool(option.state & QStyle.StateFlag.State_Enabled)
        on = live and bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, look.colour("accent_soft" if on else "surface"))
        if option.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator:
            painter.fillRect(rect.x() + GAP, rect.center().y(), rect.width() - 2 * GAP, 1, look.colour("line"))
            return
        left = rect.x() + SIDE
        if option.menuHasCheckableItems:
            if option.checked:
                look.draw_icon(painter, "check", QRectF(left, rect.center().y() - MARK / 2 + 0.5, MARK, MARK), "accent")
            left += MARK + GAP
        painter.setFont(option.font)
        painter.setPen(look.colour("text" if live else "text2"))
        words, _tab, keys = option.text.partition("\t")
        room = QRect(left, rect.y(), rect.right() - SIDE - left + 1, rect.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, int(flags) | int(Qt.TextFlag.TextHideMnemonic), words)
        if keys:
            painter.setPen(look.colour("text2"))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), keys)
        if option.menuItemType == _SUB:
            at = QRectF(rect.right() - SIDE - 11, rect.center().y() - 5.5, 12, 12)
            look.draw_icon(painter, "chevron-right", at, "text2")


_SUB = QStyleOptionMenuItem.MenuItemType.SubMenu


def dressed(menu: QMenu) -> QMenu:
    """The menu, drawn so."""
    menu.setStyle(_style())
    menu.setFont(theme().font("body"))
    return menu


@cache
def _style() -> MenuStyle:
    """One for all menus; Qt destroys it with the application."""
    made = MenuStyle(QStyleFactory.create("Fusion"))
    made.setParent(QApplication.instance())
    return made
