"""The phones one checks in with."""

from flask import Blueprint, Response, flash

from webapp.attendance import service
from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.i18n import _ as gettext
from webapp.people.queries.devices import devices_of

bp = Blueprint("rep_phones", __name__, url_prefix="/me/phones")


@bp.get("")
@allow(Role.REP)
def index() -> Response:
    return hx.respond("rep/phones.html", phones=devices_of(me().id))


@bp.post("/<int:phone_id>/remove")
@allow(Role.REP)
def remove(phone_id: int) -> Response:
    do(service.remove_phone, by=me(), device_id=phone_id, at=clock.now())
    flash(gettext("The phone is removed. Checking in with it again asks your supervisor."), "ok")
    return hx.redirect("/me/phones")
