"""A fresh PostgreSQL database for each test, in the cluster that `packaging/dev.py test` starts or in one of our own.

A plugin of every run (tests/conftest.py): a test marked `postgres` asks for the fixture `postgres_url`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.support.scripts import script

if TYPE_CHECKING:
    from sqlalchemy import URL


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[URL]:
    """The URL of a cluster's own database; without the group's cluster, one is started for this run."""
    from sqlalchemy import make_url

    if given := os.environ.get("HUIBAN_TEST_POSTGRES"):
        yield make_url(given)
        return
    with script("services").postgres() as url:
        yield make_url(url)


@pytest.fixture
def postgres_url(postgres_cluster: URL) -> Iterator[str]:
    """The URL of an empty database that is gone after the test."""
    with a_database(postgres_cluster) as url:
        yield url


@contextmanager
def a_database(cluster: URL) -> Iterator[str]:
    """An empty database of its own; whoever is still connected at the end is thrown out."""
    import psycopg  # here: this module is loaded by every run, and few need it
    from psycopg import sql

    name = f"huiban_{uuid4().hex}"
    address = cluster.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield cluster.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
