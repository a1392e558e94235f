"""What HR asks of a device: one that calls is handed commands, one we call is read now."""

from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request, session

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import ngettext, time_text
from webapp.devices import service
from webapp.devices.service.listening import new_key
from webapp.devices.service.pulls import ask as ask_pull
from webapp.pages.hr.device_form import shape
from webapp.pages.hr.devices import show_device, the

bp = Blueprint("hr_device_commands", __name__, url_prefix="/hr/devices")


class CommandForm(Form):
    verb: Literal["check", "log", "info", "reboot", "again"]


class DaysForm(Form):
    verb: Literal["query", "verify"]
    first_on: date
    last_on: date


class RezoneForm(Form):
    since: date
    reason: str
    zone: str
    """That of the device as it was on the screen."""


class MovedForm(Form):
    moved_at: datetime
    version: int


@bp.post("/<int:terminal_id>/commands")
@allow(*OFFICE)
def command(terminal_id: int) -> Response:
    _that(terminal_id, "calls")
    form = read_form(CommandForm)
    known = {"terminal_id": terminal_id, "by": me().id, "at": clock.now()}
    if not form.ok:
        return show_device(terminal_id, asked=form)
    if form.data.verb == "again":
        do(service.ask_for_everything, **known)
        flash(
            gettext("At its next call it is asked for everything it holds. What is known already is not doubled."), "ok"
        )
    else:
        do(service.ask, verb=form.data.verb, **known)
        flash(gettext("It gets this the next time it calls, usually within half a minute."), "ok")
    return hx.redirect(f"/hr/devices/{terminal_id}#commands-h")


@bp.post("/<int:terminal_id>/days")
@allow(*OFFICE)
def days(terminal_id: int) -> Response:
    """Punches of some days once more, or how many there are."""
    _that(terminal_id, "calls")
    form = read_form(DaysForm)
    try:
        if form.ok:
            span = {"start": f"{form.data.first_on} 00:00:00", "end": f"{form.data.last_on} 23:59:59"}
            do(
                service.ask, terminal_id=terminal_id, verb=form.data.verb, params=span, by=me().id, at=clock.now()
            )  # fmt: skip
    except DomainError as error:
        error.field = {"start": "first_on", "end": "last_on"}.get(error.field or "", error.field)
        form.refuse(error)
    if not form.ok:
        return show_device(terminal_id, asked=form)
    flash(gettext("It gets this the next time it calls, usually within half a minute."), "ok")
    return hx.redirect(f"/hr/devices/{terminal_id}#commands-h")


@bp.post("/<int:terminal_id>/pull")
@allow(*OFFICE)
def pull(terminal_id: int) -> Response:
    _that(terminal_id, "asked")
    try:
        start = do(ask_pull, by=me().id, terminal_id=terminal_id, at=clock.now())
    except DomainError as error:
        asked: Bound[Any] = blank()
        return show_device(terminal_id, asked=asked.refuse(error))
    flash(gettext("It is read at %(time)s. Load the page again to see what came.", time=time_text(start)), "ok")
    return hx.redirect(f"/hr/devices/{terminal_id}")


@bp.post("/<int:terminal_id>/listener")
@allow(*OFFICE)
def listener(terminal_id: int) -> Response:
    """A new address for a device that can report by itself; the device's page shows it once."""
    row = _that(terminal_id, "listens")
    key = do(new_key, by=me().id, terminal_id=terminal_id, at=clock.now())
    session["listener"] = [terminal_id, f"{request.host_url}api/{row.kind}/{row.serial}/{key}"]
    return hx.redirect(f"/hr/devices/{terminal_id}#do")


@bp.post("/<int:terminal_id>/compare")
@allow(*OFFICE)
def compare(terminal_id: int) -> Response:
    """How many punches it holds of each of the last days, against what is here."""
    _that(terminal_id, "calls")
    try:
        do(service.compare_now, by=me(), terminal_id=terminal_id, at=clock.now())
    except DomainError as error:
        asked: Bound[Any] = blank()
        return show_device(terminal_id, asked=asked.refuse(error))
    flash(gettext("It is asked day by day; the table below fills within some minutes. Load the page again then."), "ok")
    return hx.redirect(f"/hr/devices/{terminal_id}#days-h")


@bp.post("/<int:terminal_id>/rezone")
@allow(*OFFICE)
def rezone(terminal_id: int) -> Response:
    """Punches read with a wrong time zone are read with the one the device has now."""
    the(terminal_id)
    form = read_form(RezoneForm)
    try:
        if form.ok:
            data = form.data
            count = do(
                service.rezone, by=me(), terminal_id=terminal_id, zone=data.zone, first=data.since,
                reason=data.reason, at=clock.now(),
            )  # fmt: skip
    except DomainError as error:
        form.refuse(error)
    if not form.ok:
        return show_device(terminal_id, asked=form)
    flash(
        ngettext(
            "%(num)s punch is read anew with the device's time zone. The days it belongs to follow.",
            "%(num)s punches are read anew with the device's time zone. The days they belong to follow.",
            count,
        ),
        "ok",
    )
    return hx.redirect(f"/hr/devices/{terminal_id}")


@bp.post("/<int:terminal_id>/moved")
@allow(*OFFICE)
def moved(terminal_id: int) -> Response:
    """The last move was at another moment."""
    form, row = read_form(MovedForm), the(terminal_id).row
    try:
        if form.ok:
            since = form.data.moved_at.replace(tzinfo=ZoneInfo(row.branch_zone))
            do(
                service.redate, by=me(), terminal_id=terminal_id, version=form.data.version, since=since,
                at=clock.now(),
            )  # fmt: skip
    except DomainError as error:
        error.field = {"sites_since": "moved_at"}.get(error.field or "", error.field)
        form.refuse(error)
    if not form.ok:
        return show_device(terminal_id, asked=form)
    flash(gettext("Saved. Punches between the two moments get the right site, and their days follow."), "ok")
    return hx.redirect(f"/hr/devices/{terminal_id}#places-h")


def _that(terminal_id: int, way: str) -> Any:
    """The device, if it can be asked like this. Raises NotFound."""
    row = the(terminal_id).row
    if not shape(row.kind)[way]:
        raise NotFound("not_found")
    return row
