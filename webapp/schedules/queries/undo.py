"""What somebody changed last, as far as it can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import conn

UNDONE = "roster.undone"
CAN_BE_UNDONE = frozenset(
    {"roster.changed", "plan.changed", "roster.copied", "roster.cleared", "roster.patterned", "roster.imported"}
)
APPLIED = "import.applied"
MOST_BACK = 5_000
"""So many entries, of an import so many days, are taken back at once."""
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Change:
    entry_id: int
    action: str
    at: datetime


def last_change(user: SignedIn, first_open: date | None = None) -> Change | None:
    """The newest of one's last few acts that changed a roster; None when there is none, it was taken back or is about
    a day before the first that one may change.
    """
    columns = (
        AuditEntry.id,
        AuditEntry.action,
        AuditEntry.at,
        AuditEntry.request_id,
        AuditEntry.object_id,
        AuditEntry.after,
    )
    mine = select(*columns).where(AuditEntry.actor_id == user.id)
    ended: dict[str | None, int] = {}
    for row in conn().execute(mine.order_by(AuditEntry.id.desc()).limit(_LOOKED_AT)):
        if row.action == UNDONE:
            return None
        if row.action == APPLIED:
            ended[row.request_id] = row.after["done"]
        if row.action in CAN_BE_UNDONE:
            whole = not is_import(row.request_id) or _is_whole(row, ended)
            still = first_open is None or row.object_id.partition("|")[2] >= first_open.isoformat()
            return Change(row.id, row.action, row.at) if whole and still else None
    return None


def is_import(request_id: str | None) -> bool:
    return (request_id or "").startswith("import:")


def _is_whole(row: Any, ended: Mapping[str | None, int]) -> bool:
    """An import that has come to its end and is not too long."""
    days = max(1, len((row.after or {}).get("roster", {})))
    return 0 < ended.get(row.request_id, 0) * days <= MOST_BACK
