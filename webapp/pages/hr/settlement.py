"""Settlement: when it runs next, what it will post, what ran, what was put aside; run now, hold, release."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, url_for

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.people import service as people
from webapp.rewards import service
from webapp.rewards.queries import runs
from webapp.rewards.queries.forecast import forecast
from webapp.rewards.queries.runs import RunRow
from webapp.rewards.rules.due import BranchDue

bp = Blueprint("hr_settlement", __name__, url_prefix="/hr/settlement")
READERS = (*OFFICE, Role.FINANCE)


class HoldForm(Form):
    reason: str = ""


class AgainForm(Form):
    work_date: date


@bp.get("")
@allow(*READERS)
def index() -> Response:
    return _page(blank())


@bp.get("/<int:branch_id>/progress")
@allow(*READERS)
def progress(branch_id: int) -> Response:
    """The moving part of a branch; when nothing runs any more the whole page comes again."""
    branch, run = _branch(branch_id), _going(branch_id)
    if hx.wants_fragment() and run is None:
        return hx.redirect(url_for(".index"))
    return hx.respond("hr/settlement_progress.html", "progress", branch=branch, run=run)


@bp.get("/<int:branch_id>/run")
@allow(*OFFICE)
def check(branch_id: int) -> Response:
    """What running now does, with its numbers, before it is done."""
    return _check(branch_id, blank())


@bp.post("/<int:branch_id>/run")
@allow(*OFFICE)
def run(branch_id: int) -> Response:
    branch, at = _branch(branch_id), clock.now()
    try:
        do(service.ask_run, by=me(), branch_id=branch_id, through=branch.yesterday(at), at=at)
    except DomainError as error:
        if error.status == 404:
            raise
        return _check(branch_id, blank().fail(error))
    flash(gettext("The settlement of %(branch)s begins.", branch=branch.name), "ok")
    return hx.redirect(url_for(".index"))


@bp.post("/<int:branch_id>/hold")
@allow(*OFFICE)
def hold(branch_id: int) -> Response:
    branch, form = _branch(branch_id), read_form(HoldForm)
    form.values["branch_id"] = branch_id
    try:
        do(people.hold_branch, by=me(), branch_id=branch.id, reason=form.data.reason, at=clock.now())
    except DomainError as error:
        return _page(form.fail(error))
    flash(gettext("%(branch)s is on hold. Nothing is posted until it is released.", branch=branch.name), "ok")
    return hx.redirect(url_for(".index"))


@bp.post("/<int:branch_id>/release")
@allow(*OFFICE)
def release(branch_id: int) -> Response:
    branch = _branch(branch_id)
    do(people.release_branch, by=me(), branch_id=branch.id, at=clock.now())
    flash(gettext("%(branch)s is released; what is due is settled within a minute.", branch=branch.name), "ok")
    return hx.redirect(url_for(".index"))


@bp.post("/aside/<int:employee_id>")
@allow(*OFFICE)
def again(employee_id: int) -> Response:
    form = read_form(AgainForm)
    if not form.ok:
        return _page(form)
    do(service.try_again, by=me(), employee_id=employee_id, work_date=form.data.work_date, at=clock.now())
    flash(gettext("It is tried again now."), "ok")
    return hx.redirect(url_for(".index"))


def _page(form: Bound[Any]) -> Response:
    user, at = me(), clock.now()
    branches = runs.branches(user.branch_ids)
    log = runs.run_log(user.branch_ids)
    context: dict[str, Any] = {
        "branches": [(branch, forecast(branch, at=at)) for branch in branches],
        "going": {run.branch_id: run for run in reversed(log) if run.state == "running"},
        "log": log,
        "aside": runs.set_aside(user.branch_ids),
        "named": {branch.id: branch for branch in branches},
        "can_run": _can_run(user),
        "at": at,
    }
    return hx.respond("hr/settlement.html", status=form.status, form=form, **context)


def _check(branch_id: int, form: Bound[Any]) -> Response:
    branch, at = _branch(branch_id), clock.now()
    context: dict[str, Any] = {
        "branch": branch,
        "expected": forecast(branch, at=at),
        "through": branch.yesterday(at),
        "possible": branch.next_date <= branch.yesterday(at) and not branch.on_hold,
    }
    return hx.respond("hr/settlement_run.html", status=form.status, form=form, **context)


def _branch(branch_id: int) -> BranchDue:
    found = runs.branch(branch_id) if branch_id in me().branch_ids else None
    if found is None:
        raise NotFound("not_found")
    return found


def _going(branch_id: int) -> RunRow | None:
    return next((run for run in runs.run_log([branch_id], 5) if run.state == "running"), None)


def _can_run(user: SignedIn) -> bool:
    return user.is_a(*OFFICE)
