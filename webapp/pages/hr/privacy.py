"""A branch's phones and privacy: how many phones a person has, how long positions stay exact."""

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.people import queries, service
from webapp.people.models import Branch

bp = Blueprint("hr_privacy", __name__, url_prefix="/hr/settings/<int:branch_id>/privacy")


class PrivacyForm(Form):
    device_limit: int
    position_days: int


@bp.get("")
@allow(*OFFICE)
def show(branch_id: int) -> Response:
    branch = _mine(branch_id)
    return _show(branch, blank({name: getattr(branch, name) for name in PrivacyForm.model_fields}))


@bp.post("")
@allow(*OFFICE)
def update(branch_id: int) -> Response:
    branch, form = _mine(branch_id), read_form(PrivacyForm)
    try:
        if form.ok:
            do(service.set_privacy, by=me(), branch_id=branch.id, at=clock.now(), **form.data.model_dump())
    except DomainError as error:
        form.refuse(error)
    if form.errors:
        return _show(branch, form)
    flash(gettext("Saved."), "ok")
    return hx.redirect(f"/hr/settings/{branch.id}")


def _show(branch: Branch, form: Bound[PrivacyForm]) -> Response:
    return hx.respond("hr/settings_privacy.html", status=form.status, branch=branch, form=form)


def _mine(branch_id: int) -> Branch:
    branch = queries.branch(branch_id) if branch_id in me().branch_ids else None
    if branch is None:
        raise NotFound("not_found")
    return branch
