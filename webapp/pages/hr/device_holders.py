"""Whose the ids on devices are: each one can be ended on a date, or taken back because it never was theirs."""

from datetime import date, timedelta
from typing import Any, Literal

from flask import Blueprint, Response, flash, request, session

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.ids import row_id
from webapp.devices import queries, service

bp = Blueprint("hr_device_holders", __name__, url_prefix="/hr/devices/holders")
HERE = "/hr/devices/holders"


class EndForm(Form):
    how: Literal["end", "never"]
    last_on: date | None = None


class UndoForm(Form):
    branch_id: int
    terminal_id: int | None = None
    pin: str
    employee_id: int
    first_on: date
    last_on: date | None = None


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _list(blank())


@bp.get("/<int:holder_id>")
@allow(*OFFICE)
def show(holder_id: int) -> Response:
    one = queries.holder(me(), holder_id)
    return _show(one, blank({"last_on": one.last_on or ""}))


@bp.post("/<int:holder_id>")
@allow(*OFFICE)
def end(holder_id: int) -> Response:
    """On the last day given, or as if it never had been; the next page offers to take that back."""
    one, form = queries.holder(me(), holder_id), read_form(EndForm)
    try:
        if form.ok:
            last_on = form.data.last_on if form.data.how == "end" else None
            if form.data.how == "end" and last_on is None:
                raise Invalid("required", "last_on")
            do(service.release, by=me(), holder_id=holder_id, last_on=last_on, at=clock.now())
            _offer_undo(one, last_on)
    except DomainError as error:
        form.refuse(error)
    if not form.ok:
        return _show(one, form)
    return hx.redirect(f"{HERE}?q={one.pin}")


@bp.post("/undo")
@allow(*OFFICE)
def undo() -> Response:
    """The days that were taken away are theirs again."""
    form = read_form(UndoForm)
    try:
        if form.ok:
            do(service.assign, by=me(), at=clock.now(), **form.data.model_dump())
    except DomainError as error:
        error.field = None  # the form is one button
        form.refuse(error)
    if not form.ok:
        return _list(form)
    flash(gettext("It is theirs again. Its punches are counted anew."), "ok")
    return hx.redirect(f"{HERE}?q={form.data.pin}")


def _offer_undo(one: Any, last_on: date | None) -> None:
    """Nothing to take back when the last day was that one already."""
    if last_on is not None and last_on == one.last_on:
        flash(gettext("Its last day was that one already."), "ok")
        return
    lost_from = one.first_on if last_on is None else last_on + timedelta(days=1)
    session["released"] = {
        "branch_id": one.branch_id, "terminal_id": one.terminal_id or "", "pin": one.pin, "name": one.name,
        "employee_id": one.employee_id, "first_on": lost_from.isoformat(),
        "last_on": one.last_on.isoformat() if one.last_on else "", "kept": last_on.isoformat() if last_on else "",
    }  # fmt: skip


def _list(form: Bound[Any]) -> Response:
    user, args = me(), request.args
    q, terminal_id = args.get("q", "").strip()[:80], row_id(args.get("terminal_id"))
    found = queries.holders(user, terminal_id=terminal_id, q=q, page=args.get("page", 1, type=int))
    return hx.respond(
        "hr/device_holders.html", status=form.status, found=found, wanted=blank({"q": q, "terminal_id": terminal_id}),
        form=form, device_options=queries.holder_devices(user), released=session.pop("released", None),
        branches=len(user.branch_ids) > 1,
    )  # fmt: skip


def _show(one: Any, form: Bound[Any]) -> Response:
    return hx.respond("hr/device_holder.html", status=form.status, one=one, form=form)
