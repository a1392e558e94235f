"""Signals of time: the fix, the phone's clock, and what the server knows about when the tap was."""

from datetime import datetime, timedelta

from webapp.attendance.rules.fence import FIX_AGE
from webapp.attendance.rules.signals.facts import Facts, Seen, Signal

CLOCK = timedelta(seconds=120)


def fix_age(facts: Facts) -> Signal | None:
    """A fix from long before the tap, or from after it."""
    age = facts.tap.age
    if age is None or abs(age) <= FIX_AGE or facts.tap.point is None:
        return None
    return Signal("fix_age", {"minutes": _minutes(age)}, "fix_old" if age > FIX_AGE else "fix_ahead")


def clock(facts: Facts) -> Signal | None:
    """The phone's clock at sending, against the server's at receiving. Honest clocks can be wrong."""
    tap = facts.tap
    error = tap.received_at - tap.sent_at if tap.sent_at else min(timedelta(0), tap.received_at - tap.tapped_at)
    if abs(error) <= CLOCK:
        return None
    return Signal("clock", {"minutes": _minutes(error)}, "clock_behind" if error > CLOCK else "clock_ahead")


def impossible_time(facts: Facts) -> Signal | None:
    """The tap claims a time before something the phone had seen already, or after it arrived."""
    tap = facts.tap
    said = claimed(tap)
    if said > tap.received_at + CLOCK:
        return Signal("time", {"minutes": _minutes(said - tap.received_at)}, "time_ahead")
    if tap.token_at is not None and said < tap.token_at - CLOCK:
        return Signal("time", {"minutes": _minutes(tap.token_at - said)})
    return None


def claimed(tap: Seen) -> datetime:
    """The moment of the tap on the server's clock, if the phone is believed: how long it waited before it was sent."""
    return tap.received_at - (tap.sent_at - tap.tapped_at) if tap.sent_at else tap.tapped_at


def fresh(facts: Facts) -> Signal | None:
    """Speaks for it: a position found for this tap."""
    age = facts.tap.age
    if age is None or facts.tap.point is None or abs(age) > FIX_AGE:
        return None
    return Signal("fresh", {"seconds": max(0, round(age.total_seconds()))})


def _minutes(span: timedelta) -> int:
    return max(1, round(abs(span) / timedelta(minutes=1)))
