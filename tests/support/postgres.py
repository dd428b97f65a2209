"""A fresh PostgreSQL database for each test, in the cluster that `packaging/dev.py test` starts or in one of our own.

Used as a plugin: `pytest_plugins = ["tests.support.postgres"]` gives the fixture `postgres_url`.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url
from uuid_utils import uuid4

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[URL]:
    """The URL of a cluster's own database; without the group's cluster, one is started for this run."""
    if given := os.environ.get("HUIBAN_TEST_POSTGRES"):
        yield make_url(given)
        return
    with packaging_module("services").postgres() as url:
        yield make_url(url)


@pytest.fixture
def postgres_url(postgres_cluster: URL) -> Iterator[str]:
    """The URL of an empty database that is gone after the test."""
    with a_database(postgres_cluster) as url:
        yield url


@contextmanager
def a_database(cluster: URL) -> Iterator[str]:
    """An empty database of its own; whoever is still connected at the end is thrown out."""
    name = f"huiban_{uuid4().hex}"
    address = cluster.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield cluster.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def packaging_module(name: str) -> ModuleType:
    """A module of `packaging/`, which is a folder of scripts and no package."""
    if str(PACKAGING) not in sys.path:
        sys.path.append(str(PACKAGING))
    return importlib.import_module(name)
