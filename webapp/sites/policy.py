"""Who may see and change which site."""

from sqlalchemy import Select, select

from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.core.db import conn
from webapp.sites.models import Site, SiteSupervisor


def visible_to(user: SignedIn) -> Select[Site]:
    """Reps: active sites of their branch. Supervisors: the sites they supervise. HR, finance, admin: their branches."""
    sites = select(Site).where(Site.branch_id.in_(user.branch_ids))
    if user.role is Role.REP:
        return sites.where(Site.archived_at.is_(None))
    if user.role is Role.SUPERVISOR:
        return sites.where(Site.id.in_(supervised_by(user.id)))
    return sites


def supervised_by(employee_id: int) -> Select[int]:
    return select(SiteSupervisor.site_id).where(SiteSupervisor.employee_id == employee_id)


def can_show_code(user: SignedIn, site: Site) -> bool:
    """Supervisors of the site and its branch's office; the page never opens for a rep."""
    if user.role is Role.SUPERVISOR:
        return conn().execute(supervised_by(user.id).where(SiteSupervisor.site_id == site.id)).first() is not None
    return can_edit(user, site.branch_id)


def can_edit(user: SignedIn, branch_id: int) -> bool:
    return user.role in OFFICE and branch_id in user.branch_ids
