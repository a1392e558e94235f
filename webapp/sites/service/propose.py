"""A rep standing at a site nobody has placed proposes the spot; a supervisor of the site or HR decides."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import or_, select, update

from webapp.core import audit, ids
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people.models import Employee
from webapp.people.queries import stand_ins
from webapp.sites import policy, rules
from webapp.sites.models import Site, SiteProposal, SiteSupervisor
from webapp.sites.queries.fences import branch_policy
from webapp.sites.rules import ROUGHEST_PROPOSAL_M, Datum
from webapp.sites.service.edit import place


class Person(Protocol):
    """A SignedIn, or anybody with an id and a branch."""

    @property
    def id(self) -> int: ...
    @property
    def branch_id(self) -> int: ...


def propose_position(
    *,
    rep: Person,
    site_id: int,
    client_id: str,
    lat: object,
    lng: object,
    accuracy_m: float,
    at: datetime,
    stood_at: datetime | None = None,
) -> int:
    """The proposal's id; the same client_id again gives the same one. `stood_at`: when the person stood there.

    Raises NotFound (no active site of the branch), Conflict (it has a position; same id, other content), Invalid.
    """
    key = ids.client_id(client_id)
    if (earlier := _said_before(rep, key, site_id, rules.position(lat, lng))) is not None:
        return earlier
    site = db.session.get(Site, site_id)
    if site is None or site.branch_id != rep.branch_id or site.archived_at is not None:
        raise NotFound("not_found", "site_id")
    if site.lat is not None:
        raise Conflict("site_placed")
    spot = rules.position(lat, lng)
    if spot is None:
        raise Invalid("position_needed", "lat")
    if not 0 < accuracy_m <= ROUGHEST_PROPOSAL_M:
        raise Invalid("fix_too_rough", "accuracy", metres=round(accuracy_m) if accuracy_m < 1e9 else "?")
    made = SiteProposal(
        site_id=site_id, employee_id=rep.id, client_id=key, lat=spot[0], lng=spot[1],
        accuracy_m=accuracy_m, proposed_at=min(at, stood_at or at), state="open",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _ask(site, made.id, rep, at)
    return made.id


def _said_before(rep: Person, key: str, site_id: int, spot: rules.Point | None) -> int | None:
    said = select(SiteProposal).where(SiteProposal.employee_id == rep.id, SiteProposal.client_id == key)
    earlier = db.session.scalar(said)
    if earlier is None:
        return None
    same = (earlier.lat, earlier.lng) == spot or earlier.coarse_at is not None
    if earlier.site_id != site_id or not same:
        raise Conflict("same_id_other_content")
    return earlier.id


def decide_proposal(*, by: SignedIn, proposal_id: int, decision: str, reason: str | None = None, at: datetime) -> None:
    """`decision` is approved or rejected (with a reason). Approving places the site and closes its other proposals.

    Raises NotFound, Forbidden (one's own proposal), Conflict (decided already, or placed by somebody), Invalid.
    """
    proposal = db.session.get(SiteProposal, proposal_id, with_for_update=True)
    site = None if proposal is None else db.session.scalar(
        policy.visible_to(by).where(Site.id == proposal.site_id).with_for_update()
    )  # fmt: skip
    if proposal is None or site is None:
        raise NotFound("not_found")
    if proposal.employee_id == by.id:
        raise Forbidden("proposal_own")
    if proposal.state != "open":
        decider = db.session.get(Employee, proposal.decided_by)
        raise Conflict("proposal_decided", name=decider.name if decider else "")
    if decision not in ("approved", "rejected"):
        raise Invalid("not_a_choice", "decision")
    if decision == "rejected" and not reason:
        raise Invalid("proposal_reason_needed", "reason")
    if decision == "approved" and site.lat is not None:
        raise Conflict("site_placed")
    proposal.state, proposal.reason, proposal.decided_by, proposal.decided_at = decision, reason, by.id, at
    if decision == "approved":
        _place(site, proposal, by, at)
    _record(site, proposal, by, at)
    _answer(site, proposal, at)


def _ask(site: Site, proposal_id: int, rep: Person, at: datetime) -> None:
    """Its supervisors hear of it; where it has none, HR finds it in the list."""
    name = db.session.scalar(select(Employee.name).where(Employee.id == rep.id))
    params, about = {"name": name, "site": site.name}, f"proposal|{proposal_id}"
    theirs = db.session.scalars(
        select(SiteSupervisor.employee_id)
        .join(Employee, Employee.id == SiteSupervisor.employee_id)
        .where(SiteSupervisor.site_id == site.id, Employee.role == "supervisor")
        .where(Employee.branch_id == site.branch_id)
        .where(or_(Employee.left_on.is_(None), Employee.left_on >= at.date()))
    )
    asked = set(theirs)
    asked |= {who for each in stand_ins(asked, at).values() for who, role in each if role == "supervisor"} - {rep.id}
    told = [Told(who, "notice_proposal", f"{about}|{who}", "/site-proposals", params, about) for who in sorted(asked)]
    notices.tell(told=told, at=at)


def _answer(site: Site, proposal: SiteProposal, at: datetime) -> None:
    notices.close(about=f"proposal|{proposal.id}", at=at)
    code, key = f"notice_position_{proposal.state}", f"proposal|{proposal.id}|{proposal.state}"
    params = {"site": site.name, "note": proposal.reason or ""}
    notices.tell(told=[Told(proposal.employee_id, code, key, "/visits", params)], at=at)


def _place(site: Site, proposal: SiteProposal, by: SignedIn, at: datetime) -> None:
    place(site, (proposal.lat, proposal.lng), Datum.WGS84)
    site.radius_m = branch_policy(site.branch_id, site.store_type_id).nearest_radius(site.radius_m)
    site.version += 1
    others = (
        SiteProposal.site_id == site.id,
        SiteProposal.state == "open",
        SiteProposal.id != proposal.id,
    )
    db.session.execute(
        update(SiteProposal).where(*others).values(state="rejected", decided_by=by.id, decided_at=at),
        execution_options={"synchronize_session": False},
    )


def _taken(site: Site, proposal: SiteProposal) -> dict[str, Any]:
    return {"lat": proposal.lat, "lng": proposal.lng, "proposed_by": proposal.employee_id, "radius_m": site.radius_m}


def _record(site: Site, proposal: SiteProposal, by: SignedIn, at: datetime) -> None:
    approved = proposal.state == "approved"
    audit.record(
        actor_id=by.id,
        action=f"site.position_{proposal.state}",
        object_type="site",
        object_id=site.id,
        branch_id=site.branch_id,
        after={**_taken(site, proposal), **policy.standing_for(by, site.id)}
        if approved
        else policy.standing_for(by, site.id),
        reason=proposal.reason,
        at=at,
    )
