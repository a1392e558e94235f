"""A store that is not in the list: the rep who stands in it says so, a supervisor checks it, HR decides."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request

from webapp.core import clock, hx, time_token
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError
from webapp.core.forms import Bound, blank
from webapp.core.i18n import _ as gettext
from webapp.core.ids import new_id
from webapp.core.limits import limiter
from webapp.pages.rep.asked import asked
from webapp.pages.rep.check_ins import check_owner, heard
from webapp.schedules import queries as schedules
from webapp.sites import queries as sites
from webapp.sites import rules
from webapp.sites.service import propose_new_site

bp = Blueprint("rep_new_sites", __name__)


def _who() -> str:
    return f"new-site-{me().id}"


@bp.get("/sites/new")
@allow(Role.REP)
def form() -> Response:
    """`name`: what was searched for. As a fragment: the listed stores of such a name."""
    name = " ".join(request.args.get("name", "").split())[: rules.NAME_MAX]
    if hx.wants_fragment():
        return make_response(render_template("rep/new_site_alike.html", alike=_alike(me(), name)))
    return _show(me(), blank({"name": name}))


@bp.post("/sites/new")
@allow(Role.REP)
@limiter.limit("20/minute", key_func=_who)
def propose() -> Response:
    """201 with the listed stores it may be, also when it comes again; 409 another's or other content, 422."""
    user = me()
    try:
        fields = _propose(user)
    except DomainError as error:
        if hx.wants_fragment() or isinstance(error, Conflict):
            raise
        return _show(user, Bound(request.form.to_dict()).fail(error))
    if not hx.wants_fragment():
        flash(gettext("Sent. You hear what becomes of it."), "ok")
        return hx.redirect("/sites/new")
    page = render_template("rep/new_site_alike.html", alike=_alike(user, fields.name, fields.place))
    answer = make_response(page, 201)
    answer.headers["X-Onsite-State"] = "sent"
    answer.headers["X-Onsite-Token"] = time_token.give(user.id, clock.now())
    return answer


def _propose(user: SignedIn) -> rules.NewSiteFields:
    check_owner(user)
    said = heard(user, "store")
    place = (said.fix.lat, said.fix.lng) if said.fix else None
    accuracy = said.fix.accuracy_m if said.fix else None
    fields = rules.new_site(request.form.get("name", ""), request.form.get("note", ""), place, accuracy)
    at = clock.now()
    do(propose_new_site, rep=user, client_id=said.client_id, fields=fields, at=at, stood_at=said.tapped_at)
    return fields


def _alike(user: SignedIn, name: str, place: rules.Point | None = None) -> list[rules.Alike]:
    return sites.alike(user.branch_id, name, place) if rules.plain_name(name) else []


def _show(user: SignedIn, form: Bound[Any]) -> Response:
    """With what the person proposed lately, and whether today was reported from there."""
    at = clock.now()
    mine = sites.proposed_by(user.id)
    waits = any(one.state == "open" for one in mine)
    today = asked(user, schedules.work_date(user.id, at, user.branch)) if waits else []
    context: dict[str, Any] = {
        "mine": mine,
        "may_be": _alike(user, mine[0].name, mine[0].place) if mine and mine[0].state == "open" else [],
        "reported": {item.row.params.get("new_store") for item in today},
        "alike": _alike(user, str(form.values.get("name", ""))),
        "checker": next((name for _, name in sites.rep_supervisors(user.id, at)), ""),
    }
    return hx.respond("rep/new_site.html", status=form.status, form=form, new_id=new_id, **context)
