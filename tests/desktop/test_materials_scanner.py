"""The scanner's folder: what is new and whole is offered on the page of papers, and goes where a person says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.demo import papers
from desktop.pages import materials
from desktop.pages.materials_scanner import ScannerFolder
from tests.desktop.form_builders import EDUCATION, INITIAL, a_form, beginners, on_screen, settle
from tests.desktop.sample_desk import SampleDesk

pytestmark = pytest.mark.windows
SCAN = papers.picture("社保证明", ["王海涛"], kind="jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scans"
    made.mkdir()
    (made / "旧.jpg").write_bytes(SCAN)
    return made


def papers_page(qtbot: QtBot, desk: SampleDesk, folder: Path | None) -> tuple[Any, str, list[dict[str, Any]]]:
    listed = beginners(desk, ["王海涛"])
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    page = on_screen(qtbot, materials.make(desk.context, f"{key}:{INITIAL}"))
    page.scans._pause.setInterval(20)  # the time between two looks
    if folder is not None:
        page.watch(str(folder))
        settle(qtbot, page)
    return page, key, listed


def press(page: Any, name: str) -> None:
    QTest.mouseClick(page.findChild(QWidget, name), Qt.MouseButton.LeftButton)


def test_only_what_came_after_the_folder_was_chosen_is_offered_and_goes_to_the_cursor(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    page, key, listed = papers_page(qtbot, desk, folder)
    assert page.strip.isHidden()
    (folder / "0001.jpg").write_bytes(SCAN)
    (folder / "读我.txt").write_text("不是扫描件")
    qtbot.waitUntil(lambda: page.strip.isVisible())
    assert page.strip.accessibleName() == "扫描文件夹里有 1 个新文件：0001.jpg"
    line = page.view.current
    with qtbot.waitSignal(page.intake.finished):
        press(page, "materials.scans.here")
    settle(qtbot, page)
    (attached,) = desk.form_of(key)["attachments"]
    assert (attached["material"], attached["row"], attached["name"]) == (line.check.id, listed[0]["row"], "0001.jpg")
    assert page.strip.isHidden()
    assert (folder / "0001.jpg").exists()  # it is the scanner's: only a copy was taken


def test_a_file_that_still_grows_is_not_offered_before_it_is_whole(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    scans = ScannerFolder(desk.context)
    scans._pause.setInterval(1_000_000)  # every look is asked for by this test
    scans.choose(folder)
    qtbot.waitUntil(lambda: scans.folder == folder and not scans.busy)

    def look() -> tuple[str, ...]:
        scans._look()
        qtbot.waitUntil(lambda: not scans.busy)
        return tuple(path.name for path in scans.fresh)

    with (folder / "0002.jpg").open("wb") as file:
        file.write(SCAN[:100])
        file.flush()
        assert look() == ()
        file.write(SCAN[100:])
        file.flush()
        assert look() == ()
    assert look() == ("0002.jpg",)
    scans.close()
    scans.deleteLater()


def test_files_are_matched_by_their_names_and_the_rest_stays_offered(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    page, key, listed = papers_page(qtbot, desk, folder)
    for name in ("王海涛-毕业证.jpg", "赵六-社保.jpg"):
        (folder / name).write_bytes(SCAN)
    qtbot.waitUntil(lambda: len(page.scans.fresh) == 2)
    with qtbot.waitSignal(page.intake.finished):
        press(page, "materials.scans.match")
    settle(qtbot, page)
    assert [(each["material"], each["row"]) for each in desk.form_of(key)["attachments"]] == [
        ("highest-diploma", listed[0]["row"])
    ]
    assert [path.name for path in page.scans.fresh] == ["赵六-社保.jpg"]
    press(page, "materials.scans.dismiss")
    settle(qtbot, page)
    assert page.strip.isHidden()


def test_the_folder_is_remembered_for_this_desk_with_what_was_taken(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    first, _key, _listed = papers_page(qtbot, desk, folder)
    (folder / "0003.jpg").write_bytes(SCAN)
    qtbot.waitUntil(lambda: len(first.scans.fresh) == 1)
    press(first, "materials.scans.dismiss")
    settle(qtbot, first)
    first.hidden()
    (folder / "0004.jpg").write_bytes(SCAN)  # while no page of papers was open
    second, _key, _listed = papers_page(qtbot, desk, None)
    qtbot.waitUntil(lambda: [path.name for path in second.scans.fresh] == ["0004.jpg"])
    second.scans.forget()
    settle(qtbot, second)
    assert second.strip.isHidden()


def test_a_folder_that_is_gone_is_said_in_words(qtbot: QtBot, desk: SampleDesk, tmp_path: Path) -> None:
    page, _key, _listed = papers_page(qtbot, desk, tmp_path / "nowhere")
    assert "打不开文件夹" in page.notice.accessibleName()
    assert page.scans.folder is None
