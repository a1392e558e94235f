"""Reading payroll."""

from webapp.payroll.queries.checks import ledger_check, problems
from webapp.payroll.queries.effect import estimate_change
from webapp.payroll.queries.evidence import Reason, reasons
from webapp.payroll.queries.facts import compute, eligible, estimates, facts_of, issued_of
from webapp.payroll.queries.payslips import ListedSlip, PayslipRow, open_months, own, own_payslip, payslip
from webapp.payroll.queries.questions import (
    Question,
    QuestionFilters,
    QuestionPage,
    QuestionRow,
    asked_about,
    asked_of_line,
    asked_of_slip,
    open_questions,
    own_question,
    question,
    questions,
)
from webapp.payroll.queries.runs import (
    RunRow,
    SlipFilters,
    SlipPage,
    going,
    run,
    run_of,
    runs,
    slips,
    to_issue,
    to_make,
    why_not_issuable,
)
from webapp.payroll.queries.waiting import question_keys, question_some

__all__ = [
    "ListedSlip", "PayslipRow", "Question", "QuestionFilters", "QuestionPage", "QuestionRow", "Reason", "RunRow",
    "SlipFilters", "SlipPage", "asked_about", "asked_of_line", "asked_of_slip", "compute", "eligible",
    "estimate_change", "estimates", "facts_of", "going", "issued_of", "ledger_check", "open_months", "open_questions",
    "own", "own_payslip", "own_question", "payslip", "problems", "question", "question_keys", "question_some",
    "questions", "reasons", "run", "run_of", "runs", "slips", "to_issue", "to_make", "why_not_issuable",
]  # fmt: skip
