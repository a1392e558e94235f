"""Where a store is that nobody has placed: the rep who stands there proposes it, a person decides."""

from typing import Any

from flask import Blueprint, Response, flash, make_response

from webapp.core import clock, hx, time_token
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.forms import Bound, blank
from webapp.core.i18n import _ as gettext
from webapp.core.ids import new_id
from webapp.pages.rep.check_ins import check_owner, heard
from webapp.schedules import queries as schedules
from webapp.sites import queries as sites
from webapp.sites.service import propose_position
from webapp.visits import queries as visits

bp = Blueprint("rep_positions", __name__)


@bp.get("/sites/<int:site_id>/position")
@allow(Role.REP)
def form(site_id: int) -> Response:
    return _show(me(), site_id, blank())


@bp.post("/sites/<int:site_id>/position")
@allow(Role.REP)
def propose(site_id: int) -> Response:
    """201 new, also when it comes again; 409 placed meanwhile, another's or other content, 422 no usable position."""
    user = me()
    try:
        _propose(user, site_id)
    except DomainError as error:
        if hx.wants_fragment() or isinstance(error, Conflict):
            raise
        return _show(user, site_id, blank().fail(error))
    if not hx.wants_fragment():
        flash(gettext("Sent. You hear what becomes of it."), "ok")
        return hx.redirect("/today")
    answer = make_response("", 201)
    answer.headers["X-Onsite-State"] = "sent"
    answer.headers["X-Onsite-Token"] = time_token.give(user.id, clock.now())
    return answer


def _propose(user: SignedIn, site_id: int) -> int:
    check_owner(user)
    said = heard(user, "place")
    if said.fix is None or said.fix.accuracy_m is None:
        raise Invalid("position_needed", "lat")
    spot = {"lat": said.fix.lat, "lng": said.fix.lng, "accuracy_m": said.fix.accuracy_m}
    return do(
        propose_position, rep=user, site_id=site_id, client_id=said.client_id, at=clock.now(),
        stood_at=said.tapped_at, **spot,
    )  # fmt: skip


def _show(user: SignedIn, site_id: int, form: Bound[Any]) -> Response:
    """The check-in of today there, if there was one: a proposal is sent after it."""
    site = sites.for_rep(user, site_id)
    on = schedules.work_date(user.id, clock.now(), user.branch)
    been = [visit for visit in visits.board(user.id, on) if visit.site_id == site_id and visit.work_date == on]
    context: dict[str, Any] = {
        "site": site,
        "visit": been[-1] if been else None,
        "since": sites.proposed_since(user, site_id),
    }
    context |= {"confirmer": next(iter(sites.supervisor_names([site_id]).get(site_id, ())), "")}
    return hx.respond("rep/position.html", status=form.status, form=form, new_id=new_id(), **context)
