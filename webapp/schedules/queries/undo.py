"""What somebody changed last, as far as it can be taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import conn

UNDONE = "roster.undone"
CAN_BE_UNDONE = frozenset(
    {"roster.changed", "plan.changed", "roster.copied", "roster.cleared", "roster.patterned", "roster.imported"}
)
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Change:
    entry_id: int
    action: str
    at: datetime


def last_change(user: SignedIn) -> Change | None:
    """The newest of one's last few acts that changed a roster; None when there is none or it was taken back."""
    mine = select(AuditEntry.id, AuditEntry.action, AuditEntry.at).where(AuditEntry.actor_id == user.id)
    for row in conn().execute(mine.order_by(AuditEntry.id.desc()).limit(_LOOKED_AT)):
        if row.action == UNDONE:
            return None
        if row.action in CAN_BE_UNDONE:
            return Change(row.id, row.action, row.at)
    return None
