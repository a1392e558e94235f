"""Who said that people were there: phone, device, supervisor, HR, and which of them together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from webapp.attendance.models import AttendanceDay
from webapp.attendance.queries.reports.scope import Group, Scope, days_of, groups
from webapp.core.db import conn
from webapp.core.figures import once, tally

SOURCES = ("phone", "device", "supervisor", "hr")


@dataclass(frozen=True, slots=True)
class Combination:
    """Names of SOURCES in their order, joined by commas."""

    sources: str
    now: int
    past: int


def combinations(scope: Scope) -> list[Combination]:
    """Days by who spoke for them."""
    day = once(_days(scope))
    counted = select(day.c.sources, day.c.past, func.count()).group_by(day.c.sources, day.c.past)
    return _folded(conn().execute(counted))


def sources(scope: Scope) -> list[Group]:
    """Figures: days, one for each of SOURCES, single (one source only) and both (a phone and a device)."""
    day = once(_days(scope))
    told = {name: day.c.sources.contains(name) for name in SOURCES}
    counted = select(
        day.c.key,
        day.c.past,
        func.count().label("days"),
        *(tally(said).label(name) for name, said in told.items()),
        tally(day.c.sources.not_like("%,%")).label("single"),
        tally(told["phone"] & told["device"]).label("both"),
    ).group_by(day.c.key, day.c.past)
    return groups(scope.by, counted)


def _days(scope: Scope) -> Any:
    return days_of(scope, AttendanceDay.sources).where(AttendanceDay.sources != "")


def _folded(rows: Iterable[Any]) -> list[Combination]:
    found: dict[str, list[int]] = {}
    for said, past, number in rows:
        found.setdefault(said, [0, 0])[past] = number
    return [Combination(said, *numbers) for said, numbers in found.items()]
