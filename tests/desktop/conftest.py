"""Every desktop test draws with our own fonts and the light tokens; a mode changed by a test is put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.theme import Theme, install
from tests.desktop.association import Association
from tests.desktop.sample_desk import SampleDesk, sample_desk


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of every window with a smallest size that it cannot pass it on: not our fault."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


@pytest.fixture(autouse=True)
def look(qapp: QApplication, destroyed_by_qt: None) -> Iterator[Theme]:
    theme = install(qapp, "light")
    yield theme
    theme.set_mode("light")


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[SampleDesk]:
    """The unit's desk with the people of the sample association."""
    with sample_desk(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def association(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Association]:
    """A real server with the sample association, for the tests of a module."""
    made = Association(tmp_path_factory.mktemp("association"))
    try:
        yield made
    finally:
        made.close()
