"""A device was registered with the wrong time zone: what it recorded is read anew with the right one.

What its clock showed stays as it is; only the moment it stands for changes, and with it whose day it belongs to.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import bindparam, func, select, update

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import N_, Conflict, Invalid, words
from webapp.devices.models import RawPunch
from webapp.devices.rules import Arrival, moment, quality
from webapp.devices.service.digest import lock_terminals, look_again
from webapp.devices.service.registry import locked
from webapp.devices.service.zones import ORDERED, ask, orders, unread_with_another

BATCH = 500
_entry = audit.AuditEntry.__table__.c
_raw = RawPunch.__table__.c


def rezone(*, by: SignedIn, terminal_id: int, zone: str, first: date, reason: str, at: datetime) -> int:
    """Read punches whose clock showed `first` or later with the zone the device has now; how many there are.

    `zone`: the one it had on the screen. A job does it in pieces. Raises NotFound, Invalid with the field, Conflict
    (somebody gave it another zone meanwhile).
    """
    device = locked(by, terminal_id)
    if device.timezone != zone:
        raise Conflict("device_changed")
    if not reason.strip():
        raise Invalid("reason_needed", "reason")
    count = conn().scalar(select(func.count()).where(*_other(terminal_id, zone, f"{first}", None, at))) or 0
    if not count and not unread_with_another(terminal_id, zone):
        raise Invalid("device_zone_same", "since")
    audit.record(
        actor_id=by.id, action=ORDERED, object_type="terminal", object_id=terminal_id, branch_id=device.branch_id,
        after={"timezone": zone, "first_on": first.isoformat()}, reason=reason.strip()[:300], at=at,
    )  # fmt: skip
    order = conn().execute(select(func.max(_entry.id)).where(*orders(terminal_id))).scalar_one()
    ask(terminal_id=terminal_id, order=order, zone=zone, first=first.isoformat(), until=at, at=at)
    return count


def rezone_some(
    *,
    terminal_id: int,
    zone: str,
    first: date,
    at: datetime,
    order: int | None = None,
    until: datetime | None = None,
    limit: int = BATCH,
) -> int:
    """The next of them; how many. Call until it answers 0. Does nothing for a zone nobody knows.

    `order`: what was ordered later stands, whichever of the two is worked on first. `until`: what came since was read
    with the zone the device had by then.
    """
    if zone not in available_timezones():
        return 0
    lock_terminals([terminal_id])
    which = _other(terminal_id, zone, f"{first}", _taken_over(terminal_id, order), until)
    rows = conn().execute(_SOME.where(*which).order_by(_raw.id).limit(limit)).all()
    if rows:
        look_again(terminal_ids=[terminal_id], which=_raw.id.in_([row.id for row in rows]), at=at)
        conn().execute(_MOVE, [_moved(row, zone) for row in rows])
    return len(rows)


def _taken_over(terminal_id: int, order: int | None) -> str | None:
    """The first date somebody ordered anew since; None: nothing."""
    if order is None:
        return None
    later = conn().scalars(select(_entry.after).where(*orders(terminal_id), _entry.id > order))
    return min((str(after["first_on"]) for after in later if after), default=None)


def _other(terminal_id: int, zone: str, first: str, before: str | None, until: datetime | None) -> list[Any]:
    found = [_raw.terminal_id == terminal_id, _raw.device_time >= f"{first} 00:00:00", _raw.zone != zone]
    if before is not None:
        found.append(_raw.device_time < before)
    if until is not None:
        found.append(_raw.received_at <= until)
    return found


def _moved(row: Any, zone: str) -> dict[str, Any]:
    """What order said of it when it came is not judged again; whether its moment had come yet is.

    A device that wrote its own offset along knew better than we do: its moments stay.
    """
    own = row.at is not None and row.at != moment(row.device_time, row.zone)
    when = row.at if own else moment(row.device_time, zone)
    judged = row.quality in ("ok", "future", "impossible")
    word = quality(when, Arrival(row.received_at)) if judged else row.quality
    return {"raw": row.id, "to_zone": zone, "to_at": when, "to_quality": word}


_SOME = select(_raw.id, _raw.device_time, _raw.zone, _raw.at, _raw.received_at, _raw.quality)
_MOVE = (
    update(RawPunch.__table__)
    .where(_raw.id == bindparam("raw"))
    .values(zone=bindparam("to_zone"), at=bindparam("to_at"), quality=bindparam("to_quality"))
)
words({"device_zone_same": N_("No punches from that date on were read with another time zone.")})
