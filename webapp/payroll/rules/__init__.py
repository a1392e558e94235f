"""Payslips by pure arithmetic: schemes make lines, the engine sums them."""

from webapp.payroll.rules import words as _words
from webapp.payroll.rules.base import BASE
from webapp.payroll.rules.corrections import base_given, corrections, look_back
from webapp.payroll.rules.facts import Issue, Line, PaidMonth, PeriodFacts, RewardSum, SalaryRow, Slip, YearToDate
from webapp.payroll.rules.questions import AGAIN, ANSWER_DAYS, ANSWERS, CATEGORIES, NOTE, TEXT, likely, said
from webapp.payroll.rules.schemes import PayScheme, scheme
from webapp.payroll.rules.slip import Join, after, compute, content_hash, is_empty, join, refused, sums

__all__ = [
    "AGAIN", "ANSWERS", "ANSWER_DAYS", "BASE", "CATEGORIES", "Issue", "Join", "Line", "NOTE", "PaidMonth", "PayScheme",
    "PeriodFacts", "RewardSum", "SalaryRow", "Slip", "TEXT", "YearToDate", "_words", "after", "base_given", "compute",
    "content_hash", "corrections", "is_empty", "join", "likely", "look_back", "refused", "said", "scheme", "sums",
]  # fmt: skip
