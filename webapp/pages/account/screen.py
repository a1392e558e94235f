"""A tablet in the shop that shows the store's code: no sign-in, no session, nothing but the code."""

from flask import Blueprint, Response

from webapp.core import clock, hx
from webapp.core.authz import public
from webapp.core.limits import limiter
from webapp.pages.codes import code_context
from webapp.sites.queries import codes

bp = Blueprint("account_screen", __name__, url_prefix="/screen")


@bp.get("/<string(length=43):token>")
@public
@limiter.limit("300/minute")
def show(token: str) -> Response:
    """Once a minute by itself; a whole shopping centre may share one address."""
    shown = codes.screen_now(token, clock.now())
    return hx.respond("account/screen.html", "code", **code_context(shown))
