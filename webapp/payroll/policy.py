"""Who may see and run payroll."""

from sqlalchemy import ColumnElement, and_

from webapp.core.authz import Role, SignedIn
from webapp.payroll.models import PayRun, Payslip


def runs_visible_to(user: SignedIn) -> ColumnElement[bool]:
    """HR, finance and admin see their branches."""
    return PayRun.branch_id.in_(user.branch_ids if user.is_a(Role.HR, Role.FINANCE, Role.ADMIN) else ())


def can_run(user: SignedIn, branch_id: int) -> bool:
    """Finance reads; HR and admin make, review and issue."""
    return user.is_a(Role.HR, Role.ADMIN) and branch_id in user.branch_ids


def own_slips(user: SignedIn) -> ColumnElement[bool]:
    """A person sees their own slips once they are issued."""
    return and_(Payslip.employee_id == user.id, Payslip.issued_at.is_not(None))
