"""Punches of a day as rows to look at."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, bindparam, exists, select

from webapp.attendance.models import AttendanceDay, Punch
from webapp.attendance.queries.facts import RESULT_COLUMNS, expectation_of
from webapp.attendance.queries.heard import USUAL
from webapp.attendance.rules import DayResult, Stamp, read_policy, roles
from webapp.attendance.rules.punches import Role
from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.sites.models import Site

Pair = tuple[int, date]


@dataclass(frozen=True, slots=True)
class PunchRow:
    """One punch of a person; `raw_id` and `terminal_id` are the devices' own numbers."""

    raw_id: int
    terminal_id: int
    at: datetime
    site_id: int | None
    site: str | None
    key: Literal["in", "out"] | None

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.raw_id, self.at, self.site_id, self.key)


def day_and_punches(pair: Pair) -> tuple[DayResult | None, list[PunchRow], dict[int, Role]]:
    """A day as it is stored, its punches in order, repeats too, and what each is for; one statement.

    No day has no punches.
    """
    rows = conn().execute(_DAY, {"who": pair[0], "on": pair[1]}).all()
    if not rows:
        return None, [], {}
    width = len(RESULT_COLUMNS)
    day = DayResult(*rows[0][:width])
    punches = [PunchRow(*row[width:-1]) for row in rows if row[width] is not None]
    again = timedelta(seconds=read_policy(rows[0][-1]).repeat_seconds)
    return day, punches, roles([row.stamp for row in punches], expectation_of(day), again)


def punched_lately(employee_id: int, on: date, site_id: int | None) -> bool:
    """Does the person use the devices of a shop? Asked of the two weeks before a date."""
    asked: dict[str, Any] = {"who": employee_id, "first": on - USUAL, "last": on, "site": site_id}
    return bool(conn().scalar(_LATELY, asked))


_day = AttendanceDay.__table__
_DAY = (
    select(*(_day.c[name] for name in RESULT_COLUMNS))
    .add_columns(Punch.raw_id, Punch.terminal_id, Punch.at, Punch.site_id, Site.name, Punch.key, Branch.attendance)
    .select_from(_day)
    .join(Branch, Branch.id == _day.c.branch_id)
    .outerjoin(Punch, and_(Punch.employee_id == _day.c.employee_id, Punch.work_date == _day.c.work_date))
    .outerjoin(Site, Site.id == Punch.site_id)
    .where(_day.c.employee_id == bindparam("who"), _day.c.work_date == bindparam("on"))
    .order_by(Punch.at, Punch.raw_id)
)
_LATELY = select(
    exists().where(
        Punch.employee_id == bindparam("who"),
        Punch.site_id == bindparam("site"),
        Punch.work_date >= bindparam("first"),
        Punch.work_date < bindparam("last"),
    )
)
