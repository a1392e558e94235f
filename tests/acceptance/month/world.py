"""A month as plain data: who works where and when, and everything that reached the product, each thing at its time.

Imports nothing of the product. Moments are aware UTC; `at` is when something arrived, not when it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """A shift, or what a kind of store asks of those who come to it; local "HH:MM". `terms`: what else it demands."""

    code: str
    start: str
    end: str
    grace: int
    terms: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Place:
    code: str
    kind: str
    lat: float
    lng: float
    radius_m: int


@dataclass(frozen=True)
class Wall:
    """A device on the wall of some places. Its clock shows `zone`, `fast_s` seconds ahead; silent between `out`."""

    code: str
    places: tuple[str, ...]
    zone: str
    fast_s: int
    live: bool
    out: tuple[tuple[datetime, datetime], ...] = ()

    def is_out(self, at: datetime) -> bool:
        return any(first <= at < last for first, last in self.out)


@dataclass(frozen=True)
class Person:
    """`rota`: works by the roster and not by the week. `off_s`: how wrong the phone's clock is."""

    no: str
    team: int
    joined: date
    left: date | None
    pin: str | None
    places: tuple[str, ...]
    rota: str | None
    plans: bool
    off_s: int = 0

    def employed(self, on: date) -> bool:
        return self.joined <= on and (self.left is None or on <= self.left)


@dataclass(frozen=True)
class Office:
    """A branch. `kinds` are of stores, `shifts` of rosters; the first shift is the branch's own."""

    code: str
    zone: str
    country: str
    currency: str
    workdays: tuple[int, ...]
    kinds: dict[str, Hours]
    shifts: dict[str, Hours]
    places: dict[str, Place]
    walls: dict[str, Wall]
    people: dict[str, Person]
    bosses: dict[str, tuple[int, tuple[str, ...]]]
    """Supervisors: their team, and the places they answer for."""
    alone: bool = True
    """A day that only a device speaks for counts by itself."""
    again_s: int = 60
    """Punches so close together are the same finger."""
    quota: int = 0
    """Missing times a person may report for a month; 0: as many as they need."""
    pictured: tuple[str, ...] = ()
    """Kinds of stores where a visit needs a photo."""

    def wants_photo(self, place: str) -> bool:
        return self.places[place].kind in self.pictured

    def local(self, on: date, clock: str) -> datetime:
        hour, minute = map(int, clock.split(":"))
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZoneInfo(self.zone))


@dataclass(frozen=True)
class Fact:
    at: datetime
    who: str


@dataclass(frozen=True)
class Tap(Fact):
    """`tapped` is the true moment. `fix`: (lat, lng, accuracy) or None. `token`: when the page it trusts was loaded."""

    key: str
    kind: str
    tapped: datetime
    place: str
    fix: tuple[float, float, float] | None
    token: datetime | None = None
    of: str | None = None
    outcome: str = "order"


@dataclass(frozen=True)
class Undo(Fact):
    """A tap taken back at once."""

    key: str


@dataclass(frozen=True)
class Post(Fact):
    """`who` is a wall; lines are (pin, what its clock shows). `live`: sent as it happened."""

    lines: tuple[tuple[str, str], ...]
    live: bool = False


@dataclass(frozen=True)
class Call(Fact):
    """A wall says that it is there."""


@dataclass(frozen=True)
class Pin(Fact):
    """From now on known: whose id this is, from a date on."""

    pin: str
    first: date


@dataclass(frozen=True)
class Ruling(Fact):
    """HR's, about a punch of wall `who` whose time nobody believes: when it was (None: it does not count)."""

    pin: str
    shown: str
    granted: datetime | None


@dataclass(frozen=True)
class Photo(Fact):
    """Of the visit that began with tap `key`."""

    key: str


@dataclass(frozen=True)
class Away(Fact):
    """A boss is away on these dates; `other` stands in."""

    other: str
    first: date
    last: date


@dataclass(frozen=True)
class Roster(Fact):
    """kind: work | rest | None (the calendar and the week decide)."""

    on: date
    kind: str | None
    shift: str | None = None


@dataclass(frozen=True)
class Swap(Fact):
    """Two days of two people change owners; `who` asks, `other` says yes, the boss agrees."""

    other: str
    on: date
    their: date


@dataclass(frozen=True)
class Plan(Fact):
    on: date
    places: tuple[str, ...]


@dataclass(frozen=True)
class Calendar(Fact):
    """`who` is an office; kind: holiday | workday."""

    on: date
    kind: str


@dataclass(frozen=True)
class Leave(Fact):
    """`starts_half`: only the second half of the first day is off; `ends_half`: only the first half of the last."""

    key: str
    first: date
    last: date
    kind: str
    starts_half: bool = False
    ends_half: bool = False
    asked: bool = False


@dataclass(frozen=True)
class CancelLeave(Fact):
    key: str


@dataclass(frozen=True)
class Word(Fact):
    """A supervisor's: present | absent | undone."""

    on: date
    word: str
    boss: str
    reason: str = ""


@dataclass(frozen=True)
class Ask(Fact):
    """what: late | early | missing_out | absent (explained), forgot_in | forgot_out (reported)."""

    key: str
    on: date
    what: str
    wanted: datetime | None = None


@dataclass(frozen=True)
class Answer(Fact):
    """HR's, about everything open of a tap or of an Ask; `granted`: the time that is written."""

    key: str
    yes: bool
    granted: datetime | None = None


@dataclass
class Month:
    offices: list[Office]
    first: date
    last: date
    facts: list[Fact]
    unasked: list[Pin] = field(default_factory=list)
    """Ids that nobody knows before the month is closed."""

    _ordered: list[Fact] = field(default_factory=list, init=False, repr=False)
    _of: tuple[int, int] = field(default=(0, 0), init=False, repr=False)

    def ordered(self) -> list[Fact]:
        """Sorted again only when something was added: it is asked for hundreds of times."""
        of = (len(self.facts), id(self.facts[-1]) if self.facts else 0)
        if of != self._of:
            self._ordered, self._of = sorted(self.facts, key=lambda fact: fact.at), of
        return self._ordered

    def dates(self) -> list[date]:
        return list(days(self.first, self.last))

    def office_of(self, who: str) -> Office:
        return next(one for one in self.offices if who in one.people or who in one.walls or who == one.code)

    @property
    def over(self) -> datetime:
        """When every day is final: devices were waited for, every shift is long over."""
        return max(office.local(self.last + 5 * DAY, "12:00") for office in self.offices).astimezone(UTC)


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def of_kind(facts: Iterable[Fact], kind: type, who: str | None = None) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, kind) and who in (None, fact.who)]
