"""Who may see and run payroll."""

from sqlalchemy import ColumnElement, and_

from webapp.core.authz import Role, SignedIn
from webapp.payroll.models import PayRun, Payslip, PayslipQuestion


def runs_visible_to(user: SignedIn) -> ColumnElement[bool]:
    """HR, finance and admin see their branches."""
    return PayRun.branch_id.in_(user.branch_ids if user.is_a(Role.HR, Role.FINANCE, Role.ADMIN) else ())


def can_run(user: SignedIn, branch_id: int) -> bool:
    """Finance reads; HR and admin make, review and issue."""
    return user.is_a(Role.HR, Role.ADMIN) and branch_id in user.branch_ids


def own_slips(user: SignedIn) -> ColumnElement[bool]:
    """A person sees their own slips once they are issued."""
    return and_(Payslip.employee_id == user.id, Payslip.issued_at.is_not(None))


def own_questions(user: SignedIn) -> ColumnElement[bool]:
    """A person sees what they asked about their own slips."""
    return PayslipQuestion.employee_id == user.id


def questions_visible_to(user: SignedIn) -> ColumnElement[bool]:
    """HR, finance and admin see what is asked in their branches."""
    reads = user.is_a(Role.HR, Role.FINANCE, Role.ADMIN)
    return PayslipQuestion.branch_id.in_(user.branch_ids if reads else ())


def can_answer(user: SignedIn, branch_id: int, employee_id: int) -> bool:
    """Whoever may run the pay answers, never their own question."""
    return can_run(user, branch_id) and employee_id != user.id
