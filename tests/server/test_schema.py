"""Migrations make exactly the schema that the models declare, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from server import schema
from server.database import Database
from server.models import Base
from server.models_access import SecretRow


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty one."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else f"sqlite:///{tmp_path / 'x.db'}"
    made = Database(url)
    yield made
    made.close()


def test_what_migrations_make_is_what_the_models_say(database: Database) -> None:
    schema.upgrade(database)
    assert SecretRow.metadata is Base.metadata
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgrade_of_the_newest_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    schema.upgrade(database)
    assert schema.current(database) == schema.newest()


def test_what_was_decided_before_a_step_is_there_after_it(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    told = "'o1', 'd', 'account/a', 'save-draft', 'draft/1', 'hash', 'then', 'then', 'applied', 1, 1"
    noted = "1, 'then', 'o1', 'account/a', 'd', 'save-draft', '', 'draft/1', 1, 'applied', '', 'hash', 'before', 'own'"
    with database.write() as connection:
        connection.exec_driver_sql(f"INSERT INTO ledger VALUES ({told})")
        connection.exec_driver_sql("INSERT INTO ledger_text VALUES ('o1', NULL, 'signed', 'answer')")
        connection.exec_driver_sql(f"INSERT INTO record VALUES ({noted})")
    schema.upgrade(database)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT op_id, receipt_number FROM ledger").all() == [("o1", 1)]
        texts = connection.exec_driver_sql("SELECT receipt_number, signature, outcome FROM ledger_text").all()
        assert texts == [(1, "signed", "answer")]
        assert connection.exec_driver_sql("SELECT number, op_id, hash FROM record").all() == [(1, "o1", "own")]


def test_a_database_of_a_later_program_is_refused(database: Database) -> None:
    schema.upgrade(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(schema.SchemaError, match="更新会办服务器"):
        schema.upgrade(database)


def test_sqlite_is_durable_and_readers_wait_for_nobody(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.write() as writing, database.read() as reading:
        assert writing.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert writing.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        writing.exec_driver_sql("CREATE TABLE t (x INTEGER)")
        assert reading.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0
    database.close()


def test_a_checkpoint_brings_what_was_committed_into_the_file_itself(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    database = Database(f"sqlite:///{file}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE note (text)")
    before = file.stat().st_size
    database.checkpoint()
    assert file.stat().st_size > before
    database.close()


def test_an_exception_undoes_the_whole_transaction(database: Database) -> None:
    schema.upgrade(database)

    def fail() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert schema.current(database) == schema.newest()
