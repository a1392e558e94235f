"""How to put Onsite on the home screen, for the browser that asks first; the others are below."""

from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from webapp.core import hx
from webapp.core.authz import public
from webapp.pages.account.places import HOME
from webapp.pages.account.platforms import read_agent

bp = Blueprint("account_install", __name__)

GUIDES = ("android", "ios", "inside", "desk")


@bp.get("/install")
@public
def show() -> Response:
    signed_in = current_user.is_authenticated
    back = "/me" if signed_in else "/login"
    home = HOME[current_user.role] if signed_in else "/login"
    return hx.respond("account/install.html", back=back, home=home, **guides())


def guides() -> dict[str, Any]:
    """What the guides need: who asks, the order to show them in, the address to open elsewhere."""
    platform = read_agent(request.user_agent.string)
    order = [platform.guide, *(guide for guide in GUIDES if guide != platform.guide)]
    return {"platform": platform, "order": order, "address": request.host_url}
