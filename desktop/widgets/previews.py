"""Looking at papers and pictures: a PDF from bytes, a picture with zoom and rotation, small thumbnails.

PdfPreview().show_bytes(pdf)          fits the width; Ctrl+plus, Ctrl+minus
ImageView().show_bytes(jpeg)          wheel and + - zoom, R rotates, 0 fits, drag moves; other keys go on to the page
thumbnail(data, width, height)        a QPixmap of a picture or of a PDF's first page, or a null one
"""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.base import Label, ScrollBar, row
from desktop.widgets.buttons import Button


def open_pdf(data: bytes, parent: QWidget | None = None) -> QPdfDocument:
    """A document over bytes that stay in memory as long as it does."""
    document = QPdfDocument(parent) if parent is not None else QPdfDocument()
    buffer = QBuffer(document)
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document.load(buffer)
    return document


def thumbnail(data: bytes, width: int, height: int, ratio: float = 1.0) -> QPixmap:
    """A small picture of a picture or of a PDF's first page; null when it is neither."""
    box = QSize(round(width * ratio), round(height * ratio))
    if data.startswith(b"%PDF"):
        document = open_pdf(data)
        if document.pageCount() == 0:
            return QPixmap()
        image = document.render(
            0, document.pagePointSize(0).scaled(QSizeF(box), Qt.AspectRatioMode.KeepAspectRatio).toSize()
        )
    else:
        image = QImage.fromData(data)
        if image.isNull():
            return QPixmap()
        image = image.scaled(box, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class PdfPreview(QPdfView):
    """Pages of a paper, as they will be printed."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "预览") -> None:
        super().__init__(parent)  # type: ignore[arg-type]  # the stubs forget that a parent may be None
        self._document: QPdfDocument | None = None
        self.setFrameShape(QPdfView.Shape.NoFrame)
        self.setPageMode(QPdfView.PageMode.MultiPage)
        self.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.setVerticalScrollBar(ScrollBar(Qt.Orientation.Vertical))
        self.setHorizontalScrollBar(ScrollBar(Qt.Orientation.Horizontal))
        self.setAccessibleName(name)
        theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        palette = self.palette()
        palette.setColor(palette.ColorRole.Dark, theme().colour("desk"))
        self.setPalette(palette)

    def show_bytes(self, data: bytes) -> int:
        """Show this PDF; the number of its pages, 0 when it cannot be read."""
        before, self._document = self._document, open_pdf(data)  # not its child: it must outlive the view
        self.setDocument(self._document)
        if before is not None:
            before.deleteLater()
        return self._document.pageCount()

    def zoom(self, factor: float) -> None:
        """From what is seen: a page that fits the width has no factor of its own."""
        present = self._fitted() if self.zoomMode() == QPdfView.ZoomMode.FitToWidth else self.zoomFactor()
        self.setZoomMode(QPdfView.ZoomMode.Custom)
        self.setZoomFactor(min(5.0, max(0.2, present * factor)))

    def _fitted(self) -> float:
        """The factor at which the widest page fits, as the view itself reckons."""
        document, margins = self._document, self.documentMargins()
        pages = range(document.pageCount()) if document is not None else range(0)
        points = max((document.pagePointSize(page).width() for page in pages if document is not None), default=0.0)
        room = self.viewport().width() - margins.left() - margins.right()
        return room / (points * self.logicalDpiX() / 72) if points else 1.0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.25)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(0.8)
        elif event.key() == Qt.Key.Key_0:
            self.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        else:
            super().keyPressEvent(event)


class ImageView(QWidget):
    """A picture on a desk: fitted first, then zoomed about the cursor, rotated by quarters, moved by dragging."""

    zoomed = Signal(int)  # per cent

    def __init__(self, parent: QWidget | None = None, *, name: str = "附件") -> None:
        super().__init__(parent)
        self._source, self._image = QImage(), QImage()
        self._scale, self._fit, self._turn = 1.0, True, 0
        self._centre, self._grab = QPointF(), QPoint()
        self._small: tuple[float, QImage] = (
            0.0,
            QImage(),
        )  # shrunk once a zoom: drawing so would lose lines
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(name)
        theme().changed.connect(self.update)

    def show_bytes(self, data: bytes) -> bool:
        """Show this picture, or a PDF's first page; False when it is neither."""
        if data.startswith(b"%PDF"):
            document = open_pdf(data)
            self._source = (
                document.render(0, (document.pagePointSize(0) * 2).toSize()) if document.pageCount() else QImage()
            )
        else:
            self._source = QImage.fromData(data)
        self._turn = 0
        self._turned()
        return not self._source.isNull()

    def show_image(self, image: QImage) -> None:
        self._source, self._turn = image, 0
        self._turned()

    def rotate(self) -> None:
        self._turn = (self._turn + 90) % 360
        self._turned()

    def _turned(self) -> None:
        self._small = (0.0, QImage())
        self._image = self._source.transformed(QTransform().rotate(self._turn)) if self._turn else self._source
        self.fit()

    def fit(self) -> None:
        self._fit = True
        if not self._image.isNull():
            room = QSizeF(max(1, self.width() - 32), max(1, self.height() - 32))
            self._scale = min(room.width() / self._image.width(), room.height() / self._image.height(), 4.0)
            self._centre = QPointF(self.width() / 2, self.height() / 2)
        self.zoomed.emit(self.percent)
        self.update()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        scale = min(8.0, max(0.05, self._scale * factor))
        point = about if about is not None else QPointF(self.width() / 2, self.height() / 2)
        self._centre = point + (self._centre - point) * (scale / self._scale)
        self._scale, self._fit = scale, False
        self.zoomed.emit(self.percent)
        self.update()

    @property
    def percent(self) -> int:
        return round(self._scale * 100)

    @property
    def turn(self) -> int:
        return self._turn

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fit:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.15 if event.angleDelta().y() > 0 else 1 / 1.15, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grab = event.position().toPoint()
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        self._centre += QPointF(at - self._grab)
        self._grab, self._fit = at, False
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom(0.8)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_BracketRight:
            self.rotate()
        else:
            super().keyPressEvent(event)

    def _shrunk(self) -> QImage:
        scale = min(1.0, self._scale * self.devicePixelRatioF())
        if self._small[0] != scale:
            size = (QSizeF(self._image.size()) * scale).toSize().expandedTo(QSize(1, 1))
            smooth = Qt.TransformationMode.SmoothTransformation
            self._small = (scale, self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
        return self._small[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("desk"))
        if self._image.isNull():
            painter.setPen(theme().colour("text2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "这里显示选中的附件")
            return
        size = QSizeF(self._image.size()) * self._scale
        rect = QRectF(self._centre - QPointF(size.width() / 2, size.height() / 2), size)
        painter.fillRect(rect.adjusted(-1, -1, 1, 1), theme().colour("edge"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, self._image if self._scale >= 1 else self._shrunk())


class ImageDesk(QWidget):
    """An ImageView under its bar: title, zoom, fit, rotate."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ImageView()
        self._title, self._about = Label(title, "row_title", elide="right"), Label("", "secondary", "text2")
        self._percent = Label("", "secondary", "text2")
        out = Button("", "icon", icon="zoom-out", name="缩小")
        closer = Button("", "icon", icon="zoom-in", name="放大")
        fit = Button("", "icon", icon="fit", name="适合窗口")
        turn = Button("", "icon", icon="rotate", name="旋转 90 度")
        out.clicked.connect(self._out)
        closer.clicked.connect(self._in)
        fit.clicked.connect(self.view.fit)
        turn.clicked.connect(self.view.rotate)
        self.view.zoomed.connect(self._said)
        self.bar = row(
            self._title, self._about, None, out, self._percent, closer, fit, turn, spacing=4, margins=(16, 0, 16, 0)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self.bar)
        layout.addWidget(self.view, 1)

    def show_bytes(self, data: bytes, title: str, about: str = "") -> bool:
        self._title.setText(title)
        self._about.setText(about)
        self.view.setAccessibleName(title)
        return self.view.show_bytes(data)

    def _in(self) -> None:
        self.view.zoom(1.25)

    def _out(self) -> None:
        self.view.zoom(0.8)

    def _said(self, percent: int) -> None:
        self._percent.setText(f"{percent} %")
