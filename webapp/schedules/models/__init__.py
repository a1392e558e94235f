"""Shifts, rosters, plans, calendars; leave, swaps and who agreed; months that are closed."""

from webapp.schedules.models.hours import CalendarDay as CalendarDay
from webapp.schedules.models.hours import EarlierTimes as EarlierTimes
from webapp.schedules.models.hours import PlanStop as PlanStop
from webapp.schedules.models.hours import RosterDay as RosterDay
from webapp.schedules.models.hours import Shift as Shift
from webapp.schedules.models.leave import Leave as Leave
from webapp.schedules.models.leave import LeaveDecision as LeaveDecision
from webapp.schedules.models.leave import LeaveGrant as LeaveGrant
from webapp.schedules.models.leave import LeaveRequest as LeaveRequest
from webapp.schedules.models.leave import LeaveType as LeaveType
from webapp.schedules.models.periods import PeriodLock as PeriodLock
from webapp.schedules.models.roster import RosterPattern as RosterPattern
from webapp.schedules.models.roster import RosterTold as RosterTold
from webapp.schedules.models.roster import SwapRequest as SwapRequest
