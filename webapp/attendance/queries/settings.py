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


def undecided_dates(branch_id: int, since: date) -> list[date]:
    """Work dates of a branch on which somebody's day is not decided."""
    days = (AttendanceDay.branch_id == branch_id, AttendanceDay.work_date >= since, AttendanceDay.undecided.is_(True))
    return list(conn().scalars(select(AttendanceDay.work_date).where(*days).distinct()))
