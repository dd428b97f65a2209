"""A real server: an office has the papers of what is open at its desk before it opens them, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.fetching_ahead import FetchingAhead
from sync.views import case, papers_at_desk
from tests.desktop.association import AGENCY, AGENCY_ID, Association, now
from tests.sync.store.building import pull

pytestmark = [pytest.mark.windows, pytest.mark.processes]


def test_papers_come_while_the_line_is_there_and_only_to_the_desk_that_has_it(tmp_path: Path, qtbot: QtBot) -> None:
    association = Association(tmp_path)
    try:
        application = association.apply(("陈喆",))
        agency, office = association.seat(AGENCY), association.seat("review-1")
        with agency.store.reading() as reader:
            sent = case(reader, agency.account, agency.pack, application, now=now())
        with office.store.reading() as reader:
            early = {paper.blob for paper in papers_at_desk(reader, office.account, office.pack)}
        assert sent is not None
        assert not early & {paper.blob for paper in sent.papers}, "it is not their turn"
        context = agency.context()
        ahead = FetchingAhead(context)
        ahead.look()
        assert ahead.is_settled, "offline nothing is tried"
        context.set_line(online=True, paused=False)
        qtbot.waitUntil(lambda: ahead.is_settled)
        with agency.store.reading() as reader:
            found = case(reader, agency.account, agency.pack, application, now=now())
            wanted = papers_at_desk(reader, agency.account, agency.pack)
        assert found is not None
        assert len(found.papers) == 4
        assert all(paper.here for paper in found.papers)
        assert wanted
        assert all(paper.here for paper in wanted)
        ahead.close()
        ahead.deleteLater()
    finally:
        association.close()


def test_a_paper_that_cannot_be_had_does_not_stand_before_the_others(tmp_path: Path, qtbot: QtBot) -> None:
    association = Association(tmp_path)
    try:
        application = association.apply(("陈喆",))
        agency = association.seat(AGENCY)
        with agency.store.reading() as reader:
            found = reader.mirror.get(agency.account, application)
        assert found is not None
        found.body["form"]["attachments"][0]["blob"] = "00" * 32
        pull(agency.store, agency.account, found.body, scope=f"agency:{AGENCY_ID.partition('/')[2]}", start=90_000)
        context = agency.context()
        ahead = FetchingAhead(context)
        context.set_line(online=True, paused=False)
        qtbot.waitUntil(lambda: ahead.is_settled)
        with agency.store.reading() as reader:
            opened = case(reader, agency.account, agency.pack, application, now=now())
        assert opened is not None
        assert [paper.here for paper in opened.papers] == [False, True, True, True]
        ahead.close()
        ahead.deleteLater()
    finally:
        association.close()
