"""Closing the attendance of a month: what is still open, who closed it, what waits for it, opening it again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.forms import Bound, Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.devices import queries as devices
from webapp.pages.payslip_lines import month_name
from webapp.payroll import queries as payroll
from webapp.people import queries as people
from webapp.people.models import Branch
from webapp.schedules import queries as schedules
from webapp.schedules.rules import closes_from, months_between
from webapp.wallet.rules import month_of, month_span

bp = Blueprint("hr_months", __name__, url_prefix="/hr/months")
SHOWN = 12
"""So many months back are listed."""


class StepForm(Form):
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of one branch. `last`: the newest step (schedules.queries.periods.Step), `pay`: its run's state."""

    branch: Branch
    month: str
    closed: bool
    held: int
    last: Any
    pay: str | None


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    branches = people.branches(me().branch_ids)
    return hx.respond("hr/months.html", rows=_rows(me(), branches), several=len(branches) > 1, month_name=month_name)


@bp.get("/<int:branch_id>/<string(length=7):month>")
@allow(*OFFICE)
def show(branch_id: int, month: str) -> Response:
    return _show(branch_id, month)


@bp.post("/<int:branch_id>/<string(length=7):month>/close")
@allow(*OFFICE)
def close(branch_id: int, month: str) -> Response:
    text = gettext("%(month)s is closed.", month=month_name(_month(month)))
    return _step(service.close_month, branch_id, month, text)


@bp.post("/<int:branch_id>/<string(length=7):month>/reopen")
@allow(*OFFICE)
def reopen(branch_id: int, month: str) -> Response:
    text = gettext("%(month)s is open again. Days that waited are being built.", month=month_name(_month(month)))
    return _step(service.reopen_month, branch_id, month, text)


def _step(verb: Any, branch_id: int, month: str, text: str) -> Response:
    form = read_form(StepForm)
    reason = form.data.reason if form.ok else ""
    try:
        do(verb, by=me(), branch_id=branch_id, month=month, reason=reason, at=clock.now())
    except DomainError as error:
        return _show(branch_id, month, form.refuse(error))
    flash(text, "ok")
    return hx.redirect(f"/hr/months/{branch_id}/{month}")


def _show(branch_id: int, month: str, form: Bound[Any] | None = None) -> Response:
    branch = next((one for one in people.branches(me().branch_ids) if one.id == branch_id), None)
    if branch is None:
        raise NotFound("not_found")
    first, last = month_span(_month(month))
    steps = schedules.month_steps([branch_id], month)
    today = clock.now().astimezone(ZoneInfo(branch.timezone)).date()
    if last < branch.settled_from or first > today:
        raise NotFound("not_found")
    context: dict[str, Any] = {
        "branch": branch, "month": month, "month_name": month_name, "steps": steps, "form": form,
        "first": first, "last": last,
        "closed": bool(steps) and steps[0].action == "closed", "zone": ZoneInfo(branch.timezone),
        "left": attendance.checklist(branch_id, month), "held": attendance.held_days(branch_id, month),
        "opens_on": closes_from(month), "too_early": today < closes_from(month),
        "pay": next((run for run in payroll.runs(me()) if (run.branch_id, run.month) == (branch_id, month)), None),
        "punches": devices.held_count(me()), "ids": devices.unmapped_count(me()),
    }  # fmt: skip
    return hx.respond("hr/month.html", status=form.status if form else 200, **context)


def _rows(user: SignedIn, branches: list[Branch]) -> list[MonthRow]:
    """The newest month first; a constant number of statements."""
    ids = [branch.id for branch in branches]
    held = attendance.held_counts(ids)
    newest: dict[tuple[int, str], Any] = {}
    for step in schedules.month_steps(ids):
        newest.setdefault((step.branch_id, step.month), step)
    runs = {(run.branch_id, run.month): run.state for run in payroll.runs(user)}
    rows = []
    for branch in branches:
        for month in _listed(branch):
            key = (branch.id, month)
            last = newest.get(key)
            closed = last is not None and last.action == "closed"
            rows.append(MonthRow(branch, month, closed, held.get(key, 0), last, runs.get(key)))
    return sorted(rows, key=lambda row: row.month, reverse=True)


def _listed(branch: Branch) -> list[str]:
    """The months of a branch that are over, as far as they are listed."""
    this = clock.now().astimezone(ZoneInfo(branch.timezone)).date().replace(day=1)
    return months_between(branch.settled_from, this - timedelta(days=1))[-SHOWN:]


def _month(month: str) -> str:
    """Raises NotFound when it is no month."""
    try:
        if month_of(month_span(month)[0]) == month:
            return month
    except Invalid:
        pass
    raise NotFound("not_found")
