"""The days of a swap as both see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from webapp.people.queries import names
from webapp.schedules.rules import Swap, seen
from webapp.sites.queries import fences


@dataclass(frozen=True, slots=True)
class Side:
    """What one of them gives away: work of a date, to somebody."""

    giver: str
    taker: str
    on: date
    starts_at: datetime | None
    ends_at: datetime | None
    visits: str


def sides(swap: Swap, days: Any) -> list[Side]:
    """`days`: as looked up, or as stored with the request. What each gives, the asker's first; two statements."""
    stored = seen(days) if isinstance(days, Mapping) else days
    known = {(row[0], date.fromisoformat(row[1])): row for row in stored}
    people = names([swap.asker, swap.other])
    gives = [(swap.asker, swap.other, swap.asker_on)]
    if swap.other_on is not None:
        gives.append((swap.other, swap.asker, swap.other_on))
    shops = fences({stop[0] for row in stored for stop in row[6]})
    return [_side(people[giver], people[taker], on, known[giver, on], shops) for giver, taker, on in gives]


def _side(giver: str, taker: str, on: date, row: Any, shops: Mapping[int, Any]) -> Side:
    starts, ends = (None if text is None else datetime.fromisoformat(text) for text in row[4:6])
    visits = " · ".join(shops[stop[0]].name for stop in row[6] if stop[0] in shops)
    return Side(giver, taker, on, starts, ends, visits)
