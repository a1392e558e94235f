"""What a shift demands, in plain sentences."""

from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from webapp.core.errors import N_, words
from webapp.core.i18n import say
from webapp.schedules.rules import NO_TERMS, DayWords, ShiftTimes, expectation, paid_minutes

_SOME_DAY, _UTC = date(2026, 1, 5), ZoneInfo("UTC")


def demands(hours: ShiftTimes) -> list[str]:
    """When to come, how long to stay, what is late, what is not worked, and what half a day of leave leaves."""
    terms = hours.terms
    told = {"start": hours.start, "end": hours.end, "grace": hours.grace_minutes, **_inner(hours)}
    found = [say(f"demand_{terms.kind}", **told)]
    if terms.kind != "flexible":
        found.append(say("demand_grace" if hours.grace_minutes else "demand_no_grace", grace=hours.grace_minutes))
    if terms.serious:
        found.append(say("demand_serious", serious=terms.serious))
    if hours.end <= hours.start:
        found.append(say("demand_overnight", end=hours.end))
    pauses = ", ".join(f"{first}–{last}" for first, last in terms.breaks[1 if terms.kind == "split" else 0 :])
    found += [say("demand_breaks", breaks=pauses)] if pauses else []
    found += [say("demand_pause", minutes=terms.break_minutes)] if terms.break_minutes else []
    found += [say("demand_minimum", hours=_length(terms.minimum))] if terms.minimum else []
    found.append(say("demand_length", hours=_length(paid_minutes(terms, hours.start, hours.end))))
    if (terms.before, terms.after) != (NO_TERMS.before, NO_TERMS.after):
        found.append(say("demand_reach", before=terms.before, after=terms.after))
    found.append(say("demand_halves", first=_half(hours, "second"), second=_half(hours, "first")))
    return found


def _inner(hours: ShiftTimes) -> dict[str, str]:
    """The two times within the shift: of its core, or of the gap between its parts."""
    terms = hours.terms
    span = terms.core if terms.kind == "core" else terms.breaks[0] if terms.kind == "split" and terms.breaks else None
    return {"first": span[0], "last": span[1]} if span else {"first": "", "last": ""}


def _half(hours: ShiftTimes, off: Literal["first", "second"]) -> str:
    day = expectation(DayWords(True, False, "work", None, (), off), hours, _SOME_DAY, _UTC)
    return f"{day.starts_at:%H:%M}–{day.ends_at:%H:%M}"


def _length(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


words(
    {
        "demand_fixed": N_("Come by %(start)s and stay until %(end)s."),
        "demand_flexible": N_("Come and go at any time between %(start)s and %(end)s."),
        "demand_core": N_(
            "Be there from %(first)s to %(last)s; come and go at any time between %(start)s and %(end)s."
        ),
        "demand_split": N_(
            "Come by %(start)s and stay until %(first)s; come again by %(last)s and stay until %(end)s."
        ),
        "demand_grace": N_("Up to %(grace)s minutes late is on time."),
        "demand_no_grace": N_("From the first minute on it is late."),
        "demand_serious": N_("More than %(serious)s minutes late is seriously late."),
        "demand_overnight": N_("It ends at %(end)s on the next day, and belongs to the day it began."),
        "demand_breaks": N_("Not worked: %(breaks)s. Nobody has to check out for it."),
        "demand_pause": N_("%(minutes)s minutes of break are taken off, whenever it was."),
        "demand_minimum": N_("At least %(hours)s hours of work; what lacks is minutes left early."),
        "demand_length": N_("The whole shift is %(hours)s hours of work."),
        "demand_reach": N_(
            "Coming counts from %(before)s minutes before the start, going until %(after)s minutes after the end."
        ),
        "demand_halves": N_("Half a day of leave leaves %(first)s or %(second)s."),
    }
)
