"""Tab goes as one reads: the order of the layouts, whenever the parts were made.

Chips, fields and sections are made anew while a page stands; Qt would visit what is made later after everything else.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLayout, QScrollArea, QWidget


def move_focus(root: QWidget, *, forward: bool) -> bool:
    """To the next or previous stop below `root`, around its end; False where the cursor is at none of them."""
    order = list(stops(root))
    here: QWidget | None = root.focusWidget()
    while here is not None and here not in order:
        here = here.parentWidget() if here is not root else None  # an editor in a list counts as the list
    if here is None:
        return False
    to = order[(order.index(here) + (1 if forward else -1)) % len(order)]
    to.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def stops(part: QWidget) -> Iterator[QWidget]:
    """Everything that Tab can stand on, in reading order; the inside of a list is the list's own affair."""
    if part.isHidden():
        return
    if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isEnabled() and part.focusProxy() is None:
        yield part
    if isinstance(part, QAbstractItemView):
        return
    other = getattr(part, "stand_in", None)  # what it keeps the place for
    if isinstance(other, QWidget):
        yield from stops(other)
        return
    inside = part.layout()
    if inside is not None:
        yield from _laid(inside)
    elif isinstance(part, QScrollArea):
        held = part.widget()
        if held is not None:
            yield from stops(held)
    else:
        for child in part.children():
            if isinstance(child, QWidget) and not child.isWindow():
                yield from stops(child)


def _laid(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if widget is not None:
            yield from stops(widget)
        elif inner is not None:
            yield from _laid(inner)
