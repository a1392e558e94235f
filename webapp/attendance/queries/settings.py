"""What a branch decided about its attendance."""

from datetime import date

from sqlalchemy import select

from webapp.attendance.models import AttendanceDay
from webapp.attendance.rules import AttendancePolicy, read_policy
from webapp.core.db import conn
from webapp.people.models import Branch


def policy_of(branch_id: int) -> AttendancePolicy:
    """One statement; ask once in a unit of work."""
    return read_policy(conn().scalar(select(Branch.attendance).where(Branch.id == branch_id)))


def undecided_days(branch_id: int, since: date) -> list[tuple[int, date]]:
    """(person, work date) of a branch's days that are not decided."""
    days = (AttendanceDay.branch_id == branch_id, AttendanceDay.work_date >= since, AttendanceDay.undecided.is_(True))
    found = select(AttendanceDay.employee_id, AttendanceDay.work_date).where(*days)
    return [(who, on) for who, on in conn().execute(found.order_by(AttendanceDay.work_date, AttendanceDay.employee_id))]
