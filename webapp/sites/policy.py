"""Who may see and change which site."""

from sqlalchemy import ColumnElement, Select, and_, false, select

from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.core.db import conn
from webapp.people.models import Employee
from webapp.people.policy import teams_of
from webapp.sites.models import NewSite, Site, SiteSupervisor


def visible_to(user: SignedIn) -> Select[Site]:
    """Reps: active sites of their branch. Supervisors: the sites they supervise. HR, finance, admin: their branches."""
    sites = select(Site).where(Site.branch_id.in_(user.branch_ids))
    if user.role is Role.REP:
        return sites.where(Site.archived_at.is_(None))
    if user.role is Role.SUPERVISOR:
        return sites.where(Site.id.in_(supervised_by(*user.acts_as)))
    return sites


def supervised_by(*people: int) -> Select[int]:
    """Sites of one of them; a stand-in gives `user.acts_as`."""
    return select(SiteSupervisor.site_id).where(SiteSupervisor.employee_id.in_(people))


def standing_for(user: SignedIn, site_id: int) -> dict[str, int]:
    """What the audit says of a word about a site: {"standing_for": the absent supervisor}, {} by one's own right."""
    if not user.stands_for or user.role is not Role.SUPERVISOR:
        return {}
    here = (SiteSupervisor.site_id == site_id, SiteSupervisor.employee_id.in_(user.acts_as))
    theirs = set(conn().scalars(select(SiteSupervisor.employee_id).where(*here)))
    absent = [who for who in user.acts_as if who in theirs]
    return {} if not absent or absent[0] == user.id else {"standing_for": absent[0]}


def can_show_code(user: SignedIn, site: Site) -> bool:
    """Supervisors of the site and its branch's office; the page never opens for a rep."""
    if user.role is Role.SUPERVISOR:
        return conn().execute(supervised_by(*user.acts_as).where(SiteSupervisor.site_id == site.id)).first() is not None
    return can_edit(user, site.branch_id)


def can_edit(user: SignedIn, branch_id: int) -> bool:
    return user.role in OFFICE and branch_id in user.branch_ids


def new_sites_seen_by(user: SignedIn) -> ColumnElement[bool]:
    """Stores somebody else proposed: HR and admin those of their branches, a supervisor those of the own team."""
    others = NewSite.employee_id.not_in(user.acts_as)
    if user.role in OFFICE:
        return and_(others, NewSite.branch_id.in_(user.branch_ids))
    if user.role is not Role.SUPERVISOR:
        return false()
    mine = select(Employee.id).where(Employee.team_id.in_(teams_of(user)))
    return and_(others, NewSite.branch_id == user.branch_id, NewSite.employee_id.in_(mine))
