"""What people and phones do with attendance; every verb is part of the caller's unit of work."""

from webapp.attendance.service.check_in import check_in, check_out
from webapp.attendance.service.days import lock_people, rebuild_day, rebuild_days, rebuild_due
from webapp.attendance.service.evidence import Person, Recorded
from webapp.attendance.service.undo import UNDO_TIME, undo

__all__ = [
    "UNDO_TIME",
    "Person",
    "Recorded",
    "check_in",
    "check_out",
    "lock_people",
    "rebuild_day",
    "rebuild_days",
    "rebuild_due",
    "undo",
]
