"""What a rep may ask to have corrected, what counts against the month's quota, what excludes what; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

NEEDS_TIME = frozenset({"wrong_time", "forgot_out", "forgot_in"})
NEEDS_NOTE = frozenset({"other", "wrong_store", "field", "leave"})
COUNTED = NEEDS_TIME | {"field", "missing_out", "absent"}
"""These give a day times that nobody recorded. Leave has a balance of its own; explaining adds no time."""
_SIDES: dict[str, frozenset[str]] = {
    "absent": frozenset({"in", "out"}),
    "field": frozenset({"in", "out"}),
    "leave": frozenset({"in", "out"}),
    "forgot_in": frozenset({"in"}),
    "forgot_out": frozenset({"out"}),
    "missing_out": frozenset({"out"}),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a rep asked for. `what`: the category of a mistake, else the kind of the exception."""

    id: int
    work_date: date
    what: str
    state: str
    check_in_id: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """Of one calendar month of work dates. limit 0: no limit."""

    limit: int = 0
    used: int = 0

    @property
    def left(self) -> int | None:
        """None: as many as they need."""
        return max(0, self.limit - self.used) if self.limit else None


def what_of(kind: str, params: dict[str, Any]) -> str:
    return str(params.get("category") or kind) if kind == "mistake" else kind


def quota_of(requests: Iterable[Request], limit: int) -> Quota:
    """What waits or was approved counts; what was refused or taken back is given back."""
    return Quota(limit, sum(one.what in COUNTED and one.state in ("open", "approved") for one in requests))


def overlaps(wanted: str, on: date, requests: Iterable[Request]) -> bool:
    """Does something that waits already ask for the same end of this day, or for all of it?"""
    sides = _SIDES.get(wanted, frozenset())
    waiting = [one for one in requests if one.state == "open" and one.work_date == on and one.check_in_id is None]
    return any(sides & _SIDES.get(one.what, frozenset()) for one in waiting)


def month_span(on: date) -> tuple[date, date]:
    first = on.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
