"""Changing schedules: hours, rosters, plans, calendars, leave."""

from webapp.schedules.service.calendar import seed_calendar, set_calendar_day
from webapp.schedules.service.hours import (
    archive_shift,
    change_shift,
    change_store_type,
    create_shift,
    unarchive_shift,
)
from webapp.schedules.service.leave import cancel_leave, record_leave
from webapp.schedules.service.periods import close as close_period
from webapp.schedules.service.periods import reopen as reopen_period
from webapp.schedules.service.roster import add_stop, copy_week, schedule_day, set_day, set_plan

__all__ = [
    "add_stop",
    "archive_shift",
    "cancel_leave",
    "change_shift",
    "change_store_type",
    "close_period",
    "copy_week",
    "create_shift",
    "record_leave",
    "reopen_period",
    "schedule_day",
    "seed_calendar",
    "set_calendar_day",
    "set_day",
    "set_plan",
    "unarchive_shift",
]
