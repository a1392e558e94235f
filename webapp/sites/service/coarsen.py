"""Where a rep stood when proposing a site's position gets coarse too, once it was decided."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.sites.models import Site, SiteProposal

BATCH = 500
PLACES = 2


def coarsen_proposals(*, branch_id: int, at: datetime, limit: int = BATCH) -> int:
    """How many were made coarse; call until it answers 0. The site keeps the position it was given."""
    days = conn().execute(select(Branch.position_days).where(Branch.id == branch_id)).scalar_one()
    query = (
        select(SiteProposal.id, SiteProposal.lat, SiteProposal.lng)
        .join(Site, Site.id == SiteProposal.site_id)
        .where(Site.branch_id == branch_id, SiteProposal.state.in_(("approved", "rejected")))
        .where(SiteProposal.coarse_at.is_(None), SiteProposal.proposed_at < at - timedelta(days=days))
        .order_by(SiteProposal.id)
        .limit(limit)
    )
    rows = [
        {"row": row.id, "lat": round(row.lat, PLACES), "lng": round(row.lng, PLACES), "coarse_at": at}
        for row in conn().execute(query)
    ]
    if rows:
        conn().execute(_COARSEN, rows)
    return len(rows)


_COARSEN = (
    update(SiteProposal)
    .where(SiteProposal.id == bindparam("row"))
    .values({name: bindparam(name) for name in ("lat", "lng", "coarse_at")})
)
