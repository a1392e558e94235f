"""Leave, recorded by HR."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.attendance import queries as attendance
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import lang
from webapp.core.ids import row_id
from webapp.pages import leave_lines as lines
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.rules import day_in_reach
from webapp.sites.rules import short

bp = Blueprint("hr_leave", __name__, url_prefix="/hr/schedule/leave")
LOOK_BACK = timedelta(days=31)


class LeaveForm(Form):
    branch_id: int
    staff: str
    first_on: date
    last_on: date
    kind: str
    starts_half: bool = False
    ends_half: bool = False
    note: str = ""


class CancelForm(Form):
    reason: str = ""


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _show(request.args.get("branch_id", me().branch_id, type=int), None)


@bp.post("")
@allow(*OFFICE)
def record() -> Response:
    form = read_form(LeaveForm)
    branch_id = row_id(str(form.values.get("branch_id", ""))) or me().branch_id
    try:
        if not form.ok:
            return _show(branch_id, form)
        do(service.record_leave, by=me(), at=clock.now(), **_leave(form.data))
    except DomainError as error:
        return _show(branch_id, form.refuse(error))
    flash(gettext("The leave is recorded."), "ok")
    return hx.redirect(f"/hr/schedule/leave?branch_id={branch_id}")


@bp.post("/<int:leave_id>/cancel")
@allow(*OFFICE)
def cancel(leave_id: int) -> Response:
    """A day that was corrected to leave stays leave as long as the correction is approved."""
    form, leave = read_form(CancelForm), queries.one_leave(me(), leave_id)
    correction = leave and attendance.correction_of_leave(leave.employee_id, leave.first_on, leave.recorded_at)
    if correction is not None:
        way = gettext("This day was corrected to leave. Open the correction again; the leave is given back then.")
        flash(way, "att")
        return hx.redirect(f"/hr/inbox/{correction}")
    reason = form.data.reason[:300] if form.ok else ""
    do(service.cancel_leave, by=me(), leave_id=leave_id, reason=reason, at=clock.now())
    flash(gettext("The leave is cancelled."), "ok")
    return hx.redirect("/hr/schedule/leave")


def _leave(data: LeaveForm) -> dict[str, Any]:
    number = data.staff.partition(" · ")[0].strip().casefold()
    known = {row.staff_no.casefold(): row.id for row in queries.people(me(), data.branch_id, _today())}
    if number not in known:
        raise Invalid("unknown_staff", "staff", written=data.staff[:40])
    for field in ("first_on", "last_on"):
        if day_in_reach(getattr(data, field).isoformat()) is None:
            raise Invalid("not_a_date", field)
    span = {"first_on": data.first_on, "last_on": data.last_on, "kind": data.kind}
    halves = {"starts_half": data.starts_half, "ends_half": data.ends_half}
    return {**span, **halves, "employee_id": known[number], "note": short(data.note, "note", 300)}


def _show(branch_id: int, form: Bound[Any] | None) -> Response:
    user = me()
    branches = people.branches(user.branch_ids)
    if branch_id not in {branch.id for branch in branches}:
        raise NotFound("not_found")
    today = _today()
    context: dict[str, Any] = {
        "branch_id": branch_id, "form": form, "data": form or blank({"first_on": today, "last_on": today}),
        "leaves": queries.leaves(user, branch_id, today - LOOK_BACK),
        "staff": [f"{row.staff_no} · {row.name}" for row in queries.people(user, branch_id, today)],
        "kinds": [(one.code, one.name_zh if lang() == "zh" else one.name_en) for one in queries.leave_types(branch_id)],
        "kind": lines.kinds([branch_id]), "waiting": queries.leave_waiting_count(user, today), **lines.words(),
        "branch_options": [(branch.id, branch.name) for branch in branches],
    }  # fmt: skip
    return hx.respond("hr/leave.html", status=form.status if form else 200, **context)


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
