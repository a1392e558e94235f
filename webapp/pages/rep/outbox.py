"""What the phone still owes the server: the page is empty, the phone fills it from its own store."""

from flask import Blueprint, Response

from webapp.core import hx
from webapp.core.authz import Role, allow

bp = Blueprint("rep_outbox", __name__)


@bp.get("/me/outbox")
@allow(Role.REP)
def show() -> Response:
    return hx.respond("rep/outbox.html")
