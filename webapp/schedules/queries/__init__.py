"""Reading schedules: what a day should look like, which work date it is, plans, rosters, calendars, leave."""

from webapp.schedules.queries.days import expectation, expectations, work_date, work_dates, work_day
from webapp.schedules.queries.office import (
    calendar,
    has_calendar,
    leaves,
    open_shifts,
    shifts,
    some_day,
    upcoming,
    waiting_requests,
    working_day_after,
)
from webapp.schedules.queries.periods import check_open, closed_months
from webapp.schedules.queries.periods import steps as month_steps
from webapp.schedules.queries.plans import plan, plans
from webapp.schedules.queries.week import Cell, WeekFilter, WeekPage, cells, people, person, week, week_people

__all__ = [
    "Cell",
    "WeekFilter",
    "WeekPage",
    "calendar",
    "cells",
    "check_open",
    "closed_months",
    "expectation",
    "expectations",
    "has_calendar",
    "leaves",
    "month_steps",
    "open_shifts",
    "people",
    "person",
    "plan",
    "plans",
    "shifts",
    "some_day",
    "upcoming",
    "waiting_requests",
    "week",
    "week_people",
    "work_date",
    "work_dates",
    "work_day",
    "working_day_after",
]
