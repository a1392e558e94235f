"""Today: check in, finish the visit."""

from flask import Blueprint, Response, jsonify, request

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.ids import row_id
from webapp.pages.rep.board import kept_plan, today

bp = Blueprint("rep_today", __name__)


@bp.get("/today")
@allow(Role.REP)
def show() -> Response:
    """`?site=` is the store the rep chose instead of the next planned one."""
    site_id = row_id(request.args.get("site"))
    return hx.respond("rep/today.html", today=today(me(), clock.now(), site_id=site_id))


@bp.get("/today/plan")
@allow(Role.REP)
def plan() -> Response:
    """What the phone keeps of today for a time without a network."""
    on, stops = kept_plan(me(), clock.now())
    return jsonify(on=on.isoformat(), stops=stops)
