"""A rep stands in a store that is in no list and says so; the supervisor checks it, HR decides what it becomes."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from webapp.core import audit, ids
from webapp.core.authz import Role, SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people.models import Employee
from webapp.people.queries import stand_ins
from webapp.sites import policy, rules
from webapp.sites.models import NewSite, Site
from webapp.sites.queries.new_sites import rep_supervisors
from webapp.sites.rules import NewSiteFields, SiteFields
from webapp.sites.service.edit import create_site
from webapp.sites.service.propose import Person


def propose_new_site(
    *, rep: Person, client_id: str, fields: NewSiteFields, at: datetime, stood_at: datetime | None = None
) -> int:
    """The proposal's id; the same client_id again gives the same one. `stood_at`: when the person stood there.

    Raises Conflict (same id, other content), Invalid (too many wait).
    """
    key = ids.client_id(client_id)
    said = ids.fingerprint([fields.name, fields.note, list(fields.place or ()), fields.accuracy_m])
    known = select(NewSite.id, NewSite.fingerprint).where(NewSite.employee_id == rep.id, NewSite.client_id == key)
    # one at a time of each person, or two at once would both be the last one that may wait
    name = db.session.scalar(select(Employee.name).where(Employee.id == rep.id).with_for_update(key_share=True))
    earlier = db.session.execute(known).first()
    if earlier is not None and earlier.fingerprint != said:
        raise Conflict("same_id_other_content")
    if earlier is not None:
        return earlier.id
    mine = (NewSite.employee_id == rep.id, NewSite.branch_id == rep.branch_id, NewSite.state == "open")
    if (db.session.scalar(select(func.count()).where(*mine)) or 0) >= rules.OPEN_MAX:
        raise Invalid("new_site_many", limit=rules.OPEN_MAX)
    lat, lng = fields.place or (None, None)
    made = NewSite(
        employee_id=rep.id, branch_id=rep.branch_id, client_id=key, fingerprint=said, name=fields.name,
        note=fields.note, lat=lat, lng=lng, accuracy_m=fields.accuracy_m, state="open",
        proposed_at=min(at, stood_at or at),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _ask(made, name or "", at)
    return made.id


def check_new_site(*, by: SignedIn, proposal_id: int, word: str | None = None, at: datetime) -> None:
    """The rep's supervisor knows the store; HR reads it and decides. Raises NotFound, Forbidden, Conflict."""
    if by.role is not Role.SUPERVISOR:
        raise Forbidden("forbidden")
    found = _open(by, proposal_id)
    if found.checked_by is not None:
        checker = db.session.get(Employee, found.checked_by)
        raise Conflict("proposal_decided", name=checker.name if checker else "")
    found.checked_by, found.checked_at, found.word = by.id, at, word or None
    notices.close(about=_about(found), at=at)
    _record(by, found, "checked", {"name": found.name}, word, at)


def add_new_site(*, by: SignedIn, proposal_id: int, fields: SiteFields, at: datetime) -> int:
    """Make it a site, as written in `fields`; its id. Raises NotFound, Forbidden, Conflict, Invalid with the field."""
    found = _deciding(by, proposal_id)
    found.site_id = create_site(by=by, branch_id=found.branch_id, fields=fields, at=at)
    _decide(by, found, "added", None, at)
    return found.site_id


def use_known_site(*, by: SignedIn, proposal_id: int, site_id: int | None, at: datetime) -> None:
    """It is an active site of the branch that is listed already. Raises NotFound, Forbidden, Conflict, Invalid."""
    found = _deciding(by, proposal_id)
    site = db.session.get(Site, site_id) if site_id else None
    if site is None or site.branch_id != found.branch_id or site.archived_at is not None:
        raise Invalid("new_site_pick", "site_id")
    found.site_id = site.id
    _decide(by, found, "known", None, at)


def refuse_new_site(*, by: SignedIn, proposal_id: int, reason: str | None, at: datetime) -> None:
    """Raises NotFound, Forbidden, Conflict, Invalid (no reason)."""
    found = _deciding(by, proposal_id)
    if not reason:
        raise Invalid("proposal_reason_needed", "reason")
    _decide(by, found, "rejected", reason, at)


def _deciding(by: SignedIn, proposal_id: int) -> NewSite:
    found = _open(by, proposal_id)
    if not policy.can_edit(by, found.branch_id):
        raise Forbidden("forbidden")
    return found


def _open(by: SignedIn, proposal_id: int) -> NewSite:
    """The locked proposal; one's own is not there. Raises NotFound, Conflict (decided already)."""
    query = select(NewSite).where(NewSite.id == proposal_id, policy.new_sites_seen_by(by))
    found = db.session.scalar(query.with_for_update())
    if found is None:
        raise NotFound("not_found")
    if found.state != "open":
        decider = db.session.get(Employee, found.decided_by)
        raise Conflict("proposal_decided", name=decider.name if decider else "")
    return found


def _decide(by: SignedIn, found: NewSite, state: str, reason: str | None, at: datetime) -> None:
    found.state, found.reason, found.decided_by, found.decided_at = state, reason, by.id, at
    site = db.session.get(Site, found.site_id) if found.site_id else None
    after = {"name": found.name, "site_id": found.site_id, "proposed_by": found.employee_id}
    _record(by, found, state, after, reason, at)
    notices.close(about=_about(found), at=at)
    params = {"store": found.name, "site": site.name if site else "", "note": reason or ""}
    link = f"/today?site={site.id}" if site else "/sites/new"
    key = f"{_about(found)}|{state}"
    notices.tell(told=[Told(found.employee_id, f"notice_store_{state}", key, link, params)], at=at)


def _ask(found: NewSite, name: str, at: datetime) -> None:
    """The rep's supervisors hear of it; HR finds it in the list."""
    params, about = {"name": name, "store": found.name}, _about(found)
    theirs = {who for who, _ in rep_supervisors(found.employee_id, at)}
    deputies = {who for each in stand_ins(theirs, at).values() for who, role in each if role == "supervisor"}
    asked = sorted((theirs | deputies) - {found.employee_id})
    told = [Told(who, "notice_new_store", f"{about}|{who}", "/site-proposals", params, about) for who in asked]
    notices.tell(told=told, at=at)


def _about(found: NewSite) -> str:
    return f"new_store|{found.id}"


def _record(by: SignedIn, found: NewSite, act: str, after: dict[str, Any], reason: str | None, at: datetime) -> None:
    audit.record(
        actor_id=by.id, action=f"new_store.{act}", object_type="new_store", object_id=found.id,
        branch_id=found.branch_id, after=after, reason=reason or None, at=at,
    )  # fmt: skip
