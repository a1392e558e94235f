"""Positions proposed by reps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Employee
from webapp.sites import policy
from webapp.sites.models import NewSite, Site, SiteProposal
from webapp.sites.queries.new_sites import waiting


@dataclass(frozen=True, slots=True)
class Proposal:
    """One open proposal; degrees are WGS-84."""

    id: int
    site_id: int
    site_name: str
    site_address: str
    lat: float
    lng: float
    accuracy_m: float
    radius_m: int
    proposed_at: datetime
    by_name: str


def proposals(user: SignedIn, limit: int = 50) -> list[Proposal]:
    """Open ones for sites the person decides about and nobody has placed since, oldest first; never one's own."""
    return [Proposal(*row) for row in conn().execute(_open(user).order_by(SiteProposal.id).limit(limit))]


def proposal_state(user: SignedIn, proposal_id: int) -> str:
    """Raises NotFound for a proposal about a site the person does not see."""
    mine = policy.visible_to(user).with_only_columns(Site.id)
    here = select(SiteProposal.state).where(SiteProposal.id == proposal_id, SiteProposal.site_id.in_(mine))
    state = conn().scalar(here)
    if state is None:
        raise NotFound("not_found")
    return state


def proposed_since(user: SignedIn, site_id: int) -> datetime | None:
    """When the person proposed a position for this site that nobody has decided about; the newest."""
    mine = (SiteProposal.state == "open", SiteProposal.site_id == site_id, SiteProposal.employee_id == user.id)
    return conn().scalar(select(SiteProposal.proposed_at).where(*mine).order_by(SiteProposal.id.desc()).limit(1))


def open_count(user: SignedIn) -> int:
    """Positions and stores that no list had, in one statement."""
    both = (_open(user).subquery(), waiting(user).with_only_columns(NewSite.id).subquery())
    first, second = (select(func.count()).select_from(each).scalar_subquery() for each in both)
    return conn().scalar(select(first + second)) or 0


def _open(user: SignedIn) -> Select[Any]:
    mine = policy.visible_to(user).with_only_columns(Site.id)
    return (
        select(
            SiteProposal.id, Site.id.label("site_id"), Site.name.label("site_name"), Site.address, SiteProposal.lat,
            SiteProposal.lng, SiteProposal.accuracy_m, Site.radius_m, SiteProposal.proposed_at,
            Employee.name.label("by_name"),
        )
        .join(Site, Site.id == SiteProposal.site_id)
        .join(Employee, Employee.id == SiteProposal.employee_id)
        .where(SiteProposal.state == "open", SiteProposal.employee_id != user.id, Site.id.in_(mine))
        .where(Site.lat.is_(None), Site.archived_at.is_(None))
    )  # fmt: skip
