"""Many rows at once: one statement, written from the table's own columns, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Text, any_, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase

Values = Sequence[Any]  # one row, in the order of the table's columns


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table behind a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def insert_rows(connection: Connection, model: type[DeclarativeBase], rows: Sequence[Values]) -> None:
    """Every row is new: one that is there already is an IntegrityError."""
    _run(connection, table_of(model), "", rows)


def insert_missing(connection: Connection, model: type[DeclarativeBase], rows: Sequence[Values]) -> None:
    """A row whose key is there already stays as it is."""
    _run(connection, table_of(model), "ON CONFLICT DO NOTHING", rows)


def upsert_rows(connection: Connection, model: type[DeclarativeBase], rows: Sequence[Values]) -> None:
    """A row whose key is there already is replaced."""
    table = table_of(model)
    keys = ", ".join(c.name for c in table.primary_key)
    rest = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in table.columns if not c.primary_key)
    _run(connection, table, f"ON CONFLICT ({keys}) DO UPDATE SET {rest}", rows)


def among(connection: Connection, what: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """`what` is one of `values`, however many: one parameter, so that the statement is always the same."""
    chosen = list(values)
    if connection.dialect.name == "postgresql":
        return what == any_(cast(bindparam(None, chosen, type_=ARRAY(Text)), ARRAY(Text)))
    each = func.json_each(json.dumps(chosen)).table_valued(column("value", Text))
    return what.in_(select(each.c.value))


def rows_among(connection: Connection, sql: str, values: Iterable[str], *more: Any) -> Iterable[Any]:
    """A query that the hot path asks at each batch, as text: `{among}` stands for “is one of `values`”, `?` for `more`.

    Written out because putting an expression together costs as much as asking a small query.
    """
    chosen = list(values)
    if connection.dialect.name == "postgresql":
        text = sql.replace("%", "%%").replace("?", "%s").replace("{among}", "= ANY(%s)")
        return connection.exec_driver_sql(text, (chosen, *more))
    text = sql.replace("{among}", "IN (SELECT value FROM json_each(?))")
    return connection.exec_driver_sql(text, (json.dumps(chosen), *more))


def run(connection: Connection, sql: str, *values: Any) -> Any:
    """A statement that the hot path runs at each batch, as text, with `?` for its values; its result."""
    text = sql.replace("?", "%s") if connection.dialect.name == "postgresql" else sql
    return connection.exec_driver_sql(text, values)


def _run(connection: Connection, table: Table, tail: str, rows: Sequence[Values]) -> None:
    if rows:
        mark = "%s" if connection.dialect.name == "postgresql" else "?"
        connection.exec_driver_sql(_statement(table, mark, tail), [tuple(row) for row in rows])


@cache
def _statement(table: Table, mark: str, tail: str) -> str:
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    marks = ", ".join(mark for _ in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks}) {tail}"
