"""A person's month on the supervisor's phone."""

from datetime import date, timedelta

from flask import Blueprint, Response

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.pages.month import month_context
from webapp.pages.supervisor import sheet as sheets

bp = Blueprint("supervisor_month", __name__, url_prefix="/team")


@bp.get("/<int:employee_id>/month")
@allow(Role.SUPERVISOR)
def show(employee_id: int) -> Response:
    user = me()
    today = sheets.today(user, at=clock.now())

    def link(on: date) -> str | None:
        reached = today - timedelta(days=sheets.DAYS_BACK) <= on <= today
        return f"/confirm/{employee_id}?on={on}" if reached else None

    return hx.respond("supervisor/month.html", **month_context(user, employee_id, link))
