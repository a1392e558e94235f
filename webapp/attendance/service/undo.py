"""Taking a check-in back at once. The evidence stays; a row beside it says that it does not count."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select, update

from webapp.attendance.models import AttendanceException, CheckIn, CheckInVoid
from webapp.attendance.rules import Evidence, trusted
from webapp.attendance.service.check_in import placed
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.core.db import conn
from webapp.core.errors import Invalid, NotFound
from webapp.sites.rules.policy import DEFAULT_POLICY

UNDO_TIME = timedelta(seconds=30)
TRAVEL = timedelta(seconds=10)  # the phone counts from the answer on, and the request is under way as well
_OWN = (
    select(CheckIn.id, CheckIn.kind, CheckIn.work_date, CheckIn.received_at, CheckInVoid.at.label("void_at"))
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .where(CheckIn.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"))
)
_DECIDED = select(AttendanceException.id).where(
    AttendanceException.check_in_id == bindparam("id"), AttendanceException.state.in_(("approved", "rejected"))
)


def undo(
    *, employee_id: int, client_id: str, also: Collection[int] = (), evidence: Evidence | None = None, at: datetime
) -> int:
    """Void one's own check-in or check-out (and the ids in `also`) while the phone offers it; its id.

    One that waited for a network is judged at its tap, when the server can stand for that moment, for as long as a
    check-in is by default. Again is the same. Raises NotFound, Invalid (too late).
    """
    lock_people(ids=[employee_id])
    row = conn().execute(_OWN, {"who": employee_id, "client": client_id}).first()
    if row is None:
        raise NotFound("not_found")
    if row.void_at is not None:
        return row.id
    if _said_at(evidence, at) - row.received_at > UNDO_TIME + TRAVEL:
        raise Invalid("undo_closed")
    if at - row.received_at > UNDO_TIME + TRAVEL and conn().execute(_DECIDED, {"id": row.id}).first():
        raise Invalid("undo_closed")
    ids = [row.id, *also]
    conn().execute(insert(CheckInVoid), [{"check_in_id": one, "at": at, "by_id": employee_id} for one in ids])
    about = AttendanceException.check_in_id.in_(ids)
    conn().execute(
        update(AttendanceException).where(about, AttendanceException.state == "open").values(state="withdrawn")
    )
    rebuild_day(employee_id=employee_id, work_date=row.work_date, at=at, tell=True)
    return row.id


def _said_at(evidence: Evidence | None, at: datetime) -> datetime:
    if evidence is None:
        return at
    tap = trusted(placed(evidence, at), at, DEFAULT_POLICY.offline_hours)
    return at if tap.problem else tap.counted_at
