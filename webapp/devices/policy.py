"""Who may see and change which device: HR of its branch, admins."""

from sqlalchemy import Select, select

from webapp.core.authz import OFFICE, SignedIn
from webapp.devices.models import Terminal


def visible_to(user: SignedIn) -> Select[Terminal]:
    """The devices of the branches somebody of the office works in; nobody else sees any."""
    return select(Terminal).where(Terminal.branch_id.in_(user.branch_ids if user.role in OFFICE else ()))


def can_edit(user: SignedIn, branch_id: int) -> bool:
    return user.role in OFFICE and branch_id in user.branch_ids
