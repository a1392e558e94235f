"""The code of a supervisor's stores: shown on their phone, and on screens they open in the shop."""

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.forms import blank
from webapp.core.i18n import _ as gettext
from webapp.pages.codes import add_screens, code_context, show_screens
from webapp.sites import service
from webapp.sites.queries import codes

bp = Blueprint("supervisor_site_codes", __name__, url_prefix="/site-codes")
SCREENS = "supervisor/site_screens.html"
add_screens(bp, under="", template=SCREENS, roles=(Role.SUPERVISOR,), home="/site-codes/{site_id}/screens")


@bp.get("")
@allow(Role.SUPERVISOR)
def index() -> Response:
    return hx.respond("supervisor/site_codes.html", sites=codes.code_sites(me()))


@bp.get("/<int:site_id>")
@allow(Role.SUPERVISOR)
def show(site_id: int) -> Response:
    """The page fetches its block anew when the digits change; without a script it loads itself again."""
    shown = codes.code_now(me(), site_id, clock.now())
    return hx.respond("supervisor/site_code.html", "code", **code_context(shown))


@bp.post("/<int:site_id>/start")
@allow(Role.SUPERVISOR)
def start(site_id: int) -> Response:
    do(service.start_code, by=me(), site_id=site_id, at=clock.now())
    return hx.redirect(f"/site-codes/{site_id}")


@bp.post("/<int:site_id>/renew")
@allow(Role.SUPERVISOR)
def renew(site_id: int) -> Response:
    do(service.renew_code, by=me(), site_id=site_id, at=clock.now())
    flash(gettext("A new code runs. Digits of the old one are worth nothing."), "ok")
    return hx.redirect(f"/site-codes/{site_id}")


@bp.get("/<int:site_id>/screens")
@allow(Role.SUPERVISOR)
def screens(site_id: int) -> Response:
    return show_screens(SCREENS, site_id, blank())
