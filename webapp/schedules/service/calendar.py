"""A branch's holidays and make-up workdays."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Invalid, NotFound
from webapp.people.models import Branch
from webapp.schedules.adapters.holidays_library import days
from webapp.schedules.models import CalendarDay
from webapp.schedules.queries.periods import closed_months
from webapp.schedules.service.common import branch_changed, office
from webapp.wallet.rules import month_span


def seed_calendar(*, by: SignedIn | None, branch_id: int, years: Sequence[int], at: datetime) -> int:
    """Add what the library knows for these years; how many days were added.

    Days already there, also edited ones, stay as they are, and so do closed months.
    """
    office(by, branch_id)
    branch = db.session.get(Branch, branch_id)
    if branch is None:
        raise NotFound("not_found", "branch_id")
    known = set(db.session.scalars(select(CalendarDay.on).where(CalendarDay.branch_id == branch_id)))
    known |= _in_closed_months(branch_id, years)
    new = [day for day in days(branch.country, years, branch.language) if day.on not in known]
    if not new:
        return 0
    rows = [
        {"branch_id": branch_id, "on_date": day.on, "kind": day.kind, "name": day.name, "source": "library"}
        for day in new
    ]
    conn().execute(insert(CalendarDay), rows)
    _record(by, "calendar.seeded", branch_id, ",".join(map(str, years)), None, {"days": len(new)}, at)
    for day in new:
        branch_changed(branch_id, day.on, day.on, at)
    return len(new)


def set_calendar_day(*, by: SignedIn | None, branch_id: int, on: date, kind: str, name: str = "", at: datetime) -> None:
    """`kind`: holiday, workday (make-up) or ordinary: the week decides. Raises Invalid, NotFound, Forbidden."""
    office(by, branch_id)
    if kind not in ("holiday", "workday", "ordinary"):
        raise Invalid("not_a_choice", "kind")
    if kind == "holiday" and not name:
        raise Invalid("required", "name")
    day = db.session.get(CalendarDay, (branch_id, on))
    before = {"kind": day.kind, "name": day.name} if day else {"kind": "ordinary", "name": ""}
    after = {"kind": kind, "name": name}
    if before == after:
        return
    if day is None:
        day = CalendarDay(branch_id=branch_id, on=on)
        db.session.add(day)
    day.kind, day.name, day.source = kind, name, "hr"
    _record(by, "calendar.changed", branch_id, on.isoformat(), *audit.changed(before, after), at)
    branch_changed(branch_id, on, on, at)


def _in_closed_months(branch_id: int, years: Sequence[int]) -> set[date]:
    spans = [month_span(month) for _, month in closed_months([branch_id], hold=True)]
    days_of = (first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1))
    return {on for on in days_of if on.year in years}


def _record(
    by: SignedIn | None,
    action: str,
    branch_id: int,
    what: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    at: datetime,
) -> None:
    audit.record(
        actor_id=by.id if by else None,
        action=action,
        object_type="calendar",
        object_id=what,
        branch_id=branch_id,
        before=before,
        after=after,
        at=at,
    )
