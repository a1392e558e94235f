"""One person's month as those who answer for them see it."""

from datetime import date

from sqlalchemy import select

from webapp.attendance import policy
from webapp.attendance.models import AttendanceDay
from webapp.attendance.queries.facts import result_of
from webapp.attendance.rules import DayResult
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.people import queries as people
from webapp.people.models import Employee


def month_of(user: SignedIn, employee_id: int, first: date, last: date) -> tuple[str, dict[date, DayResult]]:
    """(name, {date: day}): a supervisor's are the days the person was theirs to answer for. Raises NotFound."""
    day = AttendanceDay.__table__
    theirs = policy.supervised(user, day.c.work_date)
    query = (
        select(day, Employee.name)
        .join(Employee, Employee.id == day.c.employee_id)
        .where(day.c.employee_id == employee_id, day.c.work_date.between(first, last), theirs)
        .order_by(day.c.work_date)
    )
    rows = conn().execute(query).all()
    ever = select(Employee.name).join(day, day.c.employee_id == Employee.id).where(Employee.id == employee_id, theirs)
    name = rows[0].name if rows else conn().scalar(ever.limit(1)) or people.employee(user, employee_id).name
    return name, {row.work_date: result_of(row) for row in rows}
