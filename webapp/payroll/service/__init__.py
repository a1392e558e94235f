"""Verbs of payroll."""

from webapp.payroll.service.questions import answer_question, ask_about_line, ask_again, withdraw_question
from webapp.payroll.service.runs import recompute, review, start_issuing, start_run
from webapp.payroll.service.slips import finish_issuing, finish_making, issue_slip, refresh_draft, store_drafts

__all__ = [
    "answer_question", "ask_about_line", "ask_again", "finish_issuing", "finish_making", "issue_slip", "recompute",
    "refresh_draft", "review", "start_issuing", "start_run", "store_drafts", "withdraw_question",
]  # fmt: skip
