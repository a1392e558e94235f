"""Lines of a device that nobody could read, and reading them again."""

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import ngettext
from webapp.core.ids import row_id
from webapp.devices import queries, service
from webapp.devices.queries.one import BAD_LINES
from webapp.pages.hr.devices import the

bp = Blueprint("hr_device_lines", __name__, url_prefix="/hr/devices")


@bp.get("/<int:terminal_id>/lines")
@allow(*OFFICE)
def lines(terminal_id: int) -> Response:
    device = the(terminal_id)
    found = queries.bad_lines(terminal_id, row_id(request.args.get("before")))
    more = found[-1].id if len(found) == BAD_LINES else None
    return hx.respond(
        "hr/device_lines.html", device=device, found=found, more=more, again=any(row.kept for row in found)
    )


@bp.post("/<int:terminal_id>/lines/again")
@allow(*OFFICE)
def again(terminal_id: int) -> Response:
    number = do(service.read_again, by=me(), terminal_id=terminal_id, at=clock.now())
    if number:
        flash(ngettext("%(num)s body is read again.", "%(num)s bodies are read again.", number), "ok")
    else:
        flash(gettext("Nothing is left to read: what these lines came in is no longer kept."), "att")
    return hx.redirect(f"/hr/devices/{terminal_id}/lines")
