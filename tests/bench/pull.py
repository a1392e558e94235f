"""A ZKTeco terminal with much in it, read over TCP and stored, against a bare executemany of the same rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import factories
from tests.bench import company, punches, servers
from tests.bench.table import Row, at_most
from tests.support import forks, process
from tests.support.terminals.zk4370 import Record, Terminal

PEOPLE = 90


def measure(kind: str, quick: bool) -> list[Row]:
    number = 20_000 if quick else 100_000
    with company.database(kind) as url, servers.application(url) as app, app.app_context():
        with _device(1000) as port:
            _pulled(port, 1000)
        with _device(number) as port:
            ours, rows = _pulled(port, number)
        plain = punches.executemany(url, rows)
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
    return taken, punches.stored([door.id])


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
