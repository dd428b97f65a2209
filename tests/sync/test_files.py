"""Files put in their place whole, also where another program holds them for a moment."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from sync.files import PAUSES, patiently, remove, replace, sqlite_address, write_whole

SHARING = 32  # Windows: another program has the file open


class OfWindows(PermissionError):
    """What Windows raises; elsewhere an error has no number of Windows'."""

    def __init__(self, number: int) -> None:
        super().__init__(13, "Permission denied")
        self.winerror = number


def test_a_file_is_written_whole_for_its_owner_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "资料.json"
    place.write_text("old", encoding="utf-8")
    write_whole(place, b"new\nlines\n")
    assert place.read_bytes() == b"new\nlines\n"
    assert [path.name for path in tmp_path.iterdir()] == ["资料.json"]
    if os.name == "posix":
        assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_file_takes_the_place_of_another(tmp_path: Path) -> None:
    fresh, place = tmp_path / "fresh", tmp_path / "place"
    fresh.write_bytes(b"new")
    place.write_bytes(b"old")
    assert replace(fresh, place).read_bytes() == b"new"
    assert not fresh.exists()
    remove(place)
    remove(place)
    assert not list(tmp_path.iterdir())


def test_what_a_scanner_holds_for_a_moment_is_tried_again() -> None:
    waited: list[float] = []

    def act() -> str:
        if len(waited) < 3:
            raise OfWindows(SHARING)
        return "done"

    assert patiently(act, waited.append) == "done"
    assert waited == list(PAUSES[:3])


def test_what_somebody_keeps_open_is_told_after_a_second() -> None:
    waited: list[float] = []

    def act() -> None:
        raise OfWindows(SHARING)

    with pytest.raises(PermissionError):
        patiently(act, waited.append)
    assert waited == list(PAUSES)
    assert sum(waited) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("file", "address"),
    [
        (PurePosixPath("/home/a b/#1?.db"), "file:///home/a%20b/%231%3F.db?mode=ro"),
        (PureWindowsPath(r"C:\Users\wang\a.db"), "file:///C:/Users/wang/a.db?mode=ro"),
        (PureWindowsPath(r"\\nas\data\a.db"), "file:////nas/data/a.db?mode=ro"),
    ],
)
def test_a_database_is_found_wherever_it_lies(file: PurePath, address: str) -> None:
    assert sqlite_address(file, "ro") == address


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OfWindows(3)])
def test_what_is_refused_for_another_reason_is_told_at_once(error: PermissionError) -> None:
    waited: list[float] = []

    def act() -> None:
        raise error

    with pytest.raises(PermissionError):
        patiently(act, waited.append)
    assert not waited


def test_on_windows_a_file_that_is_read_is_let_go_of_in_time(tmp_path: Path) -> None:
    """The real thing, where it exists: whoever reads it lets go at the second pause."""
    fresh, place = tmp_path / "fresh", tmp_path / "place"
    fresh.write_bytes(b"new")
    place.write_bytes(b"old")
    reader = place.open("rb")
    turns: list[float] = []

    def pause(seconds: float) -> None:
        turns.append(seconds)
        if len(turns) == 2:
            reader.close()

    patiently(lambda: os.replace(fresh, place), pause)
    reader.close()
    assert place.read_bytes() == b"new"
    assert len(turns) == (2 if os.name == "nt" else 0)
