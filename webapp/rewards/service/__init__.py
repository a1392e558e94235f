"""Verbs of settlement; those of `drive` and `settle_many` open units of work of their own."""

from webapp.rewards.service.batch import Tally, settle_many
from webapp.rewards.service.drive import (
    begin_run,
    due_branches,
    recheck,
    settle_chunk,
    settle_marked,
    settle_through,
    still_waiting,
    take_changes,
)
from webapp.rewards.service.runs import ask_run, finish_run, mark_from, open_run, progress, try_again
from webapp.rewards.service.settle import Settled, clear_marks, mark_changed, set_aside, settle, settle_work

__all__ = [
    "Settled", "Tally", "ask_run", "begin_run", "clear_marks", "due_branches", "finish_run", "mark_changed",
    "mark_from", "open_run", "progress", "recheck", "set_aside", "settle", "settle_chunk", "settle_many",
    "settle_marked", "settle_through", "settle_work", "still_waiting", "take_changes", "try_again",
]  # fmt: skip
