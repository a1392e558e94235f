"""Whether two people's days can be swapped; pure. A day is what somebody works then, as both saw it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from webapp.core.errors import Conflict, Invalid

OPEN_SWAPS = ("asked", "accepted")


@dataclass(frozen=True, slots=True)
class SwapDay:
    """`rostered`: a row of the roster says it; `starts`/`ends`: moments; `stops`: (site, from, until) in order;
    `on_leave`: any part of the day is."""

    kind: str
    rostered: bool
    shift_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    stops: tuple[tuple[int, str | None, str | None], ...] = ()
    employed: bool = True
    on_leave: bool = False

    @property
    def works(self) -> bool:
        return self.kind == "work"


Days = Mapping[tuple[int, date], SwapDay]
"""By (person, date): both people on every date of the swap."""


@dataclass(frozen=True, slots=True)
class Swap:
    """`asker` gives `asker_on` to `other` and takes `other_on` (None: nothing)."""

    asker: int
    other: int
    asker_on: date
    other_on: date | None

    @property
    def dates(self) -> tuple[date, ...]:
        return (self.asker_on,) if self.other_on in (None, self.asker_on) else (self.asker_on, self.other_on)

    @property
    def pairs(self) -> list[tuple[int, date]]:
        return [(person, on) for person in (self.asker, self.other) for on in self.dates]


def check_swap(swap: Swap, days: Days, at: datetime) -> None:
    """Raises Invalid with what does not fit and the field."""
    asker, other = (days[person, swap.asker_on] for person in (swap.asker, swap.other))
    if not all(day.employed for day in days.values()):
        raise Invalid("swap_gone", "asker_on")
    if any(day.on_leave for day in days.values()):
        raise Invalid("swap_leave", "asker_on")
    if not asker.works:
        raise Invalid("swap_nothing", "asker_on")
    if swap.other_on != swap.asker_on and other.works:
        raise Invalid("swap_busy", "other_on")
    if swap.other_on is not None:
        _check_return(swap, days)
    begun = [day for day in days.values() if day.works and day.starts_at is not None and day.starts_at <= at]
    if begun:
        raise Invalid("swap_past", "asker_on")


def _check_return(swap: Swap, days: Days) -> None:
    assert swap.other_on is not None
    if not days[swap.other, swap.other_on].works:
        raise Invalid("swap_nothing_back", "other_on")
    if swap.other_on != swap.asker_on and days[swap.asker, swap.other_on].works:
        raise Invalid("swap_you_work", "other_on")
    same = swap.other_on == swap.asker_on and _hours(days[swap.asker, swap.asker_on]) == _hours(
        days[swap.other, swap.other_on]
    )
    if same:
        raise Invalid("swap_same", "other_on")


def exchanged(swap: Swap, days: Days) -> dict[tuple[int, date], tuple[str | None, int | None, Sequence[Any]]]:
    """What each of the people works on each of the dates afterwards: kind, shift, stops; plans travel with the work.

    The kind is None where the colleague was off without a row of the roster: the calendar and the week say it, so
    that a holiday stays one.
    """
    after: dict[tuple[int, date], tuple[str | None, int | None, Sequence[Any]]] = {}
    for on in swap.dates:
        for person, colleague in ((swap.asker, swap.other), (swap.other, swap.asker)):
            now, gets = days[person, on], days[colleague, on]
            off = "rest" if gets.rostered else None
            after[person, on] = ("work", gets.shift_id, gets.stops) if gets.works else (off, None, gets.stops)
            if not now.works and not gets.works:
                after.pop((person, on))
    return after


def seen(days: Days) -> list[list[Any]]:
    """The days as stored and compared later; every detail a person could see."""
    return [
        [person, on.isoformat(), day.kind, day.shift_id, _moment(day.starts_at), _moment(day.ends_at),
         [list(stop) for stop in day.stops]]
        for (person, on), day in sorted(days.items())
    ]  # fmt: skip


def check_unchanged(days: Days, stored: Any) -> None:
    """Raises Conflict when a day is not any more as both saw it."""
    if seen(days) != stored:
        raise Conflict("swap_changed")


def _hours(day: SwapDay) -> tuple[Any, ...]:
    return day.shift_id, day.starts_at, day.ends_at, day.stops


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
