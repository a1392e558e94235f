"""Changing schedules: hours, rosters, plans, calendars, leave."""

from webapp.schedules.service.calendar import seed_calendar, set_calendar_day
from webapp.schedules.service.common import in_units
from webapp.schedules.service.copying import clear_roster, copy_week
from webapp.schedules.service.hours import archive_shift, change_shift, change_store_type, create_shift, unarchive_shift
from webapp.schedules.service.laying import MOST_PEOPLE, Laying, Outcome, apply_pattern, try_pattern
from webapp.schedules.service.leave import cancel_leave, record_leave
from webapp.schedules.service.leave_corrections import return_corrected_leave, take_corrected_leave
from webapp.schedules.service.leave_grants import carry_leave, check_year_over, grant_leave
from webapp.schedules.service.leave_requests import (
    answer_leave,
    ask_cancelling,
    ask_leave,
    look_at_leave,
    withdraw_leave,
)
from webapp.schedules.service.leave_types import (
    LeaveTypeFields,
    archive_leave_type,
    change_leave_type,
    create_leave_type,
    move_leave_type,
    set_leave_policy,
)
from webapp.schedules.service.own_plan import reorder_own_plan
from webapp.schedules.service.patterns import archive_pattern, change_pattern, create_pattern
from webapp.schedules.service.periods import close as close_period
from webapp.schedules.service.periods import reopen as reopen_period
from webapp.schedules.service.publish import publish, tell_changed, tell_evening
from webapp.schedules.service.roster import add_stop, schedule_day, set_day, set_days, set_plan
from webapp.schedules.service.roster_policy import set_roster_policy
from webapp.schedules.service.swaps import answer_swap, ask_swap, decide_swap, look_at_swap, withdraw_swap
from webapp.schedules.service.undo import undo_change

__all__ = [
    "MOST_PEOPLE", "Laying", "LeaveTypeFields", "Outcome", "add_stop", "answer_leave", "answer_swap",
    "apply_pattern", "archive_leave_type", "archive_pattern", "archive_shift", "ask_cancelling", "ask_leave",
    "ask_swap", "cancel_leave", "carry_leave", "change_leave_type", "change_pattern", "change_shift",
    "change_store_type", "check_year_over", "clear_roster", "close_period", "copy_week", "create_leave_type",
    "create_pattern", "create_shift", "decide_swap", "grant_leave", "in_units", "look_at_leave", "look_at_swap",
    "move_leave_type", "publish", "record_leave", "reopen_period", "reorder_own_plan", "return_corrected_leave",
    "schedule_day", "seed_calendar", "set_calendar_day", "set_day", "set_days", "set_leave_policy", "set_plan",
    "set_roster_policy", "take_corrected_leave", "tell_changed", "tell_evening", "try_pattern", "unarchive_shift",
    "undo_change", "withdraw_leave", "withdraw_swap",
]  # fmt: skip
