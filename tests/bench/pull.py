"""A ZKTeco terminal with much in it, read over TCP and stored, against a bare executemany of the same rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests import factories
from tests.bench import bare, company, servers
from tests.bench.table import Row, at_most
from tests.support import forks, process
from tests.support.terminals.zk4370 import Record, Terminal
from webapp.core.db import UTCDateTime, db
from webapp.devices.models import RawPunch

PEOPLE = 90


def measure(kind: str, quick: bool) -> list[Row]:
    number = 20_000 if quick else 100_000
    with company.database(kind) as url, servers.application(url) as app, app.app_context():
        with _device(1000) as port:
            _pulled(port, 1000)
        with _device(number) as port:
            ours, rows = _pulled(port, number)
        plain = _executemany(url, rows)
    what = f"pull of {number} records of 40 bytes, insert included, in the time of a bare executemany, {kind}"
    return [at_most(what, ours / plain, 3, note=f"{ours:.2f} s against {plain:.2f} s")]


def _pulled(port: int, number: int) -> tuple[float, list[dict[str, Any]]]:
    """Seconds, and the rows that were stored."""
    from jobs import pulls

    door = factories.terminal(
        factories.branch(), kind="zk_pull", serial=f"ZKBENCH{number}", host="127.0.0.1", port=port
    )
    began = time.perf_counter()
    told = pulls.pull(terminal_id=door.id)
    taken = time.perf_counter() - began
    if told is None or told.get("new") != number or not told["complete"]:
        raise AssertionError(f"the pull ended with {told}")
    found = db.session.execute(sa.select(*_columns()).where(RawPunch.terminal_id == door.id))
    rows = [{name: _naive(value) for name, value in row._mapping.items()} for row in found]
    db.session.remove()
    return taken, rows


def _executemany(url: str, rows: list[dict[str, Any]]) -> float:
    """Core, one statement and one commit, into a table that knows a repeated punch as ours does."""
    columns = [sa.Column(column.name, _plain_type(column.type)) for column in _columns()]
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


@contextmanager
def _device(number: int) -> Iterator[int]:
    """In a process of its own, as the real one is in a shop."""
    first = datetime(2024, 1, 1, tzinfo=UTC)
    records = [
        Record(str(n % PEOPLE + 1), f"{first + timedelta(seconds=20 * n):%Y-%m-%d %H:%M:%S}") for n in range(number)
    ]
    with tempfile.TemporaryDirectory(prefix="onsite-bench-device-") as folder:
        told = Path(folder, "port")
        child = forks.Forked(lambda: _serve(records, told), Path(folder, "log"))
        try:
            while not told.exists():
                time.sleep(0.01)
            yield int(told.read_text())
        finally:
            process.kill(child)


def _serve(records: list[Record], told: Path) -> None:
    with Terminal(records, serial=f"ZKBENCH{len(records)}") as device:
        device.prepare()
        made = told.with_suffix(".new")
        made.write_text(str(device.port))
        made.rename(told)
        time.sleep(600)


def _columns() -> list[Any]:
    return [column for column in RawPunch.__table__.c if column.name != "id"]


def _plain_type(kind: Any) -> Any:
    return sa.DateTime() if isinstance(kind, UTCDateTime) else kind


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
