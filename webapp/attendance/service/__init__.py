"""What people and phones do with attendance; every verb is part of the caller's unit of work."""

from webapp.attendance.service.ask import ask_excuse, report_mistake
from webapp.attendance.service.ask_tap import RefusedTap, ask_about_tap
from webapp.attendance.service.cannot import waiting_ticket
from webapp.attendance.service.check_in import check_in, check_out
from webapp.attendance.service.closing import build_apart, build_heard, close_due
from webapp.attendance.service.confirm import Bulk, confirm, confirm_clean, mark_absent, undo_confirmation
from webapp.attendance.service.days import START, lock_people, rebuild_day, rebuild_days
from webapp.attendance.service.decide import decide, reopen
from webapp.attendance.service.evidence import Person, Recorded
from webapp.attendance.service.held import check_month, hold_days
from webapp.attendance.service.months import close_month, rebuild_held, reopen_month
from webapp.attendance.service.pass_on import pass_on
from webapp.attendance.service.phones import bind_devices, decide_phone, remove_phone
from webapp.attendance.service.photos import Taken, expire_photos, record_photo
from webapp.attendance.service.policy_settings import set_policy
from webapp.attendance.service.privacy import coarsen_positions, note_looks
from webapp.attendance.service.punches import Given, date_punches, record_punches, set_heard
from webapp.attendance.service.request_photos import Picture
from webapp.attendance.service.scan import forget_spots, is_weighed, scan, weigh_new
from webapp.attendance.service.signal_settings import set_signals
from webapp.attendance.service.site_code import enter_code
from webapp.attendance.service.sources import compare, compare_recent
from webapp.attendance.service.stand_ins import end_stand_in, set_stand_in
from webapp.attendance.service.undo import UNDO_TIME, undo
from webapp.attendance.service.waiting import tell_waiting
from webapp.attendance.service.withdraw import withdraw

__all__ = [
    "START", "UNDO_TIME", "Bulk", "Given", "Person", "Picture", "Recorded", "RefusedTap", "Taken", "ask_about_tap",
    "ask_excuse", "bind_devices", "build_apart", "build_heard", "check_in", "check_month", "check_out", "close_due",
    "close_month", "coarsen_positions", "compare", "compare_recent", "confirm", "confirm_clean", "date_punches",
    "decide", "decide_phone", "end_stand_in", "enter_code", "expire_photos", "forget_spots", "hold_days",
    "is_weighed", "lock_people", "mark_absent", "note_looks", "pass_on", "rebuild_day", "rebuild_days",
    "rebuild_held", "record_photo", "record_punches", "remove_phone", "reopen", "reopen_month", "report_mistake",
    "scan", "set_heard", "set_policy", "set_signals", "set_stand_in", "tell_waiting", "undo", "undo_confirmation",
    "waiting_ticket", "weigh_new", "withdraw",
]  # fmt: skip
