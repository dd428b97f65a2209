"""What the operating system must have: found by asking for it, installed where we may, named where we may not."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from talk import LINUX, SetupError, say

# Shared library -> Debian package. Without the first group even `import PySide6.QtCore` fails.
QT_CORE = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libbrotlidec.so.1": "libbrotli1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
QT_WINDOW = {  # a real window, printing
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libcups.so.2": "libcups2",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}


def missing_qt_packages() -> list[str]:
    """Debian packages of the libraries Qt needs and the dynamic loader does not find."""
    return [package for name, package in {**QT_CORE, **QT_WINDOW}.items() if not _loads(name)] if LINUX else []


def missing_venv_packages() -> list[str]:
    """A bare Debian has a Python that cannot make a virtual environment."""
    specs = [importlib.util.find_spec(module) for module in ("venv", "ensurepip")]
    # A folder that a removed package left behind is a module without a file.
    return [] if all(spec is not None and spec.origin for spec in specs) else ["python3-venv"]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def may_install() -> bool:
    """Packages are installed only by root and only with apt; everybody else is told the one line to type."""
    return sys.platform != "win32" and LINUX and os.geteuid() == 0 and shutil.which("apt-get") is not None


def need(packages: Sequence[str], purpose: str) -> None:
    """Has `packages` installed when this returns, or stops with the one line that would do it."""
    if not packages:
        return
    if not may_install():
        raise SetupError(f"{purpose} needs system packages that are not here. Please run:\n    {by_hand(packages)}")
    say(f"{purpose} needs {', '.join(packages)}; installing them with apt")
    if not _apt(packages):
        raise SetupError(f"apt could not install what {purpose} needs. Please run:\n    {by_hand(packages)}")


def by_hand(packages: Sequence[str]) -> str:
    """The line a person can paste."""
    if LINUX and shutil.which("apt-get") is None:
        return f"(with your system's package manager, what Debian calls) {' '.join(packages)}"
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def _apt(packages: Sequence[str]) -> bool:
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    # The package lists of a fresh machine are empty or old: asked again after an update.
    return _quiet(install) or (_quiet(["apt-get", "update"]) and _quiet(install, last=True))


def _quiet(command: Sequence[str], *, last: bool = False) -> bool:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode and last:
        sys.stderr.write(done.stdout.decode(errors="replace"))
    return done.returncode == 0


def find_program(names: Sequence[str], folders: Sequence[Path] = ()) -> Path | None:
    """The first of `names` on the path or in `folders`."""
    for name in names:
        if found := shutil.which(name):
            return Path(found)
        for folder in folders:
            if (folder / name).is_file():
                return folder / name
    return None


def find_or_install(names: Sequence[str], packages: Sequence[str], purpose: str, folders: Sequence[str] = ()) -> Path:
    """A program this machine has or can be given; `folders` are patterns of places off the path."""

    def look() -> Path | None:
        places = [place for pattern in folders for place in sorted(Path("/").glob(pattern), reverse=True)]
        return find_program(names, places)

    if (found := look()) is None:
        need(packages, purpose)
        found = look()
    if found is None:
        raise SetupError(f"{purpose} needs {' or '.join(names)}, and it is not on this machine.")
    return found
