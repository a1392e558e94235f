"""What everybody has left of each counted kind of leave, and days given to one person."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import lang
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.rules import halves_number
from webapp.sites.rules import short

bp = Blueprint("hr_leave_balances", __name__, url_prefix="/hr/schedule/leave/balances")
PAGE = 50


class GrantForm(Form):
    branch_id: int
    staff: str
    kind: str = ""
    year: int = Field(ge=2000, le=2199)
    days: Decimal = Field(ge=-366, le=366)
    note: str = ""


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _show(request.args.get("branch_id", me().branch_id, type=int), None)


@bp.post("")
@allow(*OFFICE)
def grant() -> Response:
    form = read_form(GrantForm)
    branch_id = form.data.branch_id if form.ok else request.form.get("branch_id", me().branch_id, type=int)
    if not form.ok:
        return _show(branch_id, form)
    try:
        do(service.grant_leave, by=me(), at=clock.now(), **_grant(form.data))
    except DomainError as error:
        return _show(branch_id, form.refuse(error))
    flash(gettext("Saved. It shows in what the person has left."), "ok")
    return hx.redirect(f"/hr/schedule/leave/balances?branch_id={branch_id}&year={form.data.year}")


def _grant(data: GrantForm) -> dict[str, Any]:
    number = data.staff.partition(" · ")[0].strip().casefold()
    known = {row.staff_no.casefold(): row.id for row in queries.people(me(), data.branch_id, _today())}
    if number not in known:
        raise Invalid("unknown_staff", "staff", written=data.staff[:40])
    if data.days * 2 != int(data.days * 2):
        raise Invalid("leave_half_steps", "days")
    values = {"kind": data.kind, "year": data.year, "halves": int(data.days * 2)}
    return {**values, "employee_id": known[number], "note": short(data.note, "note", 300)}


def _show(branch_id: int, form: Bound[Any] | None) -> Response:
    user = me()
    branches = people.branches(user.branch_ids)
    branch = next((one for one in branches if one.id == branch_id), None)
    if branch is None:
        raise NotFound("not_found")
    now = _today().year
    year = min(max(request.args.get("year", now, type=int), now - 2), now + 1)
    everybody = queries.people(user, branch_id, _today())
    pages = max(1, -(-len(everybody) // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    rows = everybody[(page - 1) * PAGE : page * PAGE]
    counted = [one for one in queries.leave_types(branch_id) if one.yearly_halves is not None]
    context: dict[str, Any] = {
        "branch_id": branch_id, "branch_options": [(one.id, one.name) for one in branches], "year": year,
        "years": [(one, str(one)) for one in range(now - 1, now + 2)], "rows": rows, "page": page, "pages": pages,
        "total": len(everybody),
        "kinds": [(one.code, one.name_zh if lang() == "zh" else one.name_en) for one in counted],
        "balances": queries.balances([row.id for row in rows], branch, year, today=_today()) if counted else {},
        "form": form,
        "number": halves_number, "staff": [f"{row.staff_no} · {row.name}" for row in everybody],
        "data": form or blank({"year": year, **_proposed()}),
    }  # fmt: skip
    return hx.respond("hr/leave_balances.html", status=form.status if form else 200, **context)


def _proposed() -> dict[str, str]:
    """What a link from elsewhere fills in."""
    return {name: request.args[name][:40] for name in ("staff", "kind", "days") if name in request.args}


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
