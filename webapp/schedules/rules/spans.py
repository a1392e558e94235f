"""Spans of a day as people write them; pure."""

from re import split

from webapp.core.errors import Invalid
from webapp.schedules.rules.hours import hhmm
from webapp.schedules.rules.terms import Span


def read_breaks(text: str) -> tuple[Span, ...]:
    """ "12:00–13:00, 15:00-15:15", or one on each line. Raises Invalid."""
    found = []
    for part in split(r"[,;，；、\n]+", text):
        times = split(r"\s*[-–—~～至]+\s*", part.strip())
        if times == [""]:
            continue
        if len(times) != 2:
            raise Invalid("breaks_unread", "breaks")
        found.append((hhmm(times[0], field="breaks"), hhmm(times[1], field="breaks")))
    return tuple(found)
