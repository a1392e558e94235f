"""What a branch decides about its rosters: which changes are told by themselves, and whether reps reorder visits."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.people import queries as people
from webapp.people.models import Branch
from webapp.schedules.rules import MOST_TELL_DAYS, RosterPolicy, read_roster_policy
from webapp.schedules.rules.telling import EVENING
from webapp.schedules.service import set_roster_policy

bp = Blueprint("hr_roster_policy", __name__, url_prefix="/hr/settings/<int:branch_id>/rosters")


class PolicyForm(Form):
    tell_days: int
    own_order: bool = False
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
    wanted = RosterPolicy(form.data.tell_days, form.data.own_order)
    known = {"branch_id": branch_id, "version": form.data.version, "wanted": wanted}
    try:
        do(set_roster_policy, by=me(), at=clock.now(), **known)
    except DomainError as error:
        return _show(_branch(branch_id), form.refuse(error))
    flash(gettext("Saved. It counts from now on."), "ok")
    return hx.redirect(f"/hr/settings/{branch_id}")


def _show(branch: Branch, form: Bound[Any] | None = None) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    now = read_roster_policy(branch.roster_policy)
    data = form or blank({**asdict(now), "own_order": "1" if now.own_order else ""})
    data.values["version"] = branch.version
    context: dict[str, Any] = {"branch": branch, "most": MOST_TELL_DAYS, "evening": f"{EVENING:%H:%M}"}
    return hx.respond("hr/settings_rosters.html", status=data.status, form=form, data=data, **context)


def _branch(branch_id: int) -> Branch:
    branch = people.branch(branch_id) if branch_id in me().branch_ids else None
    if branch is None:
        raise NotFound("not_found")
    return branch
