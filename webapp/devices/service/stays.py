"""Where a device was when: kept whenever its shops change, and what it recorded since is given its shop anew."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, delete, insert, select, tuple_

from webapp.attendance.models import TerminalStay
from webapp.core import outbox
from webapp.core.db import conn
from webapp.devices.models import HeldDecision, RawPunch, TerminalSite
from webapp.devices.queries.stays import stays_of
from webapp.devices.rules import stays as rules
from webapp.devices.rules.stays import Stay
from webapp.devices.service.digest import lock_terminals, look_again

JOB = "jobs.devices.moved"
BATCH = 1000
Place = tuple[str, int]
START: Place = ("", 0)
_raw, _said, _stay = RawPunch.__table__.c, HeldDecision.__table__.c, TerminalStay.__table__.c
_ZONES = timedelta(days=2)
"""What a clock shows lies less than this from the moment it stands for, whatever its zone."""


def use_at(*, terminal_id: int, sites: Collection[int], since: datetime | None, at: datetime) -> None:
    """The shops whose people use the device, from `since` (None: this minute) on; the first of a device always did.

    Raises Invalid.
    """
    before = stays_of(terminal_id)
    last = rules.last_move(before)
    minute = at.replace(second=0, microsecond=0)
    begin = since or max(minute, last or minute)
    rules.check_since(begin, at, last)
    conn().execute(delete(TerminalSite).where(TerminalSite.terminal_id == terminal_id))
    rows = [{"terminal_id": terminal_id, "site_id": site_id} for site_id in sorted(sites)]
    conn().execute(insert(TerminalSite), rows)
    keep_stays(terminal_id, rules.moved(before, sites, begin))
    if before:
        here = {stay.site_id for stay in before if stay.until_at is None}
        again_at(terminal_id, here ^ set(sites), begin, at, at)


def keep_stays(terminal_id: int, stays: Sequence[Stay]) -> None:
    """In place of those that are kept."""
    conn().execute(delete(TerminalStay).where(_stay.terminal_id == terminal_id))
    rows = [
        {"terminal_id": terminal_id, "site_id": one.site_id, "from_at": one.from_at, "until_at": one.until_at}
        for one in stays
    ]
    conn().execute(insert(TerminalStay), rows)


def again_at(terminal_id: int, sites: Collection[int], first: datetime, last: datetime, at: datetime) -> None:
    """Its punches between two moments find their shop anew, and so do days at those shops without: by a job."""
    span = {"first": first.astimezone(UTC).date().isoformat(), "last": last.astimezone(UTC).date().isoformat()}
    moments = {"since": first.isoformat(), "until": None if last >= at else last.isoformat()}
    payload = {"terminal_id": terminal_id, "sites": sorted(sites), **span, **moments}
    key = f"{JOB}#{terminal_id}|{first.isoformat()}|{last.isoformat()}"
    outbox.put("run", key, payload, at, bulk=True)


def look_at_some(
    *, terminal_id: int, since: datetime, until: datetime | None, after: Place, at: datetime, limit: int = BATCH
) -> Place | None:
    """The next of its punches between two moments are looked at once more; where to go on, None: that was all.

    From START on. Each piece waits for a digest at work, which may still go by the stays before; whichever comes
    after it goes by those of now.
    """
    lock_terminals([terminal_id])
    shown = [_raw.terminal_id == terminal_id, tuple_(_raw.device_time, _raw.id) > tuple_(*after)]
    shown.append(_raw.device_time >= f"{(since - _ZONES).date()}")
    if until is not None:
        shown.append(_raw.device_time < f"{(until + _ZONES).date()}")
    asked = select(_raw.device_time, _raw.id, _raw.at, _raw.state).where(*shown)
    rows = conn().execute(asked.order_by(_raw.device_time, _raw.id).limit(limit)).all()
    mine = [row.id for row in rows if row.state == "mapped" and row.at and _within(row.at, since, until)]
    if mine:
        look_again(terminal_ids=[terminal_id], which=_raw.id.in_(mine), at=at, bulk=True)
    return (rows[-1].device_time, rows[-1].id) if len(rows) == limit else None


def look_at_accepted(*, terminal_id: int, since: datetime, until: datetime | None, at: datetime) -> int:
    """The same for those a person let count at a moment between the two; each was one decision."""
    granted = [_said.granted_at >= since] + ([] if until is None else [_said.granted_at < until])
    accepted = select(_said.raw_punch_id).where(*granted)
    which = and_(_raw.state == "mapped", _raw.id.in_(accepted))
    return look_again(terminal_ids=[terminal_id], which=which, at=at, bulk=True)


def build_days(*, terminal_id: int, sites: Sequence[int], first: str, last: str, since: str, at: datetime) -> None:
    """Those are all: they are digested now, and after them the days at the shops are built."""
    outbox.put("raw_punches", str(terminal_id), {"terminal_id": terminal_id}, at)
    payload = {"terminal_id": terminal_id, "sites": list(sites), "first": first, "last": last}
    outbox.put("run", f"{JOB}#{terminal_id}|days|{since}|{last}", payload, at, bulk=True)


def _within(moment: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= moment and (until is None or moment < until)
