"""What a branch decides about its attendance: corrections, deadlines, devices, sources that disagree."""

from typing import Any, Literal

from flask import Blueprint, Response, flash

from webapp.attendance.rules import AttendancePolicy, read_policy
from webapp.attendance.rules.settings import BOUNDS, CHOICES
from webapp.attendance.service import set_policy
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.people import queries as people
from webapp.people.models import Branch

bp = Blueprint("hr_attendance_policy", __name__, url_prefix="/hr/settings/<int:branch_id>/attendance")


class PolicyForm(Form):
    correction_quota: int
    correction_days: int
    confirm_hours: int
    decide_days: int
    repeat_seconds: int
    device_alone: Literal["counts", "waits"]
    disagreement: Literal["opens", "silent"]
    raw_days: int
    version: int = 0


@bp.get("")
@allow(*OFFICE)
def show(branch_id: int) -> Response:
    return _show(_branch(branch_id))


@bp.post("")
@allow(*OFFICE)
def change(branch_id: int) -> Response:
    branch, form = _branch(branch_id), read_form(PolicyForm)
    if not form.ok:
        return _show(branch, form)
    settings = form.data.model_dump(exclude={"version"})
    try:
        do(
            set_policy, by=me(), branch_id=branch_id, version=form.data.version, settings=settings, at=clock.now()
        )  # fmt: skip
    except DomainError as error:
        return _show(_branch(branch_id), form.refuse(error))
    flash(gettext("Saved. Days that are not paid yet follow."), "ok")
    return hx.redirect(f"/hr/settings/{branch_id}")


def _show(branch: Branch, form: Bound[Any] | None = None) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    data = form or blank(read_policy(branch.attendance).flat())
    data.values["version"] = branch.version
    options = {name: [(code, say(f"{name}_{code}")) for code in known] for name, known in CHOICES.items()}
    context: dict[str, Any] = {"branch": branch, "form": form, "data": data, "bounds": BOUNDS, "options": options}
    return hx.respond("hr/settings_attendance.html", status=data.status, usual=AttendancePolicy(), **context)


def _branch(branch_id: int) -> Branch:
    branch = people.branch(branch_id) if branch_id in me().branch_ids else None
    if branch is None:
        raise NotFound("not_found")
    return branch
