"""A store reps found missing: HR adds it, says which listed one it is, or turns it down."""

from typing import Any

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.pages.hr.sites import SiteForm, fields_of, form_options
from webapp.sites import queries, rules, service

bp = Blueprint("hr_new_sites", __name__, url_prefix="/hr/sites/new-stores")
LIST = "/hr/sites/proposals"


class KnownForm(Form):
    site_id: int


class RejectForm(Form):
    reason: str | None = None


@bp.get("/<int:new_store_id>")
@allow(*OFFICE)
def show(new_store_id: int) -> Response:
    return _show(new_store_id)


@bp.post("/<int:new_store_id>/add")
@allow(*OFFICE)
def add(new_store_id: int) -> Response:
    """Nothing typed is lost: 422 with the field."""
    form = read_form(SiteForm)
    queries.new_site(me(), new_store_id)
    if not form.ok:
        return _show(new_store_id, form)
    try:
        values = {"proposal_id": new_store_id, "fields": fields_of(form.data)}
        made = do(service.add_new_site, by=me(), at=clock.now(), **values)
    except DomainError as error:
        return _show(new_store_id, form.refuse(error))
    flash(gettext("The site is added."), "ok")
    return hx.redirect(f"/hr/sites/{made}")


@bp.post("/<int:new_store_id>/known")
@allow(*OFFICE)
def known(new_store_id: int) -> Response:
    form = read_form(KnownForm)
    if not form.ok:
        return _show(new_store_id, form)
    text = gettext("Done. The person can check in there and is told so.")
    return _decide(new_store_id, form, service.use_known_site, text, site_id=form.data.site_id)


@bp.post("/<int:new_store_id>/reject")
@allow(*OFFICE)
def reject(new_store_id: int) -> Response:
    form = read_form(RejectForm)
    try:
        reason = rules.short(form.data.reason or "", "reason", 300)
    except DomainError as error:
        return _show(new_store_id, form.refuse(error))
    text = gettext("Not added. The person is told why.")
    return _decide(new_store_id, form, service.refuse_new_site, text, reason=reason)


def _decide(new_store_id: int, form: Bound[Any], verb: Any, text: str, **values: Any) -> Response:
    try:
        do(verb, by=me(), proposal_id=new_store_id, at=clock.now(), **values)
    except DomainError as error:
        return _show(new_store_id, form.refuse(error))
    flash(text, "ok")
    return hx.redirect(LIST)


def _show(new_store_id: int, form: Bound[Any] | None = None) -> Response:
    user = me()
    item = queries.new_site(user, new_store_id)
    typed = form if form is not None and "store_type_id" in form.values else blank(_suggested(item))
    fixes = [(*item.place, item.accuracy_m or 0.0)] if item.place else []
    alike = queries.alike(item.branch_id, item.name, item.place)
    near = {site.site_id for site in alike}
    others = [row for row in queries.plannable(user, item.branch_id) if row.id not in near]
    context: dict[str, Any] = {
        "item": item, "form": form, "data": typed, "alike": alike,
        "others": [(row.id, f"{row.name} · {row.code}") for row in others],
        "picture": rules.picture(item.place, rules.RADIUS_DEFAULT, fixes) if item.place else None,
        **form_options(item.branch_id),
    }  # fmt: skip
    return hx.respond("hr/new_site.html", status=422 if form and form.errors else 200, **context)


def _suggested(item: queries.Proposed) -> dict[str, Any]:
    """The position only where it is exact enough to be a site's; HR writes the code."""
    exact = item.accuracy_m is not None and item.accuracy_m <= rules.ROUGHEST_PROPOSAL_M
    lat, lng = (item.lat, item.lng) if exact else (None, None)
    people = (
        [item.checked_by]
        if item.checked_by
        else [who for who, _ in queries.rep_supervisors(item.employee_id, clock.now())]
    )
    return {
        "name": item.name, "code": "", "address": item.note[:200], "lat": lat, "lng": lng, "datum": "wgs84",
        "radius_m": rules.RADIUS_DEFAULT, "branch_id": item.branch_id, "supervisors": [str(one) for one in people],
    }  # fmt: skip
