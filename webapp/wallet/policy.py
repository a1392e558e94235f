"""Who may see and decide withdrawals."""

from sqlalchemy import ColumnElement

from webapp.core.authz import Role, SignedIn
from webapp.wallet.models import Withdrawal


def visible_to(user: SignedIn) -> ColumnElement[bool]:
    """Finance and admin see their branches, everybody else their own."""
    if user.is_a(Role.FINANCE, Role.ADMIN):
        return Withdrawal.branch_id.in_(user.branch_ids)
    return Withdrawal.employee_id == user.id


def can_decide(user: SignedIn, withdrawal: Withdrawal) -> bool:
    """Nobody decides their own."""
    decides = user.is_a(Role.FINANCE, Role.ADMIN) and withdrawal.branch_id in user.branch_ids
    return decides and withdrawal.employee_id != user.id
