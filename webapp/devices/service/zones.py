"""Orders to read what a device recorded with another time zone; they hold for what is read later, too."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from webapp.core import audit, outbox
from webapp.core.db import conn
from webapp.devices.models import DeviceRequest

JOB = "jobs.reconcile.rezone"
ORDERED = "terminal.rezoned"
"""In the audit trail, which says what was ordered later."""
_entry = audit.AuditEntry.__table__.c


def orders(terminal_id: int) -> tuple[Any, ...]:
    """A condition on entries of the audit trail."""
    return (_entry.object_type == "terminal", _entry.object_id == str(terminal_id), _entry.action == ORDERED)


def ask(*, terminal_id: int, order: int, zone: str, first: str, until: datetime, at: datetime) -> None:
    """Have an order carried out, again if need be: what has come `until` then and was read with another zone."""
    payload = {"terminal_id": terminal_id, "zone": zone, "first": first, "order": order, "until": until.isoformat()}
    outbox.put("run", f"{JOB}#{terminal_id}|{zone}|{first}", payload, at)


def ask_again(*, terminal_id: int, zone: str, came: datetime) -> None:
    """Something that came before an order was read only now, with the zone the device had when it came.

    Its reader holds the terminal's lock, so that an order it cannot see yet is carried out after it.
    """
    later = select(_entry.id, _entry.at, _entry.after).where(*orders(terminal_id), _entry.at >= came)
    for row in conn().execute(later.order_by(_entry.id)).all():
        if row.after["timezone"] != zone:
            again = {"order": row.id, "zone": row.after["timezone"], "first": row.after["first_on"]}
            ask(terminal_id=terminal_id, **again, until=row.at, at=row.at)


def unread_with_another(terminal_id: int, zone: str) -> bool:
    waits = (DeviceRequest.terminal_id == terminal_id, DeviceRequest.read_at.is_(None), DeviceRequest.zone != zone)
    return bool(conn().scalar(select(func.count()).where(*waits)))
