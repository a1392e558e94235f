"""What is known about one check-in when its evidence is weighed; degrees are WGS-84, lengths metres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from webapp.sites.rules.space import roughly_m

REMEMBERED = timedelta(days=60)
"""How far back positions are compared; exact spots are kept for no longer."""
NEWEST = 50
"""So many of a person's check-ins are looked at together."""
Spot = tuple[int, int]
_E7 = 10**7
_EAST = 1_800_000_001


@dataclass(frozen=True, slots=True)
class Seen:
    """One check-in as the phone sent it. `at` is the moment that counts, on the server's clock.

    `token_at`: server time that the phone had surely seen. `site`: where the site is, if it is known.
    """

    check_in_id: int
    employee_id: int
    on: date
    at: datetime
    tapped_at: datetime
    received_at: datetime
    lat: float | None = None
    lng: float | None = None
    accuracy_m: float | None = None
    fix_at: datetime | None = None
    site: tuple[float, float] | None = None
    sent_at: datetime | None = None
    token_at: datetime | None = None
    device_key: str | None = None
    signed: bool | None = None
    altitude: float | None = None
    speed: float | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.lat is None or self.lng is None else (self.lat, self.lng)

    @property
    def spot(self) -> Spot | None:
        """The position in units of 1e-7 degrees, about a centimetre."""
        return None if self.lat is None or self.lng is None else (round(self.lat * _E7), round(self.lng * _E7))

    @property
    def age(self) -> timedelta | None:
        """How old the fix was at the tap; negative: from after it. Its clock may be the phone's or the true one."""
        if self.fix_at is None:
            return None
        return min((moment - self.fix_at for moment in (self.tapped_at, self.at)), key=abs)

    @property
    def there_at(self) -> datetime:
        """When the phone was where it says; a fix that was old at the tap is from before it."""
        age = self.age
        return self.at - age if age is not None and age > timedelta(0) else self.at

    def is_same_fix(self, other: "Seen | Again") -> bool:
        return self.fix_at is not None and self.fix_at == other.fix_at


@dataclass(frozen=True, slots=True)
class Again:
    """Another check-in with exactly the same coordinates, of anybody."""

    check_in_id: int
    employee_id: int
    on: date
    at: datetime
    fix_at: datetime | None


@dataclass(frozen=True, slots=True)
class Phone:
    """A device key as it is known for one person; `approved`: a person said yes to it."""

    employee_id: int
    state: str
    first_seen: datetime
    approved: bool


@dataclass(frozen=True, slots=True)
class PhotoAgain:
    """A photo of this check-in looks like one that was sent before."""

    exact: bool
    own: bool
    on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """`before`: the same person's check-ins before this one, oldest first. `phones`: everybody's rows of this key."""

    tap: Seen
    before: Sequence[Seen] = ()
    again: Sequence[Again] = ()
    phones: Sequence[Phone] = ()
    photos: Sequence[PhotoAgain] = ()
    code: "CodeTyped | None" = None


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """The site's code was typed in time. `others`: who typed the same digits there."""

    others: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """`told`: which sentence says it, when a signal has several. `params`: plain values for the sentence."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    told: str = ""
    weight: int = 0


def packed(spot: Spot) -> int:
    """A spot as one whole number that a database compares."""
    return (spot[0] + 900_000_000) * 2 * _EAST + spot[1] + _EAST


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return roughly_m(a, b)
