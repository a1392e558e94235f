"""Holidays and make-up workdays of a branch, seeded from a library and edited by HR."""

from datetime import date
from typing import Any, Literal

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import ngettext
from webapp.core.ids import row_id
from webapp.people import queries as people
from webapp.people.models import Branch
from webapp.schedules import queries, service
from webapp.schedules.adapters.holidays_library import is_provisional
from webapp.schedules.rules import day_in_reach
from webapp.sites.rules import short

bp = Blueprint("hr_calendar", __name__, url_prefix="/hr/schedule/calendar")


class DayForm(Form):
    branch_id: int
    on: date
    kind: Literal["holiday", "workday", "ordinary"]
    name: str = ""


class SeedForm(Form):
    branch_id: int
    year: int


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    branch_id = request.args.get("branch_id", me().branch_id, type=int)
    return _show(branch_id, _year(request.args.get("year", type=int)), None)


@bp.post("/days")
@allow(*OFFICE)
def set_day() -> Response:
    form = read_form(DayForm)
    if not form.ok or day_in_reach(form.data.on.isoformat()) is None:
        return _show(_branch_id(form), _year(None), form)
    try:
        data = form.data.model_dump()
        do(service.set_calendar_day, by=me(), at=clock.now(), **{**data, "name": short(form.data.name, "name", 120)})
    except DomainError as error:
        return _show(form.data.branch_id, form.data.on.year, form.refuse(error))
    flash(gettext("Saved."), "ok")
    return hx.redirect(f"/hr/schedule/calendar?branch_id={form.data.branch_id}&year={form.data.on.year}")


@bp.post("/seed")
@allow(*OFFICE)
def seed() -> Response:
    """Load what the library knows about a year; what HR has changed stays."""
    form = read_form(SeedForm)
    if not form.ok or form.data.year != _year(form.data.year):
        raise NotFound("not_found")
    try:
        added = do(
            service.seed_calendar, by=me(), branch_id=form.data.branch_id, years=[form.data.year], at=clock.now()
        )
    except DomainError as error:
        return _show(form.data.branch_id, form.data.year, form.refuse(error))
    flash(ngettext("%(num)s day added.", "%(num)s days added.", added), "ok")
    return hx.redirect(f"/hr/schedule/calendar?branch_id={form.data.branch_id}&year={form.data.year}")


def _show(branch_id: int, year: int, form: Bound[Any] | None) -> Response:
    branches = people.branches(me().branch_ids)
    branch = next((branch for branch in branches if branch.id == branch_id), None)
    if branch is None:
        raise NotFound("not_found")
    days = queries.calendar(branch_id, year)
    known = blank({"branch_id": branch_id, "kind": "holiday"})
    context: dict[str, Any] = {
        "branch": branch, "year": year, "years": [year - 1, year, year + 1], "days": days, "form": form,
        "data": form if form is not None and "on" in form.values else known,
        "provisional": _provisional(branch, year, days),
        "branch_options": [(branch.id, branch.name) for branch in branches],
    }  # fmt: skip
    return hx.respond("hr/calendar.html", status=form.status if form else 200, **context)


def _provisional(branch: Branch, year: int, days: list[Any]) -> bool:
    """Holidays are loaded, and the make-up workdays that usually come with them are not announced."""
    return bool(days) and all(day.kind != "workday" for day in days) and is_provisional(branch.country, year)


def _branch_id(form: Bound[Any]) -> int:
    return row_id(str(form.values.get("branch_id", ""))) or me().branch_id


def _year(wanted: int | None) -> int:
    this = clock.now().astimezone(me().branch.zone).year
    return wanted if wanted is not None and 2000 <= wanted <= this + 5 else this
