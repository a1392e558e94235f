"""When somebody must look at a device."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.core.errors import N_, words

SILENT = timedelta(minutes=15)
"""Without a word of a device that calls every few seconds."""
NOT_REACHED = timedelta(hours=1)
"""Without an answer of a device that we ask."""
QUIET = timedelta(hours=1)
"""Into a shift."""
EARLY = timedelta(hours=2)
"""So long before a shift a punch may belong to it."""
SKEW_S = 60
ALARMS = ("silent", "quiet", "clock", "pull")


@dataclass(frozen=True, slots=True)
class Known:
    """How a device was last heard. `calls`: it does so by itself, `asked`: we call it."""

    state: str
    calls: bool
    asked: bool
    seen_at: datetime | None
    skew_s: int | None = None
    pull_problem: str | None = None
    quiet: bool = False
    """It was told that nobody punched though a shift is on."""


def alarms(known: Known, at: datetime) -> tuple[str, ...]:
    """What is wrong now, worst first. Only devices in use, and from the first time they were heard."""
    if known.state != "active" or known.seen_at is None:
        return ("pull",) if known.state == "active" and known.pull_problem else ()
    is_silent = silent(known, at)
    found = {
        "silent": is_silent,
        "quiet": known.quiet and not is_silent,
        "clock": known.skew_s is not None and abs(known.skew_s) > SKEW_S,
        "pull": known.pull_problem is not None and not is_silent,
    }
    return tuple(code for code in ALARMS if found[code])


def silent(known: Known, at: datetime) -> bool:
    if known.state != "active" or known.seen_at is None:
        return False
    if known.calls:
        return at - known.seen_at > SILENT
    return known.asked and at - known.seen_at > NOT_REACHED


def quiet_since(
    shifts: Sequence[tuple[datetime, datetime]], heard_at: datetime | None, at: datetime
) -> datetime | None:
    """The start of a shift that has been on for an hour without one punch; None when all is as it should be.

    `shifts`: (start, end) of people who use the device; `heard_at`: when punches last came.
    """
    on = [start for start, end in shifts if start + QUIET <= at < end]
    missed = [start for start in on if heard_at is None or heard_at < start - EARLY]
    return min(missed, default=None)


words(
    {
        "device_silent": N_("Silent"),
        "device_quiet": N_("No punches"),
        "device_clock": N_("Clock off"),
        "device_pull": N_("Not readable"),
    }
)
