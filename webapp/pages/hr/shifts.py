"""Shifts: the hours a roster can give to a day."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.pages.demand_words import demands
from webapp.pages.hr.hours_form import HoursForm, hours_fields, hours_of, known_hours, terms_values
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.models import Shift
from webapp.schedules.rules import GRACE_MAX, NO_TERMS, read_terms
from webapp.sites.rules import short

bp = Blueprint("hr_shifts", __name__, url_prefix="/hr/schedule/shifts")
_USUAL = {"grace_minutes": 0, **terms_values(NO_TERMS)}


class NewShiftForm(HoursForm):
    branch_id: int
    name: str


class ShiftForm(HoursForm):
    name: str
    grace_minutes: int
    from_on: date
    version: int = 0


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user = me()
    branches = {branch.id: branch.name for branch in people.branches(user.branch_ids)}
    still = queries.upcoming(user.branch_ids, _today())
    shifts = queries.shifts(user.branch_ids)
    context: dict[str, Any] = {"branches": branches, "still": still, "kinds": {one.id: _kind(one) for one in shifts}}
    return hx.respond("hr/shifts.html", shifts=shifts, **context)


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    return _show_new(blank({"branch_id": request.args.get("branch_id", me().branch_id, type=int), **_USUAL}))


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form = read_form(NewShiftForm)
    if not form.ok:
        return _show_new(form)
    try:
        hours = known_hours(form.data)
        values = {**hours, "terms": hours["terms"] or NO_TERMS, "name": short(form.data.name, "name", 60)}
        do(service.create_shift, by=me(), branch_id=form.data.branch_id, at=clock.now(), **values)
    except DomainError as error:
        return _show_new(form.refuse(error))
    flash(gettext("The shift is added."), "ok")
    return hx.redirect("/hr/schedule/shifts")


@bp.get("/<int:shift_id>")
@allow(*OFFICE)
def show(shift_id: int) -> Response:
    return _show(_find(shift_id), None)


@bp.post("/<int:shift_id>")
@allow(*OFFICE)
def update(shift_id: int) -> Response:
    form, shift = read_form(ShiftForm), _find(shift_id)
    if not form.ok:
        return _show(shift, form)
    try:
        data = form.data
        values = {**known_hours(data), "name": short(data.name, "name", 60), "from_on": data.from_on}
        do(service.change_shift, by=me(), shift_id=shift_id, version=data.version, at=clock.now(), **values)
    except DomainError as error:
        return _show(_find(shift_id), form.refuse(error))
    flash(gettext("Saved."), "ok")
    return hx.redirect("/hr/schedule/shifts")


@bp.post("/<int:shift_id>/archive")
@allow(*OFFICE)
def archive(shift_id: int) -> Response:
    do(service.archive_shift, by=me(), shift_id=shift_id, at=clock.now())
    flash(gettext("The shift is archived. Days that use it keep it."), "ok")
    return hx.redirect("/hr/schedule/shifts")


@bp.post("/<int:shift_id>/unarchive")
@allow(*OFFICE)
def unarchive(shift_id: int) -> Response:
    do(service.unarchive_shift, by=me(), shift_id=shift_id, at=clock.now())
    flash(gettext("The shift can be used again."), "ok")
    return hx.redirect("/hr/schedule/shifts")


def _show_new(form: Bound[Any]) -> Response:
    branches = [(branch.id, branch.name) for branch in people.branches(me().branch_ids)]
    context: dict[str, Any] = {"branch_options": branches, "most": GRACE_MAX, "hours": hours_fields(None)}
    return hx.respond("hr/shift_new.html", status=form.status, form=form, **context)


def _show(shift: Shift, form: Bound[Any] | None) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    now = {name: getattr(shift, name) for name in ("name", "start", "end", "grace_minutes")}
    data = form or blank({**now, **terms_values(read_terms(shift.terms)), "from_on": _today().isoformat()})
    data.values["version"] = shift.version
    still = queries.upcoming([shift.branch_id], _today()).get(("shift", shift.id))
    context: dict[str, Any] = {"shift": shift, "form": form, "data": data, "most": GRACE_MAX}
    context |= {"still": still, "until": demands(hours_of(still)) if still else []}
    context["hours"] = hours_fields(None if form else hours_of(shift))
    return hx.respond("hr/shift.html", status=data.status, **context)


def _kind(shift: Shift) -> str:
    """Of a shift that is not simply fixed."""
    kind = read_terms(shift.terms).kind
    return "" if kind == "fixed" else say(f"shift_kind_{kind}")


def _find(shift_id: int) -> Shift:
    found = [shift for shift in queries.shifts(me().branch_ids) if shift.id == shift_id]
    if not found:
        raise NotFound("not_found")
    return found[0]


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
