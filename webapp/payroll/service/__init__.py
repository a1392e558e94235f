"""Verbs of payroll."""

from webapp.payroll.service.runs import recompute, review, start_issuing, start_run
from webapp.payroll.service.slips import finish_issuing, finish_making, issue_slip, refresh_draft, store_drafts

__all__ = [
    "finish_issuing", "finish_making", "issue_slip", "recompute", "refresh_draft", "review",
    "start_issuing", "start_run", "store_drafts",
]  # fmt: skip
