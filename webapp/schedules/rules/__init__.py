"""The pure part of schedules: hours and work dates, what a shift demands, how leave is counted."""

from webapp.schedules.rules.demand import NO_DEMAND, Demand, Half, Moments, demand_text, read_demand
from webapp.schedules.rules.hours import (
    GRACE_MAX,
    LEAVE_KINDS,
    USUAL,
    DayWords,
    Expectation,
    Kind,
    PlannedStop,
    ShiftTimes,
    Stop,
    clock_time,
    day_in_reach,
    decide,
    expectation,
    hhmm,
    monday_of,
    shift_times,
    window,
    work_date_of,
    working_day_after,
)
from webapp.schedules.rules.leave import LEAVE_TYPES, LeavePolicy, read_leave_policy
from webapp.schedules.rules.periods import closes_from, months_between, never_closed
from webapp.schedules.rules.terms import NO_TERMS, Terms, read_terms, written_terms

__all__ = [
    "GRACE_MAX", "LEAVE_KINDS", "LEAVE_TYPES", "NO_DEMAND", "NO_TERMS", "USUAL", "DayWords", "Demand",
    "Expectation", "Half", "Kind", "LeavePolicy", "Moments", "PlannedStop", "ShiftTimes", "Stop", "Terms",
    "clock_time", "closes_from", "day_in_reach", "decide", "demand_text", "expectation", "hhmm", "monday_of",
    "months_between", "never_closed", "read_demand", "read_leave_policy", "read_terms", "shift_times", "window",
    "work_date_of", "working_day_after", "written_terms",
]  # fmt: skip
