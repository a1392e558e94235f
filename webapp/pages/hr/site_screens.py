"""Screens in a shop that show its code, opened and closed by the office."""

from flask import Blueprint, Response

from webapp.core.authz import OFFICE, allow
from webapp.core.forms import blank
from webapp.pages.codes import add_screens, show_screens

bp = Blueprint("hr_site_screens", __name__, url_prefix="/hr/sites")
TEMPLATE = "hr/site_screens.html"
add_screens(bp, under="", template=TEMPLATE, roles=tuple(OFFICE), home="/hr/sites/{site_id}/screens")


@bp.get("/<int:site_id>/screens")
@allow(*OFFICE)
def screens(site_id: int) -> Response:
    return show_screens(TEMPLATE, site_id, blank())
