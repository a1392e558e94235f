"""Where a rep stood when proposing a position or a store gets coarse too, once it was decided."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.sites.models import NewSite, Site, SiteProposal

BATCH = 500
PLACES = 2


def coarsen_proposals(*, branch_id: int, at: datetime, limit: int = BATCH) -> int:
    """How many were made coarse; call until it answers 0. The site keeps the position it was given."""
    query = (
        select(SiteProposal.id, SiteProposal.lat, SiteProposal.lng)
        .join(Site, Site.id == SiteProposal.site_id)
        .where(Site.branch_id == branch_id, SiteProposal.state.in_(("approved", "rejected")))
        .where(SiteProposal.coarse_at.is_(None), SiteProposal.proposed_at < _before(branch_id, at))
        .order_by(SiteProposal.id)
        .limit(limit)
    )
    return _coarsen(SiteProposal, query, at)


def coarsen_new_sites(*, branch_id: int, at: datetime, limit: int = BATCH) -> int:
    """The same for stores that were in no list; the site made of one keeps its position."""
    query = (
        select(NewSite.id, NewSite.lat, NewSite.lng)
        .where(NewSite.branch_id == branch_id, NewSite.state != "open", NewSite.lat.is_not(None))
        .where(NewSite.coarse_at.is_(None), NewSite.proposed_at < _before(branch_id, at))
        .order_by(NewSite.id)
        .limit(limit)
    )
    return _coarsen(NewSite, query, at)


def _before(branch_id: int, at: datetime) -> datetime:
    days = conn().execute(select(Branch.position_days).where(Branch.id == branch_id)).scalar_one()
    return at - timedelta(days=days)


def _coarsen(model: type[SiteProposal] | type[NewSite], query: Select[*tuple[Any, ...]], at: datetime) -> int:
    rows = [
        {"row": row.id, "lat": round(row.lat, PLACES), "lng": round(row.lng, PLACES), "coarse_at": at}
        for row in conn().execute(query)
    ]
    values: dict[str, Any] = {name: bindparam(name) for name in ("lat", "lng", "coarse_at")}
    if rows:
        conn().execute(update(model).where(model.id == bindparam("row")).values(values), rows)
    return len(rows)
