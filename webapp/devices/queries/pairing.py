"""Devices that called and are nobody's yet."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.devices import policy
from webapp.devices.models import PairingWindow, UnknownSerial
from webapp.people.models import Branch

WAITING = 100


def windows(branch_ids: Collection[int], at: datetime) -> dict[int, datetime]:
    """{branch: until when its window is open}"""
    still = (PairingWindow.branch_id.in_(branch_ids), PairingWindow.until > at)
    query = select(PairingWindow.branch_id, func.max(PairingWindow.until)).where(*still)
    rows = conn().execute(query.group_by(PairingWindow.branch_id))
    return {row[0]: row[1] for row in rows}


def waiting(user: SignedIn) -> list[Row[Any]]:
    """serial, branch, branch_id, first_seen_at, seen_at, calls, ip, told; the newest first."""
    mine = UnknownSerial.branch_id.in_(user.branch_ids)
    return list(conn().execute(_WAITING.where(mine).order_by(UnknownSerial.seen_at.desc()).limit(WAITING)))


def waiting_count(user: SignedIn) -> int:
    mine = UnknownSerial.branch_id.in_(user.branch_ids)
    return conn().scalar(select(func.count()).select_from(UnknownSerial).where(mine)) or 0


def waiting_one(user: SignedIn, serial: str) -> Row[Any]:
    """Raises NotFound."""
    mine = (UnknownSerial.serial == serial, UnknownSerial.branch_id.in_(user.branch_ids))
    row = conn().execute(_WAITING.where(*mine)).first()
    if row is None or not policy.can_edit(user, row.branch_id):
        raise NotFound("not_found")
    return row


_WAITING = select(
    UnknownSerial.serial, Branch.name.label("branch"), UnknownSerial.branch_id, UnknownSerial.first_seen_at,
    UnknownSerial.seen_at, UnknownSerial.calls, UnknownSerial.ip, UnknownSerial.told,
).join(Branch, Branch.id == UnknownSerial.branch_id)  # fmt: skip
