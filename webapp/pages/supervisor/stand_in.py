"""A supervisor names who answers for the team while they are away."""

from typing import Any

from flask import Blueprint, Response

from webapp.attendance import queries as attendance
from webapp.core import hx
from webapp.core.authz import Role, allow, me
from webapp.core.forms import Bound, blank
from webapp.pages import stand_ins
from webapp.pages.stand_ins import StandInForm
from webapp.people import queries

bp = Blueprint("supervisor_stand_in", __name__, url_prefix="/team/stand-in")
HERE = "/team/stand-in"


@bp.get("")
@allow(Role.SUPERVISOR)
def index() -> Response:
    return _show(blank())


@bp.post("")
@allow(Role.SUPERVISOR)
def save() -> Response:
    form = stand_ins.save(me(), from_id=me().id)
    return hx.redirect(HERE) if form is None else _show(form)


@bp.post("/<int:delegation_id>/end")
@allow(Role.SUPERVISOR)
def end(delegation_id: int) -> Response:
    return stand_ins.end(me(), delegation_id, HERE)


def _show(form: Bound[StandInForm]) -> Response:
    user, on = me(), stand_ins.today(me())
    found: dict[str, Any] = {
        "mine": queries.stand_ins_of(user, user.id, on),
        "others": queries.standing_in(user.id, on),
        "people": attendance.can_stand_in(user, on),
    }
    return hx.respond("supervisor/stand_in.html", status=form.status, form=form, today=on, **found)
