"""What devices sent, kept as bytes, is read into raw punches."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import OperationalError

from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.attendance import queries as days
from webapp.attendance.service import build_apart, build_heard, compare, rebuild_days
from webapp.core.clock import now
from webapp.core.db import do
from webapp.core.outbox import Item
from webapp.devices import queries, service
from webapp.devices.adapters import adapters
from webapp.devices.queries import Unread
from webapp.devices.rules import BAD_KEPT, Bad, Parsed
from webapp.devices.service.stays import START, Place
from webapp.devices.service.store import AT_ONCE, Coming, Reading

BATCH = 100
log = logging.getLogger("onsite.devices")
PASSES = (OperationalError, BaseTimeoutException)
"""What has nothing to do with the body; it is read again later."""
NOT_READ = Parsed(bad=[Bad(0, "", "reader")])


def device_request(items: Sequence[Item]) -> None:
    """Topic "device_request": read everything the terminal has sent and nobody has read."""
    for item in items:
        terminal_id = item.payload["terminal_id"]
        while found := read(lambda: queries.unread(terminal_id)):  # noqa: B023 - called at once
            _store([_reading(unread) for unread in found])
            let_pass()


def raw_punches(items: Sequence[Item]) -> None:
    """Topic "raw_punches": whose the new raw punches of a terminal are; the days of those people follow."""
    for item in items:
        terminal_id = item.payload["terminal_id"]
        while service.digest_apart(terminal_id=terminal_id, at=now()).looked_at:
            let_pass()


@job(timeout=LONG)
def listen() -> int:
    """Up to when devices were heard; days that waited for them are built again."""
    do(service.note_heard)
    branches = read(days.branches_unheard)
    for branch_id in branches:
        build_heard(branch_id=branch_id, at=now(), told=let_pass)
    return len(branches)


@job(timeout=LONG)
def moved(
    *, terminal_id: int, sites: list[int], first: str, last: str, since: str | None = None, until: str | None = None
) -> int:
    """A device was, or was not, at these shops between two dates: days there that go by it are built anew; how many.

    With `since` its punches from that moment `until` another one (None: now) are looked at once more first; it is
    asked for the days when that is done. Repeated from the start it changes nothing. A day that cannot be built fails
    it at its end; the others go on.
    """
    if since is not None:
        _look_again(terminal_id, datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
        do(service.build_days, terminal_id=terminal_id, sites=sites, first=first, last=last, since=since, at=now())
        return 0
    span = date.fromisoformat(first), date.fromisoformat(last)
    do(service.note_heard)
    pairs = read(lambda: queries.days_about(terminal_id, sites, *span))
    bad = 0
    for start in range(0, len(pairs), BATCH):
        bad += len(build_apart(pairs=pairs[start : start + BATCH], build=_rebuild))
        let_pass()
    if bad:
        raise RuntimeError(f"{bad} days could not be built")
    return len(pairs)


def _look_again(terminal_id: int, since: datetime, until: datetime | None) -> None:
    """In pieces, which the drain takes on when all are there."""
    asked = {"terminal_id": terminal_id, "since": since, "until": until}
    do(service.look_at_accepted, **asked, at=now())
    place: Place | None = START
    while place is not None:
        place = do(service.look_at_some, **asked, after=place, at=now())
        let_pass()


def _rebuild(pairs: Sequence[tuple[int, date]]) -> None:
    do(rebuild_days, pairs=pairs, at=now(), bulk=True)
    compare(pairs=pairs, at=now(), enrolled=queries.enrolled, registered=queries.registered_on)


def _store(readings: Sequence[Reading]) -> None:
    """Short ones together, so that a backlog of many posts is soon read; long ones in pieces."""
    together: list[Reading] = []
    for one in readings:
        long = _rows(one) > AT_ONCE
        if together and (long or sum(map(_rows, together)) + _rows(one) > AT_ONCE):
            _keep(together)
            together = []
        if long:
            _keep_long(one)
        else:
            together.append(one)
    if together:
        _keep(together)


def _rows(one: Reading) -> int:
    """How many it is about to write."""
    return len(one.parsed.lines) + len(one.parsed.events) + min(len(one.parsed.bad), BAD_KEPT)


def _keep(readings: Sequence[Reading]) -> None:
    """Together, or each alone when one of them cannot be stored: it must not keep the others from being read."""
    try:
        do(service.store_read, readings=readings, at=now())
    except PASSES:
        raise
    except Exception:  # noqa: BLE001 - whatever it was, the bytes are kept
        if len(readings) == 1:
            _give_up(readings[0])
        else:
            for one in readings:
                _keep([one])


def _keep_long(one: Reading) -> None:
    try:
        _store_long(one)
    except PASSES:
        raise
    except Exception:  # noqa: BLE001 - as above
        _give_up(one)


def _give_up(one: Reading) -> None:
    """Called while an exception is handled."""
    log.exception("what was read cannot be stored", extra={"request": one.request_id})
    do(service.store_read, readings=[replace(one, parsed=NOT_READ)], at=now())


def _store_long(one: Reading) -> None:
    """In pieces, so that nobody waits long to write; done again from the start after a crash, it changes nothing."""
    parsed, new = one.parsed, 0
    for start in range(0, max(len(parsed.lines), len(parsed.events)), AT_ONCE):
        piece = slice(start, start + AT_ONCE)
        found = {"lines": parsed.lines[piece], "events": parsed.events[piece]}
        new += do(service.store_lines, **found, bad=parsed.bad if start == 0 else (), coming=one.coming).new
    counts = {"lines": len(parsed.lines), "new": new, "bad": parsed.bad_lines, "skipped": parsed.skipped}
    do(service.mark_read, request_id=one.request_id, reader=one.reader, **counts, at=now(), read_with=one.read_with)


def _reading(unread: Unread) -> Reading:
    adapter = adapters()["file" if unread.source == "file" else unread.adapter]
    live = bool((unread.params or {}).get("live"))
    coming = Coming(unread.terminal_id, unread.zone, unread.source, unread.received_at, unread.id, live)
    read_with = unread.params if unread.source == "file" else None
    return Reading(unread.id, coming, _parsed(unread), adapter.reader, read_with)


def _parsed(unread: Unread) -> Parsed:
    """A reader that stumbles over a body leaves it to be seen and read again, and the next one its turn."""
    adapter = adapters()["file" if unread.source == "file" else unread.adapter]
    try:
        if adapter.parse is None:
            raise LookupError(f"{adapter.code} reads no bodies")
        return adapter.parse(unread.kind, unread.body, unread.params or {})
    except PASSES:
        raise
    except Exception:  # noqa: BLE001 - whatever it was, the bytes are kept
        log.exception("a body could not be read", extra={"request": unread.id})
        return NOT_READ
