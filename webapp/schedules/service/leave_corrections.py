"""Leave that follows from a corrected day: a whole day of one kind, taken when the correction is approved."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.people.models import Employee
from webapp.schedules.models import Leave
from webapp.schedules.queries.leave_requests import leave_overlap
from webapp.schedules.rules import Span
from webapp.schedules.service.common import lock
from webapp.schedules.service.leave import add_leave, end_leave


def take_corrected_leave(
    *, by: SignedIn | None, employee_id: int, on: date, kind: str, note: str, at: datetime
) -> None:  # fmt: skip
    """The whole day, or the half that no leave, and no request for it, has already; nothing where both are taken."""
    lock([employee_id])
    parts = (Span(on, on), Span(on, on, starts_half=True), Span(on, on, ends_half=True))
    span = next((part for part in parts if leave_overlap(employee_id, part) is None), None)
    if span is not None:
        someone = db.session.get_one(Employee, employee_id)
        add_leave(by=by, someone=someone, span=span, kind=kind, note=note, at=at)


def return_corrected_leave(
    *, by: SignedIn | None, employee_id: int, on: date, taken: Collection[datetime], reason: str, at: datetime
) -> None:  # fmt: skip
    """taken: when a correction was approved; leave recorded in another moment has nothing to do with it."""
    mine = select(Leave).where(
        Leave.employee_id == employee_id, Leave.first_on == on, Leave.last_on == on, Leave.recorded_at.in_(taken),
        Leave.cancelled_at.is_(None),
    )  # fmt: skip
    for leave in db.session.scalars(mine.with_for_update()).all():
        end_leave(by=by, leave=leave, someone=db.session.get_one(Employee, employee_id), reason=reason, at=at)
    db.session.flush()  # the day is built again next, by statements that flush nothing
