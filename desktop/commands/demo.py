"""`huiban demo`: the main job, end to end, with real processes and real windows."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def configure(parser: argparse.ArgumentParser) -> None:
    """Where it runs and where its evidence goes."""
    parser.add_argument("--headless", action="store_true", help="没有屏幕，自动走完全部步骤并留下图片和凭据")
    parser.add_argument("--out", type=Path, help="放图片、story.json 和各种凭据的文件夹，不写就是 huiban-demo")
    parser.add_argument("--seed", type=int, default=0, help="坏线路的随机种子")
    parser.add_argument("--pack", default="gdjlxh-2025", help="示例协会所用的规则包")


def run(arguments: argparse.Namespace) -> int:
    """0 only if every step held; otherwise one sentence says which did not."""
    screen = not sys.platform.startswith("linux") or any(os.environ.get(name) for name in SCREENS)
    if not screen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from desktop.demo.play import play, sit_down

    with tempfile.TemporaryDirectory(prefix="huiban-demo-", ignore_cleanup_errors=True) as work:
        if screen and not arguments.headless and arguments.out is None:
            return sit_down(Path(work), arguments.pack, seed=arguments.seed)
        out = arguments.out or Path("huiban-demo")
        out.mkdir(parents=True, exist_ok=True)
        return play(Path(work), out, arguments.pack, seed=arguments.seed)
