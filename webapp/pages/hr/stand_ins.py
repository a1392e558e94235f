"""Who stands in for whom in HR's branches."""

from typing import Any

from flask import Blueprint, Response

from webapp.core import hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.forms import Bound, blank
from webapp.pages import stand_ins
from webapp.pages.stand_ins import StandInForm
from webapp.people import queries

bp = Blueprint("hr_stand_ins", __name__, url_prefix="/hr/stand-ins")
HERE = "/hr/stand-ins"


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _show(blank())


@bp.post("")
@allow(*OFFICE)
def save() -> Response:
    form = stand_ins.save(me())
    return hx.redirect(HERE) if form is None else _show(form)


@bp.post("/<int:delegation_id>/end")
@allow(*OFFICE)
def end(delegation_id: int) -> Response:
    return stand_ins.end(me(), delegation_id, HERE)


def _show(form: Bound[StandInForm]) -> Response:
    user, on = me(), stand_ins.today(me())
    absent, deputies = queries.stand_in_choices(user.branch_ids, on)
    context: dict[str, Any] = {
        "rows": queries.stand_ins_among(user.branch_ids, on),
        "absent": absent,
        "deputies": deputies,
    }
    return hx.respond("hr/stand_ins.html", status=form.status, form=form, today=on, **context)
