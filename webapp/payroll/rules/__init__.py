"""Payslips by pure arithmetic: schemes make lines, the engine sums them."""

from webapp.payroll.rules import words as _words
from webapp.payroll.rules.facts import Issue, Line, PeriodFacts, RewardSum, SalaryRow, Slip, YearToDate
from webapp.payroll.rules.schemes import PayScheme, scheme
from webapp.payroll.rules.slip import Join, after, compute, content_hash, is_empty, join, refused, sums

__all__ = [
    "Issue", "Join", "Line", "PayScheme", "PeriodFacts", "RewardSum", "SalaryRow", "Slip", "YearToDate", "_words",
    "after", "compute", "content_hash", "is_empty", "join", "refused", "scheme", "sums",
]  # fmt: skip
