"""Positions get coarse after a while, and who looked at one is written down."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance.models import CheckIn, PositionView
from webapp.core.db import conn, is_postgres
from webapp.people.models import Branch

BATCH = 500
PLACES = 2
"""Decimals of a coarse degree: about 1 km."""
_POSITIONAL = ("altitude", "speed")


def coarsen_positions(*, branch_id: int, at: datetime, limit: int = BATCH) -> int:
    """The next check-ins whose time is over; how many were looked at. Call until it answers 0.

    Only where the phone was gets coarse: verdict, distance and all that money follows from stay as they are.
    """
    branch = conn().execute(_BRANCH.where(Branch.id == branch_id).with_for_update(key_share=True)).one()
    before = at - timedelta(days=branch.position_days)
    old = []
    for row in conn().execute(_NEXT.where(CheckIn.id > branch.coarse_through).limit(limit)):
        if row.branch_id == branch_id and row.received_at >= before:
            break
        old.append(row)
    if not old:
        return 0
    coarse = [_coarse(row) for row in old if row.branch_id == branch_id and row.lat is not None]
    if coarse:
        conn().execute(_COARSEN, coarse)
    conn().execute(update(Branch).where(Branch.id == branch_id).values(coarse_through=old[-1].id))
    return len(old)


def note_looks(*, viewer_id: int, check_in_ids: Collection[int], on: date, at: datetime) -> None:
    """Once for each check-in, viewer and day; `on` is the viewer's date."""
    insert = (postgresql if is_postgres() else sqlite).insert(PositionView).on_conflict_do_nothing()
    rows = [{"check_in_id": n, "viewer_id": viewer_id, "viewed_on": on, "at": at} for n in sorted(check_in_ids)]
    if rows:
        conn().execute(insert, rows)


def _coarse(row: Any) -> dict[str, Any]:
    extra = {name: value for name, value in (row.extra or {}).items() if name not in _POSITIONAL}
    return {"row": row.id, "lat": round(row.lat, PLACES), "lng": round(row.lng, PLACES), "extra": extra or None}


_BRANCH = select(Branch.position_days, Branch.coarse_through)
_NEXT = select(CheckIn.id, CheckIn.branch_id, CheckIn.received_at, CheckIn.lat, CheckIn.lng, CheckIn.extra).order_by(
    CheckIn.id
)
_COARSEN = (
    update(CheckIn)
    .where(CheckIn.id == bindparam("row"))
    .values({name: bindparam(name) for name in ("lat", "lng", "extra")})
)
