"""A screen and a database of our own: there when needed, gone afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, create_engine, text

from tests.support.postgres import a_database
from tests.support.scripts import script


@pytest.mark.windows
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X is of Linux")
def test_a_screen_is_there_and_then_gone() -> None:
    with script("services").screen() as variables:
        socket = Path("/tmp/.X11-unix") / f"X{variables['DISPLAY'][1:]}"
        assert socket.is_socket()
    assert not socket.exists()


@pytest.mark.postgres
def test_each_test_has_an_empty_database_that_is_dropped(postgres_cluster: URL) -> None:
    with a_database(postgres_cluster) as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE thing (id integer)"))
        with a_database(postgres_cluster) as other, create_engine(other).connect() as connection:
            assert connection.execute(text("SELECT to_regclass('thing')")).scalar() is None
        name = engine.url.database
        # still connected: dropped all the same
    with psycopg.connect(postgres_cluster.set(drivername="postgresql").render_as_string(hide_password=False)) as check:
        row = check.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone()
    assert row == (0,)
    engine.dispose()


@pytest.mark.postgres
def test_a_cluster_of_our_own_leaves_nothing_behind() -> None:
    with script("services").postgres() as url, create_engine(url).connect() as connection:
        data = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
        assert data.is_dir()
    assert not data.parent.exists()
