"""Stores reps proposed because no list has them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from webapp.core.authz import Role, SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Employee
from webapp.sites import policy
from webapp.sites.models import NewSite, Site
from webapp.sites.queries.places import near
from webapp.sites.rules import MOST_ALIKE, SAME_SPOT_M, Alike, Point, sounds_alike

_MINE_SHOWN = 10
_By, _Checker, _Decider = (aliased(Employee, name=name) for name in ("by", "checker", "decider"))


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal with everything its page shows; degrees are WGS-84, None where there was no position."""

    id: int
    branch_id: int
    employee_id: int
    by_name: str
    client_id: str
    name: str
    note: str
    lat: float | None
    lng: float | None
    accuracy_m: float | None
    proposed_at: datetime
    state: str
    checked_by: int | None
    checker: str | None
    word: str | None
    decider: str | None
    reason: str | None
    site_id: int | None
    site_name: str | None

    @property
    def place(self) -> Point | None:
        return None if self.lat is None or self.lng is None else (self.lat, self.lng)


def new_sites(user: SignedIn, limit: int = 50) -> list[Proposed]:
    """Open ones somebody else proposed, oldest first; a supervisor's are those nobody has checked."""
    return [Proposed(*row) for row in conn().execute(waiting(user).order_by(NewSite.id).limit(limit))]


def waiting(user: SignedIn) -> Select[Any]:
    found = _PROPOSED.where(NewSite.state == "open", policy.new_sites_seen_by(user))
    return found.where(NewSite.checked_by.is_(None)) if user.role is Role.SUPERVISOR else found


def new_site(user: SignedIn, proposal_id: int) -> Proposed:
    """Whatever its state. Raises NotFound for what the person does not decide about."""
    row = conn().execute(_PROPOSED.where(NewSite.id == proposal_id, policy.new_sites_seen_by(user))).first()
    if row is None:
        raise NotFound("not_found")
    return Proposed(*row)


def proposed_by(employee_id: int, limit: int = _MINE_SHOWN) -> list[Proposed]:
    """A rep's own, newest first."""
    mine = _PROPOSED.where(NewSite.employee_id == employee_id).order_by(NewSite.id.desc()).limit(limit)
    return [Proposed(*row) for row in conn().execute(mine)]


def new_store_id(employee_id: int, client_id: str) -> int | None:
    """Of a proposal by what its phone called it; None while it has not arrived."""
    mine = (NewSite.employee_id == employee_id, NewSite.client_id == client_id)
    return conn().scalar(select(NewSite.id).where(*mine))


def alike(branch_id: int, name: str, place: Point | None) -> list[Alike]:
    """Active sites of the branch it may be: those within 100 m, nearest first, then those of such a name."""
    around = near(branch_id, *place, limit=MOST_ALIKE, within_m=SAME_SPOT_M) if place else []
    found = [Alike(site.site_id, site.name, site.address, site.distance_m) for site in around]
    known = {site.site_id for site in found}
    named = [site for site in _named(branch_id, name) if site.site_id not in known]
    return (found + named)[:MOST_ALIKE]


def rep_supervisors(employee_id: int, at: datetime) -> list[tuple[int, str]]:
    """(id, name) of the supervisors of the person's team."""
    team = select(Employee.team_id).where(Employee.id == employee_id).scalar_subquery()
    here = select(Employee.branch_id).where(Employee.id == employee_id).scalar_subquery()
    query = select(Employee.id, Employee.name).where(
        Employee.team_id == team, Employee.role == Role.SUPERVISOR, Employee.branch_id == here,
        Employee.id != employee_id, Employee.left_on.is_(None) | (Employee.left_on >= at.date()),
    )  # fmt: skip
    return [(row.id, row.name) for row in conn().execute(query.order_by(Employee.name, Employee.id))]


def _named(branch_id: int, name: str) -> list[Alike]:
    """All names of the branch are compared: no database folds case and width of every script the same way."""
    here = select(Site.id, Site.name, Site.address).where(Site.branch_id == branch_id, Site.archived_at.is_(None))
    rows = [row for row in conn().execute(here) if sounds_alike(row.name, name)]
    rows.sort(key=lambda row: (len(row.name), row.id))
    return [Alike(row.id, row.name, row.address, None) for row in rows[:MOST_ALIKE]]


_PROPOSED = (
    select(
        NewSite.id, NewSite.branch_id, NewSite.employee_id, _By.name.label("by_name"), NewSite.client_id,
        NewSite.name, NewSite.note, NewSite.lat, NewSite.lng, NewSite.accuracy_m, NewSite.proposed_at,
        NewSite.state, NewSite.checked_by, _Checker.name.label("checker"), NewSite.word,
        _Decider.name.label("decider"), NewSite.reason, NewSite.site_id, Site.name.label("site_name"),
    )
    .join(_By, _By.id == NewSite.employee_id)
    .outerjoin(_Checker, _Checker.id == NewSite.checked_by)
    .outerjoin(_Decider, _Decider.id == NewSite.decided_by)
    .outerjoin(Site, Site.id == NewSite.site_id)
)  # fmt: skip
