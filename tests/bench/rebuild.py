"""Rebuilding attendance days from their facts: a tap, punches of a device and an exception each, all of them new."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tests import factories
from tests.bench import bare, company, servers
from tests.bench.table import Row, at_least
from webapp.attendance.models import AttendanceDay, Punch
from webapp.attendance.service import rebuild_days
from webapp.attendance.service.days import BATCH
from webapp.core.db import db, do, transaction

FIRST = date(2024, 1, 1)
PEOPLE = 200
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PUNCHES = ((0, 55), (4, 1), (5, 2), (9, 3))
"""Hours and minutes, UTC: in, out for a break, back, and out again, of a day in Shanghai."""


def measure(kind: str, quick: bool) -> list[Row]:
    """Every day is stored anew and announced, as after a change of shifts; in the pieces jobs use."""
    number = 2_000 if quick else 10_000
    with company.database(kind) as url, servers.application(url) as app, app.app_context():
        pairs = _facts(number)
        began = time.perf_counter()
        for start in range(0, number, BATCH):
            do(rebuild_days, pairs=pairs[start : start + BATCH], at=NOW, bulk=True)
        ours = time.perf_counter() - began
        made = db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceDay).where(AttendanceDay.present))
        db.session.remove()
        if made != number:
            raise AssertionError(f"{made} days of {number}")
        began = time.perf_counter()
        for start in range(0, number, BATCH):
            do(rebuild_days, pairs=pairs[start : start + BATCH], at=NOW, bulk=True)
        again = time.perf_counter() - began
        plain = _inserts(url, number)
    note = f"{number / ours:.0f} days/s against {number / plain:.0f} inserts/s; unchanged ones {number / again:.0f}/s"
    return [at_least(f"rebuilding {number} days, share of one-row inserts, {kind}", plain / ours, 0.2, note)]


def _facts(number: int) -> list[tuple[int, date]]:
    """Four punches of a device each; the pairs in the order jobs take them, one date after the other."""
    branch = factories.branch(timezone="Asia/Shanghai")
    shop = factories.site(factories.store_type(branch))
    door = factories.terminal(branch, shop)
    people = [factories.employee(branch).id for _ in range(PEOPLE)]
    pairs = [(people[n % PEOPLE], FIRST + timedelta(days=n // PEOPLE)) for n in range(number)]
    rows = [_punch(raw, *pair, at, branch.id, shop.id, door.id) for raw, (pair, at) in enumerate(_moments(pairs), 1)]
    with transaction():
        db.session.execute(sa.insert(Punch.__table__), rows)
    db.session.remove()
    return pairs


def _moments(pairs: Sequence[tuple[int, date]]) -> list[tuple[tuple[int, date], datetime]]:
    return [
        ((who, on), datetime(on.year, on.month, on.day, hour, minute, who % 60, tzinfo=UTC))
        for who, on in pairs
        for hour, minute in PUNCHES
    ]


def _punch(raw: int, who: int, on: date, at: datetime, branch: int, site: int, door: int) -> dict[str, Any]:
    return {"raw_id": raw, "terminal_id": door, "employee_id": who, "branch_id": branch, "site_id": site,
            "work_date": on, "at": at, "key": None, "state": "counted", "recorded_at": NOW}  # fmt: skip


def _inserts(url: str, number: int) -> float:
    """Seconds of as many transactions of one row."""
    database = bare.engine(url)
    bare.METADATA.create_all(database)
    row = {"who": 1, "site_id": 1, "lat": 31.2, "lng": 121.4, "tapped_at": NOW.isoformat()}
    began = time.perf_counter()
    for _ in range(number):
        with database.begin() as connection:
            connection.execute(bare.INSERT, row)
    return time.perf_counter() - began
