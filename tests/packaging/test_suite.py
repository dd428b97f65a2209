"""The test command counts what pytest says, lets no skip pass under CI, and ends what takes too long."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Never

import pytest

from tests.support.scripts import script

VENV = Path(sys.prefix)
MIXED = """
import pytest

def test_good() -> None:
    assert True

def test_bad() -> None:
    assert False

@pytest.mark.xfail
def test_known() -> None:
    assert False

@pytest.mark.simulation
def test_skipped() -> None:
    pytest.skip("no time")

@pytest.mark.processes
def test_slow() -> None:
    import time
    time.sleep(3600)
"""


@pytest.fixture
def mixed(tmp_path: Path) -> str:
    file = tmp_path / "test_mixed.py"
    file.write_text(MIXED, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers =\n  windows\n  processes\n  postgres\n  browser\n  simulation\n"
    )
    return str(file)


def closing_line(output: str) -> str:
    return output.rstrip().splitlines()[-1]


def test_counts_are_summed_in_a_closing_line_and_a_failure_fails(mixed: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert script("suite").run(VENV, ["--only", "unit", mixed]) == 1
    assert closing_line(capfd.readouterr().out) == "2 passed, 1 failed"


def test_all_well_is_zero(mixed: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert script("suite").run(VENV, ["--only=unit", mixed, "-k", "good"]) == 0
    out = capfd.readouterr().out
    assert closing_line(out) == "1 passed, 0 failed"
    assert re.search(r"── unit: ok 1 passed, 0 failed \([\d.]+ s\)", out)


def test_nothing_selected_is_no_success(mixed: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert script("suite").run(VENV, ["--only", "unit", mixed, "-k", "nobody"]) == 1
    said = capfd.readouterr()
    assert "none selected" in said.out
    assert "no test ran" in said.err


@pytest.mark.parametrize(
    ("ci", "status", "closing"),
    [("true", 1, "0 passed, 1 failed, 1 skipped"), ("", 1, "0 passed, 0 failed, 1 skipped")],
)
def test_a_skip_is_never_green_under_ci(
    mixed: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ci: str, status: int, closing: str
) -> None:
    monkeypatch.setenv("CI", ci)
    assert script("suite").run(VENV, ["--only", "simulation", mixed]) == status
    assert closing in capfd.readouterr().out


def test_a_group_that_takes_too_long_is_ended_and_fails(mixed: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert script("suite").run(VENV, ["--only", "processes", "--patience", "0.002", mixed]) == 1
    assert "OUT OF TIME" in capfd.readouterr().out


def test_an_unknown_group_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert script("suite").run(VENV, ["--only", "untit"]) == 2
    assert "untit" in capfd.readouterr().err


def test_nothing_is_set_up_for_a_group_without_tests(mixed: str) -> None:
    suite = script("suite")

    def set_up() -> Never:
        raise AssertionError("nobody needs it")

    group = suite.Group("browser", 1, "browser", set_up, costly=True)
    assert suite._run_group(group, VENV, [mixed], 1.0).note == suite.NONE_SELECTED
    with_tests = suite.Group("simulation", 1, "simulation", set_up, costly=True)
    with pytest.raises(AssertionError, match="nobody needs it"):
        suite._run_group(with_tests, VENV, [mixed], 1.0)


def test_a_group_that_has_no_tests_yet_is_said_and_is_no_failure(capfd: pytest.CaptureFixture[str]) -> None:
    suite = script("suite")
    group = next(group for group in suite.GROUPS if group.name == "browser")
    assert suite._sum_up([(group, suite.Result(note=suite.NONE_YET))]) == 0
    assert "browser: no tests yet" in capfd.readouterr().out


@pytest.mark.windows
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X is of Linux")
def test_windows_are_tested_on_a_real_screen() -> None:
    group = next(group for group in script("suite").GROUPS if group.name == "windows")
    with group.surroundings() as variables:
        assert variables["QT_QPA_PLATFORM"] == "xcb"
        assert variables["DISPLAY"]


def test_every_test_belongs_to_exactly_one_group() -> None:
    suite = script("suite")
    markers = suite._SPECIAL
    for chosen in [(), *[(marker,) for marker in markers], *pairwise(markers)]:
        facts = {marker: marker in chosen for marker in markers}
        picked = [group.name for group in suite.GROUPS if group.marker and eval(group.marker, {}, facts)]
        assert len(picked) == 1, (chosen, picked)


def test_the_budgets_come_to_less_than_25_minutes_and_being_over_one_is_said() -> None:
    suite = script("suite")
    assert sum(group.minutes for group in suite.GROUPS) < 25
    group = suite.Group("unit", 4)
    assert "OVER its 4 min" in suite._line(group, suite.Result(passed=1, seconds=241))
    assert "OVER" not in suite._line(group, suite.Result(passed=1, seconds=239))
