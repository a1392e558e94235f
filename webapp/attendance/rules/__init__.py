"""The pure part of attendance: the fence, the phone's clock, the day built from facts."""

from webapp.attendance.rules import words as words
from webapp.attendance.rules.day import DayResult, build_day, over_at
from webapp.attendance.rules.facts import Assume, DayFacts, Issue, Mark, Moment, Word, assumed, moments
from webapp.attendance.rules.fence import Fence, Fix, Judgement, Tap, judge, place_tap

__all__ = [
    "Assume", "DayFacts", "DayResult", "Fence", "Fix", "Issue", "Judgement", "Mark", "Moment", "Tap", "Word",
    "assumed", "build_day", "judge", "moments", "over_at", "place_tap",
]  # fmt: skip
