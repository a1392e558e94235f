"""What the punches of one person's work date stand for; the same punches give the same roles, in any order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from webapp.schedules.rules import Expectation

REPEAT = timedelta(seconds=60)
"""A punch so soon after the one before it is the same finger once more."""
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
    """A device of a place the person belongs to, heard up to `through` only; None: never."""

    terminal_id: int
    through: datetime | None


UNHEARD = Silence(0, None)
"""Stands for the devices of a day that is stored as unheard."""


def runs(stamps: Iterable[Stamp]) -> list[list[Stamp]]:
    """Punches in order, those together that follow one another within REPEAT."""
    found: list[list[Stamp]] = []
    for stamp in sorted(stamps, key=lambda stamp: (stamp.at, stamp.id)):
        if found and stamp.at - found[-1][-1].at <= REPEAT:
            found[-1].append(stamp)
        else:
            found.append([stamp])
    return found


def repeats(stamps: Iterable[Stamp]) -> dict[int, int]:
    """{punch: the first of its run} of everything that repeats another punch."""
    return {again.id: run[0].id for run in runs(stamps) for again in run[1:]}


def roles(stamps: Iterable[Stamp], expected: Expectation) -> dict[int, Role]:
    """First in, last out, breaks between; of a run the first counts on coming and the last on going.

    The key pressed is asked only when a single arrival or departure lies inside the shift.
    """
    found = runs(stamps)
    said: dict[int, Role] = {stamp.id: "repeat" for run in found for stamp in run}
    if not found:
        return said
    if found[-1][-1].at - found[0][0].at < STAY or len(found) == 1:
        flat = [stamp for run in found for stamp in run]
        kind = _alone(flat, expected)
        said[(flat[0] if kind == "in" else flat[-1]).id] = kind
        return said
    said[found[0][0].id], said[found[-1][-1].id] = "in", "out"
    middle = found[1:-1]
    for n, run in enumerate(middle):
        paired = n % 2 == 0 and n + 1 < len(middle)
        said[run[0].id] = "break_out" if paired else "break_in" if n % 2 else "between"
    return said


def silent(silences: Sequence[Silence], ends_at: datetime) -> list[Silence]:
    """Those not heard past the end of the shift."""
    return [one for one in silences if one.through is None or one.through < ends_at]


def _alone(stamps: Sequence[Stamp], expected: Expectation) -> Kind:
    """One visit to the device: coming in the first half of the shift, going in the second."""
    start, end, at = expected.starts_at, expected.ends_at, stamps[0].at
    keys = {stamp.key for stamp in stamps} - {None}
    key = keys.pop() if len(keys) == 1 else None
    if not expected.scheduled or start is None or end is None:
        return key or "in"
    if start < at < end and key:
        return key
    return "in" if at < start + (end - start) / 2 else "out"
