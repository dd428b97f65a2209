"""Pictures of the whole kit, light and dark: `python -m tests.desktop.kit_pictures --out DIR [--scale 1.5]`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

SAMPLE = Path(__file__).with_name("kit.yaml")


def fill(model: Any, sample: dict[str, Any], *, online: bool) -> None:
    """The frame with the sample's names, counts and line."""
    from desktop.shell_model import FIXED, Account, Choice, Count, LineState, NavItem

    menu = [
        NavItem(
            one["route"],
            one["label"],
            one["icon"],
            tuple(NavItem(c["route"], c["label"]) for c in one.get("children", ())),
        )
        for one in sample["menu"]
    ]
    model.set_nav(FIXED, menu)
    model.set_counts({route: Count(number, role) for route, (number, role) in sample["fixed_counts"].items()})
    model.set_places("association", [Choice("a", sample["association"])], "a")
    model.set_places("unit", [Choice("u", sample["unit"])], "u")
    model.set_account(Account(sample["account"], "", (Choice("out", "退出登录"),)))
    model.set_line(LineState(online=online, **sample["line" if online else "offline"]))


def paint(out: Path, width: int, height: int, scale: float) -> list[Path]:
    """Every sample page at this size, light and dark."""
    from PySide6.QtWidgets import QApplication

    from desktop.page import Page
    from desktop.shell import Shell
    from desktop.shell_model import ShellModel
    from desktop.theme import install
    from tests.desktop import kit_pages as pages

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    look = install(app, "light")
    sample = yaml.safe_load(SAMPLE.read_text("utf-8"))
    made: list[Path] = []
    kinds: dict[str, type[Page]] = {
        "home": pages.WorkPage,
        "form": pages.FormPage,
        "people/archive": pages.CasePage,
        "kit": pages.KitPage,
        "drafts": pages.EmptyPage,
    }
    model = ShellModel()
    fill(model, sample, online=True)
    shell = Shell(model, lambda route: kinds[route](sample) if route in kinds else None)
    shell.setFixedSize(width, height)
    shell.show()

    def picture(name: str) -> None:
        for _turn in range(3):  # layouts of scroll areas settle in the turns after the resize
            app.processEvents()
        path = out / f"{name}-{width}x{height}@{scale:g}-{'dark' if look.dark else 'light'}.png"
        shell.grab().save(str(path))
        made.append(path)

    for mode in ("light", "dark"):
        look.set_mode(mode)
        for route in kinds:
            shell.go(route)
            picture(route.replace("/", "-"))
        shell.goto.open()
        shell.goto.input.setText("xx")
        picture("goto")
        shell.goto.hide()
        fill(model, {**sample, "unit": "广东粤港澳大湾区示例建设工程项目管理与监理咨询有限公司"}, online=False)
        shell.go("home")
        picture("offline")
        fill(model, sample, online=True)
    shell.close()
    return made


def main() -> int:
    """One process a scale, because Qt reads the scale once."""
    parser = argparse.ArgumentParser(prog="tests.desktop.kit_pictures")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.scale is None:
        for scale in ("1", "1.5"):
            environment = {**os.environ, "QT_SCALE_FACTOR": scale}
            command = [
                sys.executable,
                "-m",
                "tests.desktop.kit_pictures",
                "--out",
                str(arguments.out),
                "--scale",
                scale,
            ]
            subprocess.run(command, env=environment, check=True)
        return 0
    size = (1366, 768) if arguments.scale == 1 else (1280, 720)  # 1920 × 1080 at 150 %
    paint(arguments.out, *size, arguments.scale)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
