"""The rows of raw punches as they were stored, and what they cost without us."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tests.bench import bare
from webapp.core.db import UTCDateTime, db
from webapp.devices.models import RawPunch

_COLUMNS = [column for column in RawPunch.__table__.c if column.name != "id"]


def stored(terminal_ids: Sequence[int]) -> list[dict[str, Any]]:
    """All punches of these terminals, as a driver takes them."""
    found = db.session.execute(sa.select(*_COLUMNS).where(RawPunch.terminal_id.in_(terminal_ids)))
    rows = [{name: _naive(value) for name, value in row._mapping.items()} for row in found]
    db.session.remove()
    return rows


def executemany(url: str, rows: Sequence[dict[str, Any]]) -> float:
    """Core, one statement and one commit, into a table that knows a repeated punch as ours does; seconds."""
    columns = [sa.Column(column.name, _plain_type(column.type)) for column in _COLUMNS]
    unique = sa.UniqueConstraint("terminal_id", "pin", "device_time")
    table = sa.Table("bench_punch", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns, unique)
    engine = bare.engine(url)
    table.create(engine)
    began = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(sa.insert(table), rows)
    taken = time.perf_counter() - began
    engine.dispose()
    return taken


def _plain_type(kind: Any) -> Any:
    return sa.DateTime() if isinstance(kind, UTCDateTime) else kind


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
