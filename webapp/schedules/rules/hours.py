"""Which hours, which work date; pure. Shift times are local "HH:MM", moments are aware UTC."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from webapp.core.errors import N_, Invalid, words
from webapp.schedules.rules.checking import checked_terms
from webapp.schedules.rules.demand import NO_DEMAND, Demand, Half, Moments, demand_on, halved
from webapp.schedules.rules.terms import NO_TERMS, WINDOW, Terms
from webapp.sites.rules import DEFAULT_POLICY, FencePolicy

GRACE_MAX = 240
Kind = Literal["work", "rest", "holiday", "leave"]


@dataclass(frozen=True, slots=True)
class ShiftTimes:
    """An end at or before the start is on the next day."""

    start: str
    end: str
    grace_minutes: int = 0
    terms: Terms = NO_TERMS


USUAL = ShiftTimes("09:00", "18:00", 0)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What one person's work date should look like; `source` says which record decided it.

    Times may be given on unscheduled days too, for display.
    """

    kind: Kind
    starts_at: datetime | None
    ends_at: datetime | None
    grace_minutes: int
    scheduled: bool
    source: str
    """leave | roster | calendar | week | employment; `leave` of a day of work: half of it is off"""
    terms: Demand = NO_DEMAND
    """What is demanded beside start, end and grace; nothing on unscheduled days."""

    @property
    def come_by(self) -> datetime | None:
        """When somebody has to be there at the latest: the start, the core, or for flexible hours the last moment
        that leaves time for the minimum."""
        if self.starts_at is None or self.ends_at is None:
            return None
        if self.terms.kind == "flexible":
            needed = timedelta(minutes=self.terms.minimum + self.terms.break_minutes)
            return max(self.starts_at, self.ends_at - needed)
        return self.terms.core[0] if self.terms.core else self.starts_at

    @property
    def parts(self) -> tuple[Moments, ...]:
        """One for most shifts, two for a split one, none where no times are known."""
        if self.starts_at is None or self.ends_at is None:
            return ()
        if self.terms.kind != "split" or not self.terms.breaks:
            return ((self.starts_at, self.ends_at),)
        over, again = self.terms.breaks[0]
        return (self.starts_at, over), (again, self.ends_at)


@dataclass(frozen=True, slots=True)
class Stop:
    """One planned visit; starts and ends are local "HH:MM" or None, lat and lng None for an unplaced site."""

    site_id: int
    name: str
    address: str
    starts: str | None
    ends: str | None
    lat: float | None
    lng: float | None
    radius_m: int
    code: str = ""
    polygon: Sequence[Sequence[float]] | None = None
    policy: FencePolicy = DEFAULT_POLICY
    shows_code: bool = False


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """One stop as somebody plans it; times are local "HH:MM" or None."""

    site_id: int
    starts: str | None = None
    ends: str | None = None


@dataclass(frozen=True, slots=True)
class DayWords:
    """Everything said about one person's date, strongest first; None where nothing was said."""

    employed: bool
    on_leave: bool
    roster: Literal["work", "rest"] | None
    calendar: Literal["holiday", "workday"] | None
    workdays: tuple[int, ...]
    half_off: Half = ""
    """On leave for this half of the shift only."""


def window(shift: ShiftTimes, on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The shift of work date `on` in UTC. A time skipped by a clock change means the moment after the gap."""
    starts, ends = clock_time(shift.start), clock_time(shift.end)
    last = on + timedelta(days=1) if ends <= starts else on
    begin = datetime.combine(on, starts, zone).astimezone(UTC)
    return begin, max(begin, datetime.combine(last, ends, zone).astimezone(UTC))


def work_date_of(moment: datetime, zone: ZoneInfo, shift_on: Callable[[date], ShiftTimes | None]) -> date:
    """The work date a moment belongs to: that of the nearest shift whose reach it is in, else of the nearest within
    the usual four hours, else the local date.

    A shift reaches as long before its start and after its end as its terms say. `shift_on` is asked for the local
    date and its neighbours; between two shifts equally far, the earlier one wins.
    """
    local = moment.astimezone(zone).date()
    best: tuple[bool, timedelta, date] | None = None
    for on in (local - timedelta(days=1), local, local + timedelta(days=1)):
        shift = shift_on(on)
        if shift is None:
            continue
        begin, end = window(shift, on, zone)
        far = max(begin - moment, moment - end, timedelta(0))
        beyond = _is_beyond(moment, shift, begin, end)
        if far <= timedelta(minutes=WINDOW) and (best is None or (beyond, far) < best[:2]):
            best = (beyond, far, on)
    return local if best is None else best[2]


def decide(day: DayWords, on: date) -> tuple[Kind, str]:
    """(kind, source): not employed, then leave, roster, calendar, the branch's week."""
    if not day.employed:
        return "rest", "employment"
    if day.on_leave:
        return "leave", "leave"
    kind, source = _without_leave(day, on)
    return kind, "leave" if day.half_off and kind == "work" else source


def working_day_after(on: date, days: int, workdays: Collection[int], calendar: Mapping[date, str]) -> date:
    """The `days`th working day after `on`, by the branch's week and what its calendar says otherwise."""
    while days:
        on += timedelta(days=1)
        kind = calendar.get(on, "ordinary")
        days -= kind == "workday" or (kind == "ordinary" and on.isoweekday() in workdays)
    return on


def expectation(day: DayWords, shift: ShiftTimes, on: date, zone: ZoneInfo) -> Expectation:
    kind, source = decide(day, on)
    starts_at, ends_at = window(shift, on, zone)
    if kind != "work":
        return Expectation(kind, starts_at, ends_at, shift.grace_minutes, False, source)
    demand = demand_on(shift.terms, (starts_at, ends_at), shift.start, on, zone)
    if day.half_off:
        starts_at, ends_at, demand = halved((starts_at, ends_at), demand, day.half_off)
    return Expectation(kind, starts_at, ends_at, shift.grace_minutes, True, source, demand)


def clock_time(text: str) -> time:
    hours, _, minutes = text.partition(":")
    return time(int(hours), int(minutes))


def hhmm(text: str, *, field: str) -> str:
    """A local time as typed ("9:00", "0900", "09:00") as "HH:MM". Raises Invalid."""
    digits = text.strip().replace("：", ":")
    if ":" not in digits and digits.isascii() and digits.isdigit() and len(digits) in (3, 4):
        digits = f"{digits[:-2]}:{digits[-2:]}"
    hours, colon, minutes = digits.partition(":")
    plain = colon and digits.isascii() and hours.isdigit() and minutes.isdigit() and len(minutes) == 2
    if not plain or len(hours) > 2 or int(hours) > 23 or int(minutes) > 59:
        raise Invalid("not_a_time", field)
    return f"{int(hours):02}:{minutes}"


def shift_times(start: str, end: str, grace_minutes: int, terms: Terms = NO_TERMS) -> ShiftTimes:
    """Checked hours and terms. Raises Invalid with the field (start, end, grace_minutes, a field of the terms)."""
    hours = ShiftTimes(hhmm(start, field="start"), hhmm(end, field="end"), grace_minutes)
    if hours.start == hours.end:
        raise Invalid("shift_empty", "end")
    if not 0 <= grace_minutes <= GRACE_MAX:
        raise Invalid("grace_bounds", "grace_minutes", high=GRACE_MAX)
    return replace(hours, terms=checked_terms(terms, hours.start, hours.end, grace_minutes))


def day_in_reach(text: str) -> date | None:
    """An ISO date as an address carries it; None for anything else and for years nobody plans in."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2199 else None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _without_leave(day: DayWords, on: date) -> tuple[Kind, str]:
    if day.roster:
        return day.roster, "roster"
    if day.calendar:
        return ("work" if day.calendar == "workday" else "holiday"), "calendar"
    return ("work" if on.isoweekday() in day.workdays else "rest"), "week"


def _is_beyond(moment: datetime, shift: ShiftTimes, begin: datetime, end: datetime) -> bool:
    """Outside the shift and what its terms reach."""
    early, late = begin - moment, moment - end
    return early > timedelta(minutes=shift.terms.before) or late > timedelta(minutes=shift.terms.after)


words(
    {
        "leave_annual": N_("Annual leave"),
        "leave_sick": N_("Sick leave"),
        "leave_personal": N_("Personal leave"),
        "leave_other": N_("Other leave"),
        "day_work": N_("Work"),
        "day_rest": N_("Rest"),
        "day_holiday": N_("Holiday"),
        "day_leave": N_("Leave"),
        "day_workday": N_("Make-up workday"),
        "day_ordinary": N_("Ordinary day"),
        "shift_empty": N_("The end must differ from the start. An end before the start means the next day."),
        "grace_bounds": N_("The grace must be from 0 to %(high)s minutes."),
        "shift_name_taken": N_("Another shift of this branch is called %(name)s."),
        "hours_too_old": N_("Hours can be changed back to %(day)s at most."),
        "past_day": N_("Only HR changes days that are over."),
        "plan_too_long": N_("At most %(limit)s visits a day."),
        "plan_bad_site": N_("A planned site is not one of this branch, or it is archived."),
        "plan_order": N_("A visit ends after it starts."),
        "no_holiday_list": N_("There is no list of holidays for the country %(country)s. Add the days by hand."),
        "plan_on_rest": N_("Visits are planned on a day off."),
        "plan_on_holiday": N_("Visits are planned on a holiday."),
        "plan_on_leave": N_("Visits are planned during leave."),
        "plan_outside_shift": N_("A visit is planned outside the shift."),
        "plan_overlaps": N_("Two visits overlap."),
        "plan_unplaced": N_("A planned site has no position yet."),
        "same_week": N_("Choose another week to copy from."),
    }
)
