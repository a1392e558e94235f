"""A person's month at HR's desk."""

from flask import Blueprint, Response

from webapp.core import hx
from webapp.core.authz import OFFICE, allow, me
from webapp.pages.month import month_context

bp = Blueprint("hr_person_month", __name__, url_prefix="/hr/people")


@bp.get("/<int:employee_id>/month")
@allow(*OFFICE)
def show(employee_id: int) -> Response:
    context = month_context(me(), employee_id, lambda on: f"/hr/schedule/{employee_id}?on={on}")
    return hx.respond("hr/person_month.html", **context)
