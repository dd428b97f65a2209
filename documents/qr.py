"""QR codes: from text to rows of dark runs, ready to be drawn on paper or on a screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

LIMIT = 1_200  # bytes: what a phone still reads from a code of 5 cm on paper


class TooMuchForCode(ValueError):
    """The text is longer than a code that people can scan from paper."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The dark places of a code, without the quiet zone around it."""

    rows: tuple[tuple[bool, ...], ...]

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """(row from the top, first column, length) of each dark run: a fifth as many as there are dark squares."""
        for at, row in enumerate(self.rows):
            begin = None
            for column, dark in enumerate((*row, False)):
                if dark and begin is None:
                    begin = column
                elif not dark and begin is not None:
                    yield at, begin, column - begin
                    begin = None


def matrix(content: str) -> Matrix:
    """The code of this text, UTF-8. Long texts have less spare for dirt, so that the squares stay large."""
    data = content.encode()
    if len(data) > LIMIT:
        raise TooMuchForCode(f"二维码里放不下这么多内容：{len(data)} 字节，最多 {LIMIT} 字节。")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M if len(data) <= 400 else ERROR_CORRECT_L, border=0)
    code.add_data(data)
    try:
        code.make(fit=True)
    except DataOverflowError as overflow:
        raise TooMuchForCode("二维码里放不下这么多内容。") from overflow
    return Matrix(tuple(tuple(bool(dark) for dark in row) for row in code.get_matrix()))
