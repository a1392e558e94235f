"""Prepared statements write what Core's own execution would, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError

from tests import factories
from webapp.core import outbox
from webapp.core.db import conn, db, do
from webapp.core.outbox import OutboxRow
from webapp.core.prepared import Prepared
from webapp.people.models import Team

AT = datetime(2026, 3, 2, 1, 30, 15, 250000, tzinfo=UTC)


def test_values_arrive_with_the_types_of_their_columns(app: Flask) -> None:
    payload = {"名": ["a", 1, None, True, 1.5], "nothing": None}
    do(outbox.put, topic="t", key="k", payload=payload, at=AT)
    do(outbox.put, topic="t", key="without", payload=None, at=AT)
    one, other = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
    assert (one.payload, one.created_at, one.bulk, one.attempts) == (payload, AT, False, 0)
    assert other.payload is None


def test_many_rows_one_row_and_what_comes_back(app: Flask) -> None:
    branch = factories.branch()
    fresh = Prepared(insert(Team).returning(Team.id))
    one = do(lambda: fresh.run({"branch_id": branch.id, "name": "one"}).scalar_one())
    many = Prepared(insert(Team).inline())
    do(lambda: many.run([{"branch_id": branch.id, "name": name} for name in ("two", "three")]))
    rename = Prepared(update(Team).where(Team.id == bindparam("which")).values(name="uno"))
    assert do(lambda: rename.run({"which": one}).rowcount) == 1
    assert set(db.session.scalars(select(Team.name))) == {"uno", "two", "three"}


def test_many_rows_are_what_they_are_one_by_one(app: Flask) -> None:
    """Whatever their types, with nothing in some of them, and however few or many."""
    values = [
        {
            "topic": "t",
            "key": f"名,{{\"'\\ {n}",
            "payload": payload,
            "created_at": AT,
            "available_at": AT,
            "bulk": n % 2 == 0,
            "claimed_at": claimed,
        }
        for n, (payload, claimed) in enumerate([({"a": [1, "{,}"]}, None), (None, AT), ({}, None)])
    ]
    put = Prepared(insert(OutboxRow).inline())
    columns = [getattr(OutboxRow, name) for name in values[0]]
    for some in (values[:1], values[:2], values, values[::2], values[1:2] * 2):
        do(partial(put.run, some))
        rows = db.session.execute(select(*columns).order_by(OutboxRow.id)).all()
        assert [row._asdict() for row in rows] == list(some)
        do(lambda: conn().execute(delete(OutboxRow)) and None)


def test_many_rows_at_once_refuse_what_does_not_fit_and_skip_what_is_there(app: Flask) -> None:
    branch = factories.branch()
    kind = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    once = Prepared(kind.insert(Team).inline().on_conflict_do_nothing())
    rows = [{"branch_id": branch.id, "name": name} for name in ("one", "two", "two", "three")]
    assert do(lambda: once.run(rows).rowcount) == 3
    assert do(lambda: once.run(rows).rowcount) == 0
    if kind is postgresql:
        with pytest.raises(DataError):
            do(lambda: once.run([{**row, "name": "x" * 500} for row in rows]).rowcount)


def test_other_names_are_another_statement(app: Flask) -> None:
    """A column that is left out is not the one of the row before."""
    branch = factories.branch()
    put = Prepared(insert(Team).inline())
    do(lambda: put.run({"branch_id": branch.id, "name": "one"}))
    do(lambda: put.run({"id": 99, "name": "two", "branch_id": branch.id}))
    do(lambda: put.run({"name": "three", "branch_id": branch.id}))
    rows = {row.name: row.id for row in db.session.execute(select(Team.id, Team.name))}
    assert set(rows) == {"one", "two", "three"}
    assert rows["two"] == 99


def test_what_it_cannot_do_it_refuses(app: Flask) -> None:
    """Silently different rows would be worse."""
    listed = Prepared(update(Team).where(Team.id.in_(bindparam("ids", expanding=True))).values(name="one"))
    with pytest.raises(TypeError, match="cannot be prepared"):
        do(lambda: listed.run({"ids": [1]}))
    made = Table("thing", MetaData(), Column("id", Integer), Column("name", String, default=lambda: "now"))
    with pytest.raises(TypeError, match="cannot be prepared"):
        do(lambda: Prepared(insert(made).inline()).run({"id": 1}))
