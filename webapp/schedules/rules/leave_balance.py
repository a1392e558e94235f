"""What a person has of a kind of leave in a calendar year, and what goes over into the next; pure, in half days."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from webapp.core.errors import Invalid

DECEMBER = 12


def prorated(yearly: int, year: int, joined_on: date, left_on: date | None) -> int:
    """The part of a year's half days of somebody who is employed for a part of that year.

    China's 职工带薪年休假条例实施办法, art. 5: what a newcomer has of the year is counted by the calendar days that
    remain of it with this employer, as a share of the year, and a part of a day is dropped; art. 12 counts in the same
    way for whoever leaves. It reckons with 365 days; we take the days the year has, which differs in a leap year only.
    The law drops what is less than a whole day; we go by half days, because here half days can be taken, so nobody has
    less than the law gives.
    """
    first, last = date(year, 1, 1), date(year, DECEMBER, 31)
    days = (min(last, left_on or last) - max(first, joined_on)).days + 1
    return yearly * max(days, 0) // ((last - first).days + 1)


@dataclass(frozen=True, slots=True)
class Balance:
    """Half days of one kind in one calendar year."""

    kind: str
    entitled: int | None
    """None: not counted."""
    granted: int = 0
    """Given or taken by hand, or from a file."""
    used: int = 0
    asked: int = 0
    """Of requests nobody has answered to the end."""
    carried: int = 0
    """What came over from the year before; leave up to `valid_until` uses it first."""
    valid_until: date | None = None
    """The last day carried half days can be used; None where nothing was carried."""
    early: int = 0
    """What of `used` and `asked` lies on or before `valid_until`."""
    over: bool = False
    """`valid_until` is past: what was carried and not used has lapsed."""

    @property
    def whole(self) -> int:
        """Everything there is or was of it this year."""
        return (self.entitled or 0) + self.granted + self.carried

    @property
    def unused(self) -> int:
        """What of the carried half days no leave has used."""
        return max(self.carried - self.early, 0)

    @property
    def lapsed(self) -> int:
        return self.unused if self.over else 0

    @property
    def expiring(self) -> int:
        """What of `left` lapses unless it is used by `valid_until`."""
        return 0 if self.over else max(min(self.unused, self.left or 0), 0)

    @property
    def left(self) -> int | None:
        return None if self.entitled is None else self.whole - self.lapsed - self.used - self.asked

    @property
    def left_later(self) -> int | None:
        """What is left for days after `valid_until`: carried half days are no use there."""
        return None if self.left is None else self.left - (0 if self.over else self.unused)


def check_balance(balance: Balance, wanted: int, year: int, early: int = 0) -> None:
    """Raises Invalid where a counted kind has less left than is wanted.

    early: what of `wanted` lies on or before `valid_until`, and so may use what was carried.
    """
    if balance.left is None or balance.left_later is None:
        return
    carried = min(early, balance.unused)
    if wanted - carried <= balance.left_later:
        return
    left = halves_number(max(balance.left_later + carried, 0))
    if wanted <= balance.left and balance.valid_until:
        raise Invalid("leave_balance_later", "kind", left=left, day=balance.valid_until)
    raise Invalid("leave_balance", "kind", left=left, year=year)


@dataclass(frozen=True, slots=True)
class Carry:
    """What becomes of a balance at the end of its year."""

    left: int
    carried: int
    lapses: int


def carry_over(balance: Balance, most: int) -> Carry:
    """At most `most` half days go over. What was carried before is used within its year and never goes over again; a
    balance below zero takes nothing into the next year. `balance` is that of a year that is over.
    """
    left = max(balance.left or 0, 0)
    carried = min(left, max(most, 0))
    return Carry(left, carried, left - carried)


def carried_until(year: int, months: int | None) -> date:
    """The last day on which what was carried into `year` can be used."""
    month = min(months or DECEMBER, DECEMBER)
    return date(year, month, monthrange(year, month)[1])


def halves_number(halves: int) -> str:
    """Halves as days: 3 -> "1.5"."""
    return f"{halves / 2:g}"
