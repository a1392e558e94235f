"""What the punches of one person's work date stand for; the same punches give the same roles, in any order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from webapp.schedules.rules import Expectation, Moments

REPEAT = timedelta(seconds=60)
"""A punch so soon after the one before it is the same finger once more; a branch may say otherwise."""
COMES = timedelta(hours=2)
"""So long before a shift somebody may punch for it."""
STAY = timedelta(minutes=15)
"""Punches that all lie within this time are one arrival or one departure, never both."""
HOLD = timedelta(days=3)
"""So long after the shift a device that was not heard keeps a day open."""
Kind = Literal["in", "out"]
Role = Literal["in", "out", "break_out", "break_in", "between", "repeat"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """One punch of a device. `key`: in or out where the key pressed may settle a tie, else None."""

    id: int
    at: datetime
    site_id: int | None
    key: Kind | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A device of a place the person belongs to, heard up to `through` only; None: never.

    It was used there from `since` until `until`; None: as long as anybody knows, until further notice.
    """

    terminal_id: int
    through: datetime | None
    since: datetime | None = None
    until: datetime | None = None

    def was_there(self, first: datetime, last: datetime) -> bool:
        """At any time between two moments."""
        return (self.since is None or self.since < last) and (self.until is None or self.until > first)

    def stayed(self, first: datetime, last: datetime) -> bool:
        """All the time between two moments."""
        return (self.since is None or self.since <= first) and (self.until is None or self.until >= last)

    def heard(self, last: datetime) -> bool:
        """Everything it could say of this place up to a moment has arrived."""
        return self.through is not None and self.through >= (last if self.until is None else min(last, self.until))


UNHEARD = Silence(0, None)
"""Stands for the devices of a day that is stored as unheard."""


def runs(stamps: Iterable[Stamp], again: timedelta = REPEAT) -> list[list[Stamp]]:
    """Punches in order, those together that follow one another within `again`."""
    found: list[list[Stamp]] = []
    for stamp in sorted(stamps, key=lambda stamp: (stamp.at, stamp.id)):
        if found and stamp.at - found[-1][-1].at <= again:
            found[-1].append(stamp)
        else:
            found.append([stamp])
    return found


def repeats(stamps: Iterable[Stamp], again: timedelta = REPEAT) -> dict[int, int]:
    """{punch: the first of its run} of everything that repeats another punch."""
    return {other.id: run[0].id for run in runs(stamps, again) for other in run[1:]}


def roles(stamps: Iterable[Stamp], expected: Expectation, again: timedelta = REPEAT) -> dict[int, Role]:
    """First in, last out, breaks between; of a run the first counts on coming and the last on going.

    A split shift has this twice. The key pressed is asked only when a single arrival or departure lies inside the
    shift.
    """
    found = runs(stamps, again)
    said: dict[int, Role] = {stamp.id: "repeat" for run in found for stamp in run}
    parts = expected.parts if expected.scheduled else ()
    if len(parts) < 2:
        return said | _roles(found, parts[0] if parts else None)
    for part, mine in zip(parts, _dealt(found, parts), strict=True):
        said |= _roles(mine, part)
    return said


def part_of(kind: Kind, at: datetime, expected: Expectation) -> int:
    """The part of a split shift a moment belongs to: between the two going is the first's, coming the second's."""
    parts = expected.parts if expected.scheduled else ()
    if len(parts) < 2 or at < parts[0][1]:
        return 0
    return 1 if at >= parts[1][0] or kind == "in" else 0


def silent(silences: Sequence[Silence], starts_at: datetime | None, ends_at: datetime) -> list[Silence]:
    """Those of the place at the time of a shift that were not heard past its end."""
    first = (starts_at or ends_at) - COMES
    return [one for one in silences if one.was_there(first, ends_at) and not one.heard(ends_at)]


def _roles(found: Sequence[Sequence[Stamp]], hours: Moments | None) -> dict[int, Role]:
    """Of the runs of one part; `hours` where somebody is expected."""
    said: dict[int, Role] = {}
    if not found:
        return said
    if found[-1][-1].at - found[0][0].at < STAY or len(found) == 1:
        flat = [stamp for run in found for stamp in run]
        kind = _alone(flat, hours)
        said[(flat[0] if kind == "in" else flat[-1]).id] = kind
        return said
    said[found[0][0].id], said[found[-1][-1].id] = "in", "out"
    middle = found[1:-1]
    for n, run in enumerate(middle):
        paired = n % 2 == 0 and n + 1 < len(middle)
        said[run[0].id] = "break_out" if paired else "break_in" if n % 2 else "between"
    return said


def _dealt(found: Sequence[list[Stamp]], parts: Sequence[Moments]) -> tuple[list[list[Stamp]], list[list[Stamp]]]:
    """Runs of a split shift by part. Between the parts the nearer one counts, but who was seen there at two times
    went and came back."""
    (_, over), (again, _) = parts
    first = [run for run in found if run[0].at < over]
    gap = [run for run in found if over <= run[0].at < again]
    second = [run for run in found if run[0].at >= again]
    if gap and gap[-1][0].at - gap[0][0].at >= STAY:
        middle = over + (again - over) / 2
        going = [run for run in gap if run is gap[0] or (run is not gap[-1] and run[0].at < middle)]
        return first + going, gap[len(going) :] + second
    if gap and _goes(gap[0][0].at, first, over, again):
        return first + gap, second
    return first, gap + second


def _goes(at: datetime, first: Sequence[Sequence[Stamp]], over: datetime, again: datetime) -> bool:
    """Seen once between the parts: nearer the first it is going, unless that was seen just before the part ended."""
    gone = len(first) > 1 and first[-1][-1].at > over - STAY
    return at - over <= again - at and not gone


def _alone(stamps: Sequence[Stamp], hours: Moments | None) -> Kind:
    """One visit to the device: coming in the first half of the shift, going in the second."""
    at = stamps[0].at
    keys = {stamp.key for stamp in stamps} - {None}
    key = keys.pop() if len(keys) == 1 else None
    if hours is None:
        return key or "in"
    start, end = hours
    if start < at < end and key:
        return key
    return "in" if at < start + (end - start) / 2 else "out"
