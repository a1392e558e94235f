"""What terminals push, under the shipped server: a backlog kept and read, and one punch as it happens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import sqlalchemy as sa
from flask import Flask

from tests import factories
from tests.bench import bare, company, load, punches, servers
from tests.bench.table import Row, at_least, at_most, percentile
from webapp.core.db import db
from webapp.devices.models import Terminal

PER_POST = 200
PEOPLE = 90
TERMINALS = 20
"""One alone would be told to slow down."""


def measure(kind: str, quick: bool) -> list[Row]:
    lines, rounds, each = (20_000, 3, 100) if quick else (100_000, 5, 300)
    with company.database(kind) as url, servers.redis_server() as redis, servers.application(url) as app:
        serials = _terminals(app, 2 * TERMINALS)
        with servers.serving(url, servers.WEB, redis) as (port, _):
            _accepted(load.send(port, [_shake(serial) for serial in serials]))
            backlog = _backlog(app, url, port, serials[:TERMINALS], lines)
            with servers.serving(url, servers.BARE) as (other, _):
                bare.METADATA.create_all(bare.engine(url))
                live = _live(port, other, serials[TERMINALS:], rounds, each)
    return [_backlog_row(kind, lines, *backlog), _live_row(kind, live)]


def _backlog(app: Flask, url: str, port: int, serials: Sequence[str], lines: int) -> tuple[float, float, float]:
    """Seconds until every post is kept, until all are read, and those of one bare executemany of the same rows."""
    from jobs.devices import device_request
    from webapp.core.outbox import Item

    began = time.perf_counter()
    _accepted(load.send(port, _posts(serials, lines)))
    kept = time.perf_counter() - began
    with app.app_context():
        ids = db.session.scalars(sa.select(Terminal.id).where(Terminal.serial.in_(serials))).all()
        db.session.remove()
        began = time.perf_counter()
        device_request([Item(0, "device_request", str(n), {"terminal_id": n}, 1) for n in ids])
        read = time.perf_counter() - began
        rows = punches.stored(ids)
    if len(rows) != lines:
        raise AssertionError(f"{len(rows)} raw punches of {lines} lines")
    return kept, read, punches.executemany(url, rows)


def _live(
    port: int, other: int, serials: Sequence[str], rounds: int, each: int
) -> list[tuple[load.Answers, load.Answers]]:
    """One punch after the other, bare and ours in turn; the first round warms both up and is not counted."""
    found = []
    for turn in range(rounds + 1):
        numbers = range(turn * each, (turn + 1) * each)
        plain = load.send(other, [_bare() for _ in numbers], at_once=1)
        _accepted(plain, 201)
        ours = load.send(port, [_post(serials[n % TERMINALS], [_line(n)]) for n in numbers], at_once=1)
        _accepted(ours)
        found.append((plain, ours))
    return found[1:]


def _backlog_row(kind: str, lines: int, kept: float, read: float, plain: float) -> Row:
    note = (
        f"{lines / (kept + read):.0f} lines/s against {lines / plain:.0f}; kept in {kept:.1f} s, read in {read:.1f} s"
    )
    what = f"push of {lines} lines in posts of {PER_POST}, share of a bare executemany, {kind}"
    return at_least(what, plain / (kept + read), 0.3, note)


def _live_row(kind: str, rounds: Sequence[tuple[load.Answers, load.Answers]]) -> Row:
    tails = [(percentile(ours.seconds, 0.99), percentile(plain.seconds, 0.99)) for plain, ours in rounds]
    note = (
        f"{median(ours for ours, _ in tails) * 1000:.1f} ms against {median(bare for _, bare in tails) * 1000:.1f} ms"
    )
    what = f"one punch as it happens, p99 in that of a bare insert, {kind}"
    return at_most(what, median(ours / bare for ours, bare in tails), 3, note=note)


def _terminals(app: Flask, number: int) -> list[str]:
    with app.app_context():
        branch = factories.branch(timezone="Asia/Shanghai")
        return [factories.terminal(branch).serial for _ in range(number)]


def _posts(serials: Sequence[str], lines: int) -> list[bytes]:
    """In turn, of each its own lines."""
    starts = range(0, lines, PER_POST)
    return [
        _post(serials[turn % len(serials)], [_line(n) for n in range(start, start + PER_POST)])
        for turn, start in enumerate(starts)
    ]


def _line(n: int) -> str:
    """20 seconds apart, all of them in the past."""
    at = f"{datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=20 * n):%Y-%m-%d %H:%M:%S}"
    return f"{n % PEOPLE + 1}\t{at}\t255\t1\t0\t0\t0\t255\t0\t0\n"


def _post(serial: str, lines: Sequence[str]) -> bytes:
    return _request("POST", f"/iclock/cdata?SN={serial}&table=ATTLOG&Stamp=9999", "".join(lines).encode())


def _shake(serial: str) -> bytes:
    return _request("GET", f"/iclock/cdata?SN={serial}&options=all", b"")


def _bare() -> bytes:
    now = datetime.now(UTC).isoformat()
    form = {"uid": "1", "site_id": "1", "lat": "31.2", "lng": "121.4", "tapped_at": now}
    return load.post("/rows", form, "a=b")


def _request(method: str, path: str, body: bytes) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: onsite\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _accepted(answers: load.Answers, status: int = 200) -> None:
    if wrong := sorted({found for found in answers.statuses if found != status}):
        raise AssertionError(f"answers were {wrong}")
