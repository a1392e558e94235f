"""What people know of their days, kept as one mark for each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, delete, insert, select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.schedules.models import RosterTold
from webapp.schedules.queries import mark_of, table

Pair = tuple[int, date]


def marks_of(people: Collection[int], dates: Sequence[date], branch: Branch) -> dict[Pair, str]:
    """Of the days as they are now."""
    return {pair: mark_of(cell) for pair, cell in table(people, dates, branch).items()}


def told_of(people: Sequence[int], first: date, last: date) -> dict[Pair, tuple[str, datetime]]:
    """The mark that was told last, and when."""
    rows = select(RosterTold.employee_id, RosterTold.work_date, RosterTold.told, RosterTold.at).where(
        RosterTold.employee_id.in_(people), RosterTold.work_date.between(first, last)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in conn().execute(rows)}


def remember(by: SignedIn | None, marks: Mapping[Pair, str], at: datetime) -> None:
    """`by` None: told by itself."""
    here = (RosterTold.employee_id == bindparam("who"), RosterTold.work_date == bindparam("day"))
    conn().execute(delete(RosterTold).where(*here), [{"who": who, "day": on} for who, on in marks])
    rows = [
        {"employee_id": who, "work_date": on, "told": mark, "at": at, "by": by.id if by else None}
        for (who, on), mark in marks.items()
    ]
    conn().execute(insert(RosterTold), rows)
