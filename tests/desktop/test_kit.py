"""The kit's pages, painted as pictures beside this process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.windows


def test_the_kit_paints_every_page_in_both_modes_and_scales(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.desktop.kit_pictures", "--out", str(tmp_path)], check=True, timeout=PATIENCE
    )
    made = sorted(tmp_path.glob("*.png"))
    assert len(made) == 28
    for path in made:
        image = QImage(str(path))
        assert image.width() in (1366, 1920), path.name
        step = max(1, image.width() // 200)
        colours = {
            image.pixelColor(x, y).name() for x in range(0, image.width(), step) for y in range(0, image.height(), step)
        }
        assert len(colours) > 12, f"{path.name} is nearly blank"
    light = QImage(str(tmp_path / "home-1366x768@1-light.png")).pixelColor(700, 700)
    dark = QImage(str(tmp_path / "home-1366x768@1-dark.png")).pixelColor(700, 700)
    assert (light.name(), dark.name()) == ("#ffffff", "#1b2126")
