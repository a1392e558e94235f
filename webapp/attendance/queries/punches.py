"""Punches of days as rows to look at. One statement each, however many days."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import bindparam, exists, select

from webapp.attendance.models import Punch
from webapp.attendance.queries.heard import USUAL
from webapp.attendance.rules import Stamp
from webapp.core.db import conn
from webapp.sites.models import Site

Pair = tuple[int, date]


@dataclass(frozen=True, slots=True)
class PunchRow:
    """One punch of a person; `raw_id` and `terminal_id` are the devices' own numbers."""

    employee_id: int
    work_date: date
    raw_id: int
    terminal_id: int
    at: datetime
    site_id: int | None
    site: str | None
    key: Literal["in", "out"] | None
    state: str

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.raw_id, self.at, self.site_id, self.key)


def punch_rows(pairs: Collection[Pair]) -> dict[Pair, list[PunchRow]]:
    """Punches of each day in order, repeats too."""
    found: dict[Pair, list[PunchRow]] = defaultdict(list)
    asked = {"people": sorted({who for who, _ in pairs}), "dates": sorted({on for _, on in pairs})}
    for row in conn().execute(_ROWS, asked) if pairs else ():
        found[row.employee_id, row.work_date].append(PunchRow(*row))
    return found


def punched_lately(employee_id: int, on: date) -> bool:
    """Does the person use devices? Asked of the two weeks before a date."""
    asked: dict[str, Any] = {"who": employee_id, "first": on - USUAL, "last": on}
    return bool(conn().scalar(_LATELY, asked))


_ROWS = (
    select(Punch.employee_id, Punch.work_date, Punch.raw_id, Punch.terminal_id, Punch.at, Punch.site_id, Site.name)
    .add_columns(Punch.key, Punch.state)
    .outerjoin(Site, Site.id == Punch.site_id)
    .where(
        Punch.employee_id.in_(bindparam("people", expanding=True)),
        Punch.work_date.in_(bindparam("dates", expanding=True)),
    )
    .order_by(Punch.at, Punch.raw_id)
)
_LATELY = select(
    exists().where(
        Punch.employee_id == bindparam("who"),
        Punch.work_date >= bindparam("first"),
        Punch.work_date < bindparam("last"),
    )
)
