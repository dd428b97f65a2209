"""The band over a returned form: who sent it back, when and why, whom to call, and how much of it is mended."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.pages.amend_model import Place, Returned
from desktop.widgets.base import Label, column, row, show_if
from desktop.widgets.notes import Band, ProgressBar


def count_words(places: tuple[Place, ...], changed: int) -> str:
    """5 处需修改·已改 3; where no place was named, how much was changed at all."""
    if places:
        return f"{len(places)} 处需修改·已改 {sum(place.done for place in places)}"
    return "没有指明是哪一处，整份都可以改" + (f"·已改 {changed} 处" if changed else "")


def make_band(told: Returned, places: tuple[Place, ...], changed: int) -> Band:
    """As it stands now; made anew when one of these is another."""
    beside = QWidget()
    words = Label(count_words(places, changed), "row_title", weight=600, align=Qt.AlignmentFlag.AlignRight)
    words.setObjectName("amend.count")
    meter = ProgressBar(width=140, role="ok")
    meter.set_part(sum(place.done for place in places) / len(places) if places else 0.0)
    show_if(meter, bool(places))
    beside.setLayout(column(None, words, 4, row(None, meter), None))
    meta = "  ".join(part for part in (told.who, told.when, told.phone) if part)
    band = Band("warn", told.head, told.reason, meta=meta, full=True, icon="return", beside=beside)
    band.setObjectName("amend.band")
    return band
