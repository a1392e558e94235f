"""Choosing another store: by name, from today's plan, or by what is near."""

from typing import Any

from flask import Blueprint, Response, request

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.errors import Invalid
from webapp.schedules import queries as schedules
from webapp.sites import queries as sites
from webapp.sites import rules

bp = Blueprint("rep_sites", __name__)
NEAREST = 5


@bp.get("/sites/choose")
@allow(Role.REP)
def choose() -> Response:
    """Without a word: today's planned stores first, then all by name; needs no position."""
    user, text = me(), request.args.get("q", "").strip()[:80]
    planned = [] if text else schedules.plan(user.id, schedules.work_date(user.id, clock.now(), user.branch))
    taken = {stop.site_id for stop in planned}
    found = [site for site in sites.choices(user, text) if site.site_id not in taken]
    context: dict[str, Any] = {
        "q": text,
        "planned": planned,
        "found": found,
        "full": len(found) + len(taken) >= sites.MOST_CHOICES,
    }
    return hx.respond("rep/sites_choose.html", "found", **context)


@bp.post("/nearby")
@allow(Role.REP)
def nearby() -> Response:
    """The nearest stores of a position that is used once and kept nowhere."""
    user = me()
    place = rules.position(request.form.get("lat", ""), request.form.get("lng", ""))
    if place is None:
        raise Invalid("required", "lat")
    near = sites.near(user.branch_id, *place, limit=NEAREST)
    planned = {stop.site_id for stop in schedules.plan(user.id, schedules.work_date(user.id, clock.now(), user.branch))}
    stops = [_row(place, place.site_id in planned) for place in near]
    return hx.respond("rep/sites_near.html", "stops", stops=stops)


def _row(place: rules.Near, planned: bool) -> dict[str, Any]:
    known = {name: getattr(place, name) for name in ("site_id", "name", "address", "distance_m")}
    return {**known, "planned": planned}
