"""Reading schedules: what a day should look like, which work date it is, plans, rosters, calendars, leave."""

from webapp.schedules.queries.days import expectation, expectations, work_date, work_dates, work_day, worked
from webapp.schedules.queries.leave import (
    all_leave_types,
    balances,
    carried_into,
    halves_wanted,
    leave_names,
    leave_policy,
    leave_types,
)
from webapp.schedules.queries.leave_carry import CarryLine, carrying
from webapp.schedules.queries.leave_requests import (
    LeaveFilter,
    LeavePage,
    away,
    find_leave,
    leave_decisions,
    leave_request,
    leave_waiting,
    leave_waiting_count,
    own_leave_requests,
    undecided_leave,
)
from webapp.schedules.queries.office import (
    calendar,
    has_calendar,
    leaves,
    one_leave,
    open_shifts,
    shifts,
    some_day,
    upcoming,
    working_day_after,
)
from webapp.schedules.queries.patterns import pattern, patterns
from webapp.schedules.queries.periods import check_open, closed_months
from webapp.schedules.queries.periods import steps as month_steps
from webapp.schedules.queries.plans import plan, plans
from webapp.schedules.queries.swaps import (
    colleagues,
    find_swaps,
    own_swaps,
    swap,
    swap_days,
    swap_of,
    swaps_asked_of,
    swaps_waiting,
    swaps_waiting_count,
)
from webapp.schedules.queries.undo import Change, last_change
from webapp.schedules.queries.untold import News, roster_policy, untold, untold_soon, with_days_soon
from webapp.schedules.queries.waiting import leave_keys, leave_some, swap_keys, swap_some
from webapp.schedules.queries.week import (
    Cell,
    WeekFilter,
    WeekPage,
    cells,
    mark_of,
    people,
    person,
    table,
    week,
    week_people,
)

__all__ = [
    "CarryLine", "Cell", "Change", "LeaveFilter", "LeavePage", "News", "WeekFilter", "WeekPage", "all_leave_types",
    "away", "balances", "calendar", "carried_into", "carrying", "cells", "check_open", "closed_months", "colleagues",
    "expectation", "expectations", "find_leave", "find_swaps", "halves_wanted", "has_calendar", "last_change",
    "leave_decisions", "leave_keys", "leave_names", "leave_policy", "leave_request", "leave_some", "leave_types",
    "leave_waiting", "leave_waiting_count", "leaves", "mark_of", "month_steps", "one_leave", "open_shifts",
    "own_leave_requests", "own_swaps", "pattern", "patterns", "people", "person", "plan", "plans", "roster_policy",
    "shifts", "some_day", "swap", "swap_days", "swap_keys", "swap_of", "swap_some", "swaps_asked_of", "swaps_waiting",
    "swaps_waiting_count", "table", "undecided_leave", "untold", "untold_soon", "upcoming", "week", "week_people",
    "with_days_soon", "work_date", "work_dates", "work_day", "worked", "working_day_after",
]  # fmt: skip
