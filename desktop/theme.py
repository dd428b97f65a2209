"""Colours, type and icons of every screen, from one token table; light or dark as the system says.

`install(app)` once at start-up; then `theme()` anywhere on the screen's thread:

    theme().colour("accent")        a QColor of the present mode
    theme().font("body")            a QFont of a type role: page_title panel_title section row_title body button
                                    panel_body state secondary table_head amount
    theme().draw_icon(painter, "send", QRectF(…), "accent")
    theme().icon("send", "text2")   a QIcon, for menus
    theme().changed                 emitted after the mode changed; painted widgets call update()

Widgets hold no literal colour and no literal font. Text roles of state (ok warn bad wait) are also icon names.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QByteArray, QLibraryInfo, QLocale, QObject, QRectF, QSizeF, Qt, QTranslator, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory, QToolTip

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
Mode = Literal["system", "light", "dark"]
_TRANSLATIONS = QLibraryInfo.LibraryPath.TranslationsPath
RATIOS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)  # device pixels for one of ours, as systems offer them
MARKS = (16, 24, 32, 48, 64)  # px: of title bars and task bars, at the usual scales
STATES = ("ok", "warn", "bad", "wait")
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="{path}" fill="none" stroke="{colour}" '
    'stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


class Tokens:
    """The token table as data: every colour in both modes, type roles, sizes."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._table = table
        self.family: str = table["type"]["family"]
        self.colours: dict[str, dict[str, str]] = table["color"]
        self.type: dict[str, tuple[int, int]] = {role: (px, w) for role, (px, w) in table["type"]["px"].items()}
        self.height: dict[str, Any] = table["height"]
        self.width: dict[str, Any] = table["width"]

    @classmethod
    def read(cls) -> "Tokens":
        return cls(json.loads((RESOURCES / "theme" / "tokens.json").read_text("utf-8")))


class Theme(QObject):
    """The present look: tokens of one mode, with fonts and icons made from them."""

    changed = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self.tokens = tokens
        self.mode: Mode = "system"
        self._icons: dict[str, str] = json.loads((RESOURCES / "icons" / "icons.json").read_text("utf-8"))
        self._renderers: dict[tuple[str, str, float], QSvgRenderer] = {}
        self._fonts: dict[tuple[str, int | None], QFont] = {}
        self._colours: dict[str, QColor] = {}
        self.dark = False
        self._loaded = False
        self._words = QTranslator(self)
        self._fill()

    def load_fonts(self) -> None:
        """Our own faces, once: the same letters on every machine, rare names included."""
        if not self._loaded:
            for weight in ("400Regular", "500Medium", "600SemiBold"):
                QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / f"NotoSansSC_{weight}.ttf"))
            self._loaded = True

    def _fill(self) -> None:
        mode = "dark" if self.dark else "light"
        self._colours = {name: QColor(both[mode]) for name, both in self.tokens.colours.items()}

    def speak_chinese(self, app: QApplication) -> None:
        """Qt's own words (保存, 取消, the text menus) in Chinese, once."""
        if self._words.isEmpty() and self._words.load("qtbase_zh_CN", QLibraryInfo.path(_TRANSLATIONS)):
            app.installTranslator(self._words)

    def set_mode(self, mode: Mode) -> None:
        """ "system" follows the desktop; "light" and "dark" hold still (settings, pictures, tests)."""
        self.mode = mode
        self._apply()

    def follow_system(self) -> None:
        """The desktop's own colour scheme changed: take it, unless the mode was chosen by hand."""
        if self.mode == "system":
            self._apply()

    def _apply(self) -> None:
        hints = QGuiApplication.styleHints()
        self.dark = self.mode == "dark" or (self.mode == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
        self._fill()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(self.palette())
            QToolTip.setPalette(self.palette())
            QToolTip.setFont(self.font("secondary"))
        self.changed.emit()

    def colour(self, name: str) -> QColor:
        return self._colours[name]

    def soft(self, role: str) -> QColor:
        """The ground a band or tag of this state stands on."""
        return self._colours[f"{role}_soft"] if f"{role}_soft" in self._colours else self._colours["ground"]

    def font(self, role: str, weight: int | None = None) -> QFont:
        made = self._fonts.get((role, weight))
        if made is None:
            px, own = self.tokens.type[role]
            made = QFont(self.tokens.family)
            made.setPixelSize(px)
            made.setWeight(QFont.Weight(weight or own))
            made.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
            self._fonts[(role, weight)] = made
        return QFont(made)

    def has_icon(self, name: str) -> bool:
        return name in self._icons

    def draw_icon(self, painter: QPainter, name: str, rect: QRectF, role: str) -> None:
        """Paint an icon in a token's colour; crisp at every scale, no pixmap between."""
        if not name:
            return
        width = 1.9 if rect.width() <= 16 else 1.7
        key = (name, self.colour(role).name(), width)
        renderer = self._renderers.get(key)
        if renderer is None:
            svg = _SVG.format(path=self._icons[name], colour=key[1], width=width)
            renderer = self._renderers[key] = QSvgRenderer(QByteArray(svg.encode()))
        renderer.render(painter, rect)

    def icon(self, name: str, role: str = "text2", size: int = 16) -> QIcon:
        """The same icon for places where Qt paints (menus, window), drawn for each scale: shrunk ones are blurred."""
        icon = QIcon()
        for ratio in RATIOS:
            pixmap = QPixmap(QSizeF(size * ratio, size * ratio).toSize())
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            self.draw_icon(painter, name, QRectF(0, 0, size, size), role)
            painter.end()
            icon.addPixmap(pixmap)
        return icon

    def draw_mark(self, painter: QPainter, rect: QRectF) -> None:
        """Our sign, as it stands in the top bar."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colour("accent"))
        corner, inside = rect.width() * 6 / 26, rect.width() / 26
        painter.drawRoundedRect(rect, corner, corner)
        self.draw_icon(painter, "logo", rect.adjusted(inside, inside, -inside, -inside), "on_accent")

    def mark(self) -> QIcon:
        """Our sign for title bars, task bars and the place beside the clock."""
        icon = QIcon()
        for size in MARKS:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            self.draw_mark(painter, QRectF(0, 0, size, size))
            painter.end()
            icon.addPixmap(pixmap)
        return icon

    def palette(self) -> QPalette:
        """For what Qt paints itself: menus, text cursors, selections, the calendar."""
        role, palette = QPalette.ColorRole, QPalette()
        for name, parts in (
            ("surface", (role.Window, role.Base, role.Button, role.ToolTipBase, role.Light)),
            ("text", (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.ToolTipText)),
            ("accent", (role.Link, role.LinkVisited, role.Accent)),
            ("edge", (role.Mid, role.Dark)),
            ("ground", (role.AlternateBase,)),
            ("text2", (role.PlaceholderText,)),
            ("accent_soft", (role.Highlight,)),
            ("line", (role.Midlight,)),
            ("field", (role.Shadow,)),
            ("bad", (role.BrightText,)),
        ):
            for part in parts:
                palette.setColor(part, self.colour(name))
        for part in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, part, self.colour("text2"))
        return palette


@cache
def theme() -> Theme:
    """The one theme of this process."""
    return Theme(Tokens.read())


def install(app: QApplication, mode: Mode = "system") -> Theme:
    """Load the fonts, set the plain style, follow the system's light or dark."""
    look = theme()
    look.load_fonts()
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    look.speak_chinese(app)
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(look.font("body"))
    app.styleHints().colorSchemeChanged.connect(look.follow_system)
    look.set_mode(mode)
    app.setWindowIcon(look.mark())
    return look
