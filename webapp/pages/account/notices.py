"""Everybody's inbox of notices: what was said to them, newest first."""

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx, ids
from webapp.core.authz import EVERYONE, allow, me
from webapp.core.db import do
from webapp.core.i18n import _ as gettext
from webapp.notifications import queries, service

bp = Blueprint("account_notices", __name__, url_prefix="/notices")


@bp.get("")
@allow(*EVERYONE)
def index() -> Response:
    page = ids.row_id(request.args.get("page")) or 1
    return hx.respond("account/notices.html", lines=queries.lines(me().id, page=page))


@bp.post("/<int:notice_id>/open")
@allow(*EVERYONE)
def open_one(notice_id: int) -> Response:
    """Where it leads; from then on it is read."""
    return hx.redirect(do(service.mark_read, employee_id=me().id, notice_id=notice_id, at=clock.now()))


@bp.post("/<int:notice_id>/read")
@allow(*EVERYONE)
def read_one(notice_id: int) -> Response:
    """From the service worker, when a notice on the lock screen was tapped."""
    do(service.mark_read, employee_id=me().id, notice_id=notice_id, at=clock.now())
    return Response(status=204)


@bp.post("/read")
@allow(*EVERYONE)
def read_all() -> Response:
    """Up to the newest one that was on the screen."""
    shown = ids.row_id(request.form.get("through"))
    do(service.read_all, employee_id=me().id, through=shown, at=clock.now())
    flash(gettext("Everything is marked as read."), "ok")
    return hx.redirect("/notices")
