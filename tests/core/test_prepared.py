"""Prepared statements write what Core's own execution would, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select, update

from tests import factories
from webapp.core import outbox
from webapp.core.db import db, do
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
