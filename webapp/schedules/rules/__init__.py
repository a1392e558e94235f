"""The pure part of schedules: hours and work dates, what a shift demands, how leave is counted."""

from webapp.schedules.rules import request_words as request_words
from webapp.schedules.rules.checking import SHIFT_KINDS, paid_minutes
from webapp.schedules.rules.demand import NO_DEMAND, Demand, Half, Moments, demand_text, read_demand
from webapp.schedules.rules.hours import (
    GRACE_MAX,
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
from webapp.schedules.rules.leave import (
    LEAVE_TYPES,
    LONGEST,
    STEPS,
    LeavePolicy,
    Span,
    check_span,
    check_when,
    halves_by_year,
    read_leave_policy,
    span_of,
    step_after,
    steps_of,
    written_leave_policy,
)
from webapp.schedules.rules.leave_balance import (
    Balance,
    Carry,
    carried_until,
    carry_over,
    check_balance,
    halves_number,
    prorated,
)
from webapp.schedules.rules.patterns import MOST_STEPS, TEMPLATES, laid_out, read_steps
from webapp.schedules.rules.periods import closes_from, months_between, never_closed
from webapp.schedules.rules.roster_policy import MOST_TELL_DAYS, RosterPolicy, read_roster_policy, written_roster_policy
from webapp.schedules.rules.spans import read_breaks
from webapp.schedules.rules.swaps import OPEN_SWAPS, Swap, SwapDay, check_swap, check_unchanged, exchanged, seen
from webapp.schedules.rules.terms import NO_TERMS, WINDOW, Terms, read_terms, written_terms
from webapp.schedules.rules.told import is_untold, told_mark

__all__ = [
    "GRACE_MAX", "LEAVE_TYPES", "LONGEST", "MOST_STEPS", "MOST_TELL_DAYS", "NO_DEMAND", "NO_TERMS", "OPEN_SWAPS",
    "SHIFT_KINDS", "STEPS", "TEMPLATES", "USUAL", "WINDOW", "Balance", "Carry", "DayWords", "Demand", "Expectation",
    "Half", "Kind", "LeavePolicy", "Moments", "PlannedStop", "RosterPolicy", "ShiftTimes", "Span", "Stop", "Swap",
    "SwapDay", "Terms", "carried_until", "carry_over", "check_balance", "check_span", "check_swap", "check_unchanged",
    "check_when", "clock_time", "closes_from", "day_in_reach", "decide", "demand_text", "exchanged", "expectation",
    "halves_by_year", "halves_number", "hhmm", "is_untold", "laid_out", "monday_of", "months_between", "never_closed",
    "paid_minutes", "prorated", "read_breaks", "read_demand", "read_leave_policy", "read_roster_policy", "read_steps",
    "read_terms", "seen", "shift_times", "span_of", "step_after", "steps_of", "told_mark", "window", "work_date_of",
    "working_day_after", "written_leave_policy", "written_roster_policy", "written_terms",
]  # fmt: skip
