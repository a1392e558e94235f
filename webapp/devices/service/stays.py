"""Where a device was when: kept whenever its shops change, and what it recorded since is given its shop anew."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, delete, insert, or_, select

from webapp.attendance.models import TerminalStay
from webapp.core import outbox
from webapp.core.db import conn
from webapp.devices.models import HeldDecision, RawPunch, TerminalSite
from webapp.devices.queries.stays import stays_of
from webapp.devices.rules import stays as rules
from webapp.devices.rules.stays import Stay
from webapp.devices.service.digest import look_again

JOB = "jobs.devices.moved"
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
    """Its punches between two moments find their shop anew, and so do days at those shops without any.

    Waits for a digest at work, which may still go by the stays before.
    """
    open_end = last >= at
    shown = [_raw.device_time >= f"{(first - _ZONES).date()}"]
    moment, granted = [_raw.at >= first], [_said.granted_at >= first]
    if not open_end:
        shown.append(_raw.device_time < f"{(last + _ZONES).date()}")
        moment.append(_raw.at < last)
        granted.append(_said.granted_at < last)
    accepted = select(_said.raw_punch_id).where(*granted)
    which = and_(_raw.state == "mapped", or_(and_(*shown, *moment), _raw.id.in_(accepted)))
    look_again(terminal_ids=[terminal_id], which=which, at=at)
    span = {"first": first.astimezone(UTC).date().isoformat(), "last": last.astimezone(UTC).date().isoformat()}
    payload = {"terminal_id": terminal_id, "sites": sorted(sites), **span}
    key = f"{JOB}#{terminal_id}|{first.isoformat()}|{last.isoformat()}"
    outbox.put("run", key, payload, at, bulk=True)
