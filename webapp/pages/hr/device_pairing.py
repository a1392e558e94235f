"""The pairing window, and devices that called in it: accepted with what they told, or dismissed."""

from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import NotFound
from webapp.core.forms import Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import time_text
from webapp.devices import queries, service
from webapp.devices.adapters import adapters
from webapp.pages.hr.device_form import DeviceForm, branch_options
from webapp.pages.hr.device_words import told
from webapp.pages.hr.devices import register, show_new
from webapp.people import queries as people

bp = Blueprint("hr_device_pairing", __name__, url_prefix="/hr/devices/pairing")
HERE = "/hr/devices/pairing"


class WindowForm(Form):
    branch_id: int


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user = me()
    return hx.respond(
        "hr/device_pairing.html", branches=branch_options(user), waiting=queries.waiting(user),
        windows=queries.windows(user.branch_ids, clock.now()), host=request.host, told=told,
    )  # fmt: skip


@bp.post("")
@allow(*OFFICE)
def open_window() -> Response:
    until = do(service.open_window, by=me(), branch_id=_branch_id(), at=clock.now())
    flash(
        gettext("The window is open until %(time)s. Switch the device on, or off and on again.", time=time_text(until)),
        "ok",
    )
    return hx.redirect(HERE)


@bp.post("/close")
@allow(*OFFICE)
def close_window() -> Response:
    do(service.close_window, by=me(), branch_id=_branch_id(), at=clock.now())
    flash(gettext("The window is closed."), "ok")
    return hx.redirect(HERE)


@bp.get("/<string(maxlength=32):waiting_serial>")
@allow(*OFFICE)
def show(waiting_serial: str) -> Response:
    waiting = queries.waiting_one(me(), waiting_serial)
    branch: Any = people.branch(waiting.branch_id)
    calling = [code for code, adapter in adapters().items() if adapter.calls]
    here = {"branch_id": branch.id, "timezone": branch.timezone}
    return _show(blank({"serial": waiting_serial, "kind": next(iter(calling), ""), **here}), waiting)


@bp.post("/<string(maxlength=32):waiting_serial>")
@allow(*OFFICE)
def accept(waiting_serial: str) -> Response:
    waiting = queries.waiting_one(me(), waiting_serial)
    form = read_form(DeviceForm, {**_typed(), "serial": waiting_serial, "branch_id": waiting.branch_id})
    made = register(form)
    if made is None:
        return _show(form, waiting)
    flash(gettext("The device is accepted. What it sends from now on is kept."), "ok")
    return hx.redirect(f"/hr/devices/{made}")


@bp.post("/<string(maxlength=32):waiting_serial>/dismiss")
@allow(*OFFICE)
def dismiss(waiting_serial: str) -> Response:
    do(service.dismiss, by=me(), serial=waiting_serial, at=clock.now())
    flash(gettext("Dismissed. It waits again when it calls in another window."), "ok")
    return hx.redirect(HERE)


def _typed() -> dict[str, Any]:
    return {**request.form.to_dict(), "sites": request.form.getlist("sites")}


def _show(form: Any, waiting: Any) -> Response:
    return show_new(form, waiting=waiting, told=told(waiting.told))


def _branch_id() -> int:
    form = read_form(WindowForm)
    if not form.ok or form.data.branch_id not in me().branch_ids:
        raise NotFound("not_found")
    return form.data.branch_id
