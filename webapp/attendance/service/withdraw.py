"""Taking back what one asked for, while nobody has decided it."""

from datetime import datetime

from sqlalchemy import select, update

from webapp.attendance.models import AttendanceException
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.attendance.service.evidence import Person
from webapp.attendance.service.held import check_month
from webapp.attendance.service.telling import close_waiting
from webapp.core import audit
from webapp.core.db import conn
from webapp.core.errors import Conflict, NotFound


def withdraw(*, rep: Person, exception_id: int, at: datetime) -> None:
    """Again is the same. Raises NotFound (not one's own request), Conflict (decided meanwhile, a closed month)."""
    lock_people(ids=[rep.id])
    mine = AttendanceException.id == exception_id, AttendanceException.employee_id == rep.id
    row = conn().execute(select(AttendanceException.__table__).where(*mine)).first()
    if row is None or not (row.params.get("own") or row.params.get("tap")):
        raise NotFound("not_found")
    if row.state == "withdrawn":
        return
    if row.state != "open":
        raise Conflict("nothing_to_take_back")
    check_month(employee_id=rep.id, work_date=row.work_date, at=at)
    conn().execute(update(AttendanceException).where(*mine).values(state="withdrawn"))
    audit.record(
        actor_id=rep.id, action="exception.withdrawn", object_type="attendance_exception", object_id=exception_id,
        branch_id=row.branch_id, before={"state": "open"}, after={"state": "withdrawn"}, at=at,
    )  # fmt: skip
    close_waiting(exception_id=exception_id, at=at)
    rebuild_day(employee_id=row.employee_id, work_date=row.work_date, at=at, tell=True)
