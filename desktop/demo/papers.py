"""Papers that stand for scans: small pictures and PDFs with readable words on them, made when they are needed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "NotoSansSC_400Regular.ttf"
SIZE = (620, 877)  # A4 at 75 dpi
INK, RED, PAPER = (40, 40, 40), (196, 30, 30), (252, 250, 244)


def picture(title: str, lines: Sequence[str], *, kind: Literal["jpg", "png"] = "jpg", sealed: bool = False) -> bytes:
    """One page as a picture."""
    formats = {"jpg": "JPEG", "png": "PNG"}
    stream = io.BytesIO()
    _page(title, lines, sealed=sealed).save(stream, formats[kind], quality=70, optimize=True)
    return stream.getvalue()


def photo(title: str, lines: Sequence[str]) -> bytes:
    """A page photographed with a telephone: some hundred kilobytes, most of them the grain of the paper."""
    page = _page(title, lines, sealed=False).resize((SIZE[0] * 2, SIZE[1] * 2))
    grain = Image.effect_noise(page.size, 40).convert("RGB")
    stream = io.BytesIO()
    Image.blend(page, grain, 0.25).save(stream, "JPEG", quality=75)
    return stream.getvalue()


def scan(title: str, lines: Sequence[str], *, pages: int = 1, sealed: bool = False) -> bytes:
    """A scanned PDF: its pages are pictures."""
    made = [
        _page(f"{title}（第 {number} 页）" if pages > 1 else title, lines, sealed=sealed)
        for number in range(1, pages + 1)
    ]
    stream = io.BytesIO()
    made[0].save(stream, "PDF", resolution=75.0, save_all=True, append_images=made[1:])
    return stream.getvalue()


def folder_of_papers(
    folder: Path, people: Sequence[tuple[str, str]], title: str, *, strangers: Sequence[str] = ()
) -> None:
    """A folder as a handler collects it: files named by person or by identity number, some strange."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, (name, number) in enumerate(people):
        stem = f"{name}{title}" if index % 2 == 0 else f"{title}_{number}"
        (folder / f"{stem}.jpg").write_bytes(picture(title, [name, number]))
    for stem in strangers:
        (folder / f"{stem}.jpg").write_bytes(picture(title, [stem]))


def _page(title: str, lines: Sequence[str], *, sealed: bool) -> Image.Image:
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    pen.rectangle((24, 24, SIZE[0] - 24, SIZE[1] - 24), outline=INK, width=2)
    pen.text((SIZE[0] / 2, 110), title, font=_font(34), fill=INK, anchor="mm")
    for index, line in enumerate(lines):
        pen.text((90, 200 + 44 * index), line, font=_font(22), fill=INK)
    pen.text((SIZE[0] / 2, SIZE[1] - 60), "示例材料，仅供演示", font=_font(16), fill=INK, anchor="mm")
    if sealed:
        centre = (SIZE[0] - 170, SIZE[1] - 210)
        pen.circle(centre, 80, outline=RED, width=5)
        pen.text(centre, "示例印章", font=_font(24), fill=RED, anchor="mm")
    return page


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
