"""Verbs of settlement."""

from webapp.rewards.service.batch import Tally, settle_many
from webapp.rewards.service.settle import Settled, mark_changed, set_aside, settle, settle_work

__all__ = ["Settled", "Tally", "mark_changed", "set_aside", "settle", "settle_many", "settle_work"]
