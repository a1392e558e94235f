"""What somebody was told of a day, as one short mark; pure."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from webapp.schedules.rules.hours import Expectation, Stop


def told_mark(day: Expectation, stops: Sequence[Stop], zone: ZoneInfo) -> str:
    """The same for two days exactly when a person reads the same of both: kind, hours, visits in order."""
    hours = [_local(day.starts_at, zone), _local(day.ends_at, zone)] if day.kind == "work" else []
    visits = [f"{stop.site_id} {stop.starts or ''}-{stop.ends or ''}" for stop in stops]
    return sha256("|".join([day.kind, *hours, *visits]).encode()).hexdigest()


def is_untold(day: Expectation, explicit: bool, told: str | None, mark: str) -> bool:
    """Whether the day is news. Nobody needs to be told what the calendar and the week say anyway, nor of a whole day of
    leave (its answer is a notice), nor of days they are not employed.
    """
    if day.kind == "leave" or day.source == "employment":
        return False
    return explicit if told is None else told != mark


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else moment.astimezone(zone).strftime("%H:%M")
