"""What some more, or less, of rewards does to a payslip that is not issued yet."""

from dataclasses import replace

from sqlalchemy import select

from webapp.core.db import conn, db
from webapp.core.errors import Invalid
from webapp.payroll.queries.facts import compute, facts_of, issued_of
from webapp.payroll.rules import PeriodFacts, RewardSum
from webapp.people import queries as people
from webapp.people.models import Branch, Employee
from webapp.wallet.rules import month_span


def estimate_change(employee_id: int, month: str, now: int, after: int) -> tuple[int, int] | None:
    """The net of a month with `now` and with `after` (minor units) booked beside what is; by the same computation.

    None for people we do not pay, and where the scheme has no answer.
    """
    branch = db.session.get_one(Branch, people.branch_at(employee_id, month_span(month)[1]))
    facts = facts_of(branch, [employee_id], month).get(employee_id)
    employer = conn().scalar(select(Employee.employer).where(Employee.id == employee_id))
    if facts is None or employer != "own":
        return None
    ytd = issued_of([employee_id], branch.currency, month)[employee_id].ytd
    try:
        return compute(branch, _with(facts, now), ytd).net, compute(branch, _with(facts, after), ytd).net
    except Invalid:
        return None


def _with(facts: PeriodFacts, more: int) -> PeriodFacts:
    """It is swept with the others, so the wallet holds it then."""
    added = (RewardSum(None, None, 1, more),) if more else ()
    return replace(facts, rewards=(*facts.rewards, *added), available=facts.available + more)
