"""Patterns of rosters."""

from collections.abc import Collection

from sqlalchemy import select

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import NotFound
from webapp.schedules.models import RosterPattern


def patterns(branch_ids: Collection[int]) -> list[RosterPattern]:
    """Archived ones last."""
    mine = select(RosterPattern).where(RosterPattern.branch_id.in_(branch_ids))
    order = (RosterPattern.archived_at.is_not(None), RosterPattern.branch_id, RosterPattern.name)
    return list(db.session.scalars(mine.order_by(*order)))


def pattern(user: SignedIn, pattern_id: int) -> RosterPattern:
    """Raises NotFound for one of another branch."""
    found = db.session.get(RosterPattern, pattern_id)
    if found is None or found.branch_id not in user.branch_ids:
        raise NotFound("not_found")
    return found
