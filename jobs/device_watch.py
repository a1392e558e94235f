"""Looking after devices: who is silent, whose clock is off, where nobody punches though a shift is on."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from flask import current_app

from jobs.base import job, read
from webapp.core.clock import now
from webapp.core.db import do
from webapp.demo import devices as demo
from webapp.devices import queries, service
from webapp.devices.queries import Watched
from webapp.devices.rules import alarms, quiet_since, skew

SHIFTS_EVERY = 5
"""Minutes: what people's shifts say changes slowly."""


@job()
def watch() -> int:
    """Once a minute; how many alarms were new."""
    at = now()
    if current_app.config["DEMO"]:
        do(demo.call, at=at)
    if at.minute % SHIFTS_EVERY == 0:
        estimate_clocks(at)
    return look(at, shifts=at.minute % SHIFTS_EVERY == 0)


def look(at: datetime, *, shifts: bool) -> int:
    """Tell what is wrong and was not, forget what is right again; `shifts`: also ask who should have punched."""
    watched = read(queries.watched)
    quiet = _quiet(watched, at) if shifts else {one.terminal_id for one in watched if one.known.quiet}
    new = 0
    for one in watched:
        found = alarms(replace(one.known, quiet=one.terminal_id in quiet), at)
        if set(found) != set(one.told):
            new += len(do(service.note_alarms, terminal_id=one.terminal_id, found=found, at=at))
    return new


def estimate_clocks(at: datetime) -> int:
    """Of devices that sent punches since; how many could be told."""
    told = 0
    for terminal_id in read(queries.clocks_due):
        arrivals, was_set = read(lambda: queries.live_arrivals(terminal_id))  # noqa: B023 - called at once
        seconds = skew(arrivals)
        if seconds is not None or was_set:
            do(service.set_skew, terminal_id=terminal_id, skew_s=seconds, at=at)
            told += 1
    return told


def _quiet(watched: Collection[Watched], at: datetime) -> set[int]:
    """Of devices that are heard: those where a shift has been on for an hour without a punch."""
    reachable = [one for one in watched if one.known.calls or one.known.asked]
    heard = [one for one in reachable if one.known.seen_at and "silent" not in alarms(one.known, at)]
    spans = read(lambda: queries.shifts(heard, at))
    return {one.terminal_id for one in heard if quiet_since(spans.get(one.terminal_id, []), one.received_at, at)}
