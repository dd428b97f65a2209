"""The scanner's folder: what is new and whole is told on any page, offered to a draft, and goes where a person says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.demo import papers
from desktop.news import ScanNews
from desktop.pages import amend, form, home, materials
from desktop.scanning import ScannerFolder, remember, remembered
from tests.desktop.form_builders import EDUCATION, INITIAL, LETTER, a_form, beginners, returned
from tests.desktop.offices import office
from tests.desktop.on_screen import on_screen, settle
from tests.desktop.sample_desk import SampleDesk
from tests.support.windows import press

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
    scans = ScannerFolder()
    for timer in (scans._pause, scans._again):
        timer.setInterval(1_000_000)  # every look is asked for by this test
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
    page, _key, _listed = papers_page(qtbot, desk, folder)
    (folder / "0003.jpg").write_bytes(SCAN)
    qtbot.waitUntil(lambda: len(page.scans.fresh) == 1)
    press(page, "materials.scans.dismiss")
    desk.context.write(lambda _store: None, lambda _none: desk.told.append(("written", "")))  # after what was kept
    qtbot.waitUntil(lambda: bool(desk.told))
    (folder / "0004.jpg").write_bytes(SCAN)
    again = ScannerFolder()  # as the next start of the program makes it
    with desk.store.reading() as reader:
        again.open(remembered(reader))
    again._pause.setInterval(20)
    qtbot.waitUntil(lambda: [path.name for path in again.fresh] == ["0004.jpg"])
    again.close()
    again.deleteLater()
    page.scans.forget()
    settle(qtbot, page)
    assert page.strip.isHidden()


def test_a_folder_that_cannot_be_opened_is_said_in_words(qtbot: QtBot, desk: SampleDesk, tmp_path: Path) -> None:
    with qtbot.waitSignal(desk.context.told) as told:
        page, _key, _listed = papers_page(qtbot, desk, tmp_path / "nowhere")
    assert "打不开文件夹" in told.args[0]
    assert page.scans.folder is None


def test_a_folder_that_goes_away_is_told_once_and_watched_on_when_it_is_back(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    scans = desk.context.scans
    for timer in (scans._pause, scans._again):
        timer.setInterval(20)
    told: list[str] = []
    desk.context.told.connect(lambda words, *_rest: told.append(words))
    scans.choose(folder)
    qtbot.waitUntil(lambda: scans.folder == folder)
    away = folder.rename(folder.with_name("unplugged"))
    qtbot.waitUntil(lambda: bool(told))
    for _ in range(3):
        with qtbot.waitSignal(scans._again.timeout):
            pass
    assert told == [f"扫描文件夹“{folder}”现在看不到，接好以后会自动接着看。"]
    (away / "0005.jpg").write_bytes(SCAN)
    away.rename(folder)
    qtbot.waitUntil(lambda: [path.name for path in scans.fresh] == ["0005.jpg"])


# ---- whichever page is open ------------------------------------------------------------------------------------------


def watching(qtbot: QtBot, desk: SampleDesk, folder: Path) -> None:
    """The program goes on from what was chosen at this desk."""
    remember(desk.store, {"folder": str(folder), "seen": {}})
    for timer in (desk.context.scans._pause, desk.context.scans._again):
        timer.setInterval(20)
    desk.context.watch_scans()


def test_a_scan_is_told_while_no_page_of_papers_is_open_and_the_first_page_leads_to_the_draft(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    listed = beginners(desk, ["王海涛"])
    key = desk.draft(EDUCATION, {**a_form({INITIAL: listed}), "attachments": []})
    news = ScanNews(desk.context, desk.context)
    with qtbot.waitSignal(news.came) as came:
        watching(qtbot, desk, folder)
    assert came.args[0].words == "扫描文件夹里有 1 个新文件：旧.jpg。"
    page = on_screen(qtbot, home.make(desk.context, ""))
    qtbot.waitUntil(lambda: "scan:0" in rows_of(page))
    row = rows_of(page)["scan:0"]
    assert row.what == "扫描文件夹里有 1 个新文件：旧.jpg，可以附到学习报名申请"
    page.model.act(row)
    assert desk.went[-1] == f"materials/{key}:{INITIAL}:{listed[0]['row']}"
    assert desk.form_of(key)["attachments"] == []  # nothing went anywhere by itself
    page.model.act(row, "drop")
    qtbot.waitUntil(lambda: "scan:0" not in rows_of(page))


def test_without_a_draft_that_waits_the_files_are_told_all_the_same(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    watching(qtbot, desk, folder)
    page = on_screen(qtbot, home.make(desk.context, ""))
    qtbot.waitUntil(lambda: "scan:0" in rows_of(page))
    assert [act.key for act in (rows_of(page)["scan:0"].act,)] == ["drop"]


def test_an_office_is_not_told_of_scans(qtbot: QtBot, tmp_path: Path, folder: Path) -> None:
    with office(tmp_path / "office", "agency") as desk:
        remember(desk.store, {"folder": str(folder), "seen": {}})
        desk.context.watch_scans()
        desk.context.read(lambda _reader: None, lambda _none: desk.went.append("read"))  # after what was remembered
        qtbot.waitUntil(lambda: "read" in desk.went)
        assert desk.context.scans.folder is None


def rows_of(page: Any) -> dict[str, Any]:
    return {row.key: row for group in page.model.groups for row in group.rows}


def test_the_form_offers_a_scan_for_its_own_paper_and_a_returned_one_for_the_paper_to_be_replaced(
    qtbot: QtBot, desk: SampleDesk, folder: Path
) -> None:
    watching(qtbot, desk, folder)
    listed = beginners(desk, ["王海涛"])
    key = desk.draft(EDUCATION, a_form({INITIAL: listed}, sealed=False))
    page = on_screen(qtbot, form.make(desk.context, key))
    qtbot.waitUntil(lambda: page.strip.isVisible())
    with qtbot.waitSignal(page.intake.finished):
        press(page, "materials.scans.here")
    settle(qtbot, page)
    assert [(each["material"], each["name"]) for each in desk.form_of(key)["attachments"]][-1] == (LETTER, "旧.jpg")
    page.hidden()
    place = f"{INITIAL}[{listed[0]['row']}].social-insurance-proof"
    back = returned(desk, a_form({INITIAL: listed}), [(place, "不是最近一个月。")])
    (folder / "新社保.jpg").write_bytes(SCAN + b" ")
    mend = on_screen(qtbot, amend.make(desk.context, back))
    qtbot.waitUntil(lambda: mend.strip.isVisible())
    with qtbot.waitSignal(mend.intake.finished):
        press(mend, "materials.scans.here")
    settle(qtbot, mend)
    (mended,) = [each for each in desk.form_of(back)["attachments"] if each["material"] == "social-insurance-proof"]
    assert (mended["name"], mended["row"]) == ("新社保.jpg", listed[0]["row"])
