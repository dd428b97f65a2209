"""Where a person wants a file saved. The name proposed is one that every system takes, whatever is in it.

path = ask_where(parent, "另存为", f"{title}.pdf", "PDF (*.pdf)")      None: the person changed their mind
file_name("A/B: 名单.pdf")                                             "A／B： 名单.pdf"
"""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

LONGEST = 70  # characters before the ending: three bytes each fit a file system's 255
REFUSED = str.maketrans('<>:"/\\|?*', "＜＞：＂／＼｜？＊")  # by Windows: written as wide as the Chinese around them
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # also what turns an ending round
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # of Windows, with any ending
ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}")


def file_name(wanted: str) -> str:
    """A name that no file system refuses, as near to the one wanted as can be."""
    plain = " ".join(UNSEEN.sub(" ", wanted).translate(REFUSED).split())
    stem, dot, last = plain.rpartition(".")
    ending = dot + last if stem and ENDING.fullmatch(dot + last) else ""
    stem = plain.removesuffix(ending)[:LONGEST].strip(" .") or "文件"
    return f"{stem}_{ending}" if DEVICES.fullmatch(stem + ending) else stem + ending


def ask_where(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """The file somebody chose, ending as the proposed name if they gave no ending; None: they changed their mind."""
    proposed = file_name(name)
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    start = str(Path(documents) / proposed) if documents and Path(documents).is_dir() else proposed
    chosen, _kind = QFileDialog.getSaveFileName(parent, title, start, kinds)
    if not chosen:
        return None
    path = Path(chosen)
    whole = path.with_name(path.name + Path(proposed).suffix)
    return whole if not path.suffix and not whole.exists() else path
