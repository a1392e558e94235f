"""Store types: the hours and the grace that sites of a kind bring along."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.pages.demand_words import demands
from webapp.pages.hr.hours_form import HoursForm, hours_fields, hours_of, known_hours, terms_of, terms_values
from webapp.people import queries as people
from webapp.schedules import queries as schedules
from webapp.schedules import rules
from webapp.schedules import service as schedule_service
from webapp.schedules.rules import GRACE_MAX, NO_TERMS, written_terms
from webapp.sites import queries, service
from webapp.sites.models import StoreType
from webapp.sites.rules import short

bp = Blueprint("hr_store_types", __name__, url_prefix="/hr/sites/store-types")
_USUAL = {"grace_minutes": 0, **terms_values(NO_TERMS)}


class NewStoreTypeForm(HoursForm):
    branch_id: int
    code: str
    name_en: str
    name_zh: str


class StoreTypeForm(HoursForm):
    name_en: str
    name_zh: str
    grace_minutes: int
    from_on: date
    version: int = 0


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user = me()
    branches = {branch.id: branch.name for branch in people.branches(user.branch_ids)}
    context: dict[str, Any] = {"kinds": queries.store_types(user.branch_ids), "branches": branches}
    return hx.respond("hr/store_types.html", **context, still=schedules.upcoming(user.branch_ids, _today()))


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    return _show_new(blank({"branch_id": request.args.get("branch_id", me().branch_id, type=int), **_USUAL}))


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form = read_form(NewStoreTypeForm)
    if not form.ok:
        return _show_new(form)
    try:
        data = form.data
        hours = rules.shift_times(data.start, data.end, data.grace_minutes, terms_of(data) or NO_TERMS)
        do(
            service.create_store_type,
            by=me(),
            branch_id=data.branch_id,
            code=short(data.code, "code", 30),
            shift_start=hours.start,
            shift_end=hours.end,
            grace_minutes=hours.grace_minutes,
            terms=written_terms(hours.terms),
            at=clock.now(),
            **_names(data),
        )
    except DomainError as error:
        return _show_new(form.refuse(error))
    flash(gettext("The store type is added."), "ok")
    return hx.redirect("/hr/sites/store-types")


@bp.get("/<int:store_type_id>")
@allow(*OFFICE)
def show(store_type_id: int) -> Response:
    return _show(_find(store_type_id), None)


@bp.post("/<int:store_type_id>")
@allow(*OFFICE)
def update(store_type_id: int) -> Response:
    form, kind = read_form(StoreTypeForm), _find(store_type_id)
    if not form.ok:
        return _show(kind, form)
    try:
        data = form.data
        values = {**known_hours(data), **_names(data), "from_on": data.from_on, "version": data.version}
        do(schedule_service.change_store_type, by=me(), store_type_id=kind.id, at=clock.now(), **values)
    except DomainError as error:
        return _show(_find(store_type_id), form.refuse(error))
    flash(gettext("Saved."), "ok")
    return hx.redirect("/hr/sites/store-types")


def _show_new(form: Bound[Any]) -> Response:
    branches = [(branch.id, branch.name) for branch in people.branches(me().branch_ids)]
    context: dict[str, Any] = {"form": form, "branch_options": branches, "most": GRACE_MAX}
    context["hours"] = hours_fields(None)
    return hx.respond("hr/store_type_new.html", status=form.status, **context)


def _show(kind: StoreType, form: Bound[Any] | None) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    now: dict[str, Any] = {
        "name_en": kind.name_en,
        "name_zh": kind.name_zh,
        "start": kind.shift_start,
        "end": kind.shift_end,
    }
    now |= {"grace_minutes": kind.grace_minutes, **terms_values(rules.read_terms(kind.terms))}
    data = form or blank({**now, "from_on": _today().isoformat()})
    data.values["version"] = kind.version
    still = schedules.upcoming([kind.branch_id], _today()).get(("store_type", kind.id))
    context: dict[str, Any] = {"kind": kind, "form": form, "data": data, "most": GRACE_MAX}
    context |= {"still": still, "until": demands(hours_of(still)) if still else []}
    times = rules.ShiftTimes(kind.shift_start, kind.shift_end, kind.grace_minutes, rules.read_terms(kind.terms))
    context["hours"] = hours_fields(None if form else times)
    return hx.respond("hr/store_type.html", status=data.status, **context)


def _find(store_type_id: int) -> StoreType:
    found = [kind for kind in queries.store_types(me().branch_ids) if kind.id == store_type_id]
    if not found:
        raise NotFound("not_found")
    return found[0]


def _names(data: Any) -> dict[str, str]:
    return {name: short(getattr(data, name), name, 60) for name in ("name_en", "name_zh")}


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
