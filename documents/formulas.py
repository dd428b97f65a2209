"""Formulas of an .xlsx whose result was never stored: programs write such files, and every reader finds the cell empty.

Read from the sheet's own XML, which is looked through only when a formula stands in it.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

Places = frozenset[tuple[int, int]]  # (row, column) from 0
NONE: Places = frozenset()
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
BOOK = "xl/workbook.xml"
CHUNK = 1 << 20
NO_SHEET = (KeyError, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)


class Formulas:
    """The formulas of one workbook, asked sheet by sheet."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file)

    def uncomputed(self, sheet: str) -> Places:
        """Where they stand; none where the file does not say, as in formats other than .xlsx."""
        try:
            part = self._part(sheet)
            return self._look(part) if part and self._has_formula(part) else NONE
        except (*NO_SHEET, expat.ExpatError):
            return NONE

    def _part(self, sheet: str) -> str:
        """The name within the file of the sheet that people call so."""
        ids: dict[str, str] = {}
        targets: dict[str, str] = {}

        def book(tag: str, of: dict[str, str]) -> None:
            if tag == "sheet":
                ids[of["name"]] = next(value for key, value in of.items() if key.endswith(":id"))

        def relations(tag: str, of: dict[str, str]) -> None:
            if tag == "Relationship":
                targets[of["Id"]] = of["Target"]

        self._read(BOOK, book)
        self._read("xl/_rels/workbook.xml.rels", relations)
        return posixpath.normpath(posixpath.join("/xl", targets[ids[sheet]])).lstrip("/")

    def _has_formula(self, part: str) -> bool:
        with self._zip.open(part) as stream:
            end = b""
            while chunk := stream.read(CHUNK):
                if FORMULA.search(end + chunk):
                    return True
                end = chunk[-40:]
        return False

    def _look(self, part: str) -> Places:
        cells = _Cells()
        self._read(part, cells.start, cells.end, cells.text)
        return frozenset(cells.found)

    def _read(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = lambda tag, of: start(tag.rpartition(":")[2], of)
        if end is not None:
            parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        parser.CharacterDataHandler = text
        with self._zip.open(part) as stream:
            parser.ParseFile(stream)


class _Cells:
    """Listens to a sheet and keeps the places of formulas without a result."""

    def __init__(self) -> None:
        self.found: set[tuple[int, int]] = set()
        self._row = self._column = -1
        self._formula = self._stored = self._is_text = self._inside = False

    def start(self, tag: str, of: dict[str, str]) -> None:
        if tag == "c":
            self._column = _column(of["r"]) if "r" in of else self._column + 1
            self._formula = self._stored = False
            self._is_text = of.get("t") == "str"
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._inside = True
            self._stored = self._is_text  # an empty text is a result too
        elif tag == "row":
            self._row = int(of["r"]) - 1 if "r" in of else self._row + 1
            self._column = -1

    def end(self, tag: str) -> None:
        if tag == "v":
            self._inside = False
        elif tag == "c" and self._formula and not self._stored:
            self.found.add((self._row, self._column))

    def text(self, text: str) -> None:
        if self._inside and text.strip():
            self._stored = True


def _column(address: str) -> int:
    """2, of C7."""
    column = 0
    for letter in address.rstrip("0123456789").upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _no_doctype(*_: object) -> None:
    raise ValueError("no sheet has a document type")
