"""I cannot check in: the rep says why, a supervisor decides; sent as a check-in with whatever evidence there is."""

from typing import Any

from flask import Blueprint, Response, request

from webapp.attendance.rules import CANNOT
from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.errors import NotFound
from webapp.core.forms import Bound, blank
from webapp.core.i18n import say
from webapp.core.ids import new_id, row_id
from webapp.pages.rep import board
from webapp.sites import queries as sites

bp = Blueprint("rep_cannot", __name__)


@bp.get("/cannot")
@allow(Role.REP)
def form() -> Response:
    """For the store in `?site=`, else for the next planned one."""
    user, site_id = me(), row_id(request.args.get("site"))
    if site_id is None:
        stop = board.today(user, clock.now()).next_stop
        if stop is None:
            return hx.redirect("/sites/choose")
        site_id = stop.site_id
    return show_cannot(user, site_id, blank())


def show_cannot(user: SignedIn, site_id: int | None, form: Bound[Any]) -> Response:
    if site_id is None:
        raise NotFound("not_found", "site_id")
    site = sites.for_rep(user, site_id)
    reasons = [(reason, say(f"cannot_{reason}")) for reason in CANNOT]
    confirmer = next(iter(sites.supervisor_names([site_id]).get(site_id, ())), "")
    return hx.respond(
        "rep/cannot.html", status=form.status, site=site, reasons=reasons, form=form, new_id=new_id(),
        confirmer=confirmer,
    )  # fmt: skip
