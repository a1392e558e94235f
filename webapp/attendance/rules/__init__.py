"""The pure part of attendance: the fence, the phone's clock, the day built from facts."""

from webapp.attendance.rules import words as words
from webapp.attendance.rules.clock import ON_TIME, Tap, Token, place_tap, trusted
from webapp.attendance.rules.day import DayResult, build_day, excusable, is_clean, may_wait, over_at, still_counts
from webapp.attendance.rules.evidence import CANNOT, Evidence, read_code, read_evidence, without_position
from webapp.attendance.rules.facts import (
    ABOUT_A_MARK,
    ABOUT_A_TAP,
    CLEARED_WHEN_WITHDRAWN,
    Assume,
    DayFacts,
    Issue,
    Mark,
    Moment,
    Word,
    as_stored,
    assumed,
    day_bounds,
    device_moments,
    first_site,
    moments,
)
from webapp.attendance.rules.fence import Fence, Fix, Judgement, judge
from webapp.attendance.rules.outcome import Outcome, ask_first, outcome_of
from webapp.attendance.rules.punches import HOLD, UNHEARD, Silence, Stamp, repeats, roles, silent
from webapp.attendance.rules.settings import USUAL_POLICY, AttendancePolicy, read_policy, written_policy
from webapp.attendance.rules.standing import FencePicture, Standing, fence_picture, moment_of, standing

__all__ = [
    "ABOUT_A_MARK", "ABOUT_A_TAP", "CANNOT", "CLEARED_WHEN_WITHDRAWN", "HOLD", "ON_TIME", "UNHEARD", "USUAL_POLICY",
    "Assume", "AttendancePolicy", "DayFacts", "DayResult", "Evidence", "Fence", "FencePicture", "Fix", "Issue",
    "Judgement", "Mark", "Moment", "Outcome", "Silence", "Stamp", "Standing", "Tap", "Token", "Word", "as_stored",
    "ask_first", "assumed", "build_day", "day_bounds", "device_moments", "excusable", "fence_picture", "first_site",
    "is_clean", "judge", "may_wait", "moment_of", "moments", "outcome_of", "over_at", "place_tap", "read_code",
    "read_evidence", "read_policy", "repeats", "roles", "silent", "standing", "still_counts", "trusted",
    "without_position", "written_policy",
]  # fmt: skip
