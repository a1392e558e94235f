"""The pure part of settlement: what changes, and how a run of days goes on."""

from webapp.rewards.rules.chain import Walked, run_before, walk
from webapp.rewards.rules.plan import Latest, Plan, RepDayState, Revision, Work, plan
from webapp.rewards.rules.preview import Earned, Preview
from webapp.rewards.rules.words import words as words

__all__ = [
    "Earned",
    "Latest",
    "Plan",
    "Preview",
    "RepDayState",
    "Revision",
    "Walked",
    "Work",
    "plan",
    "run_before",
    "walk",
]
