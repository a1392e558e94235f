"""Swaps of days: HR sees all of them and may approve what both want."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.errors import Conflict, DomainError
from webapp.core.forms import Bound, read_form
from webapp.core.i18n import explain
from webapp.pages import request_answers as answers
from webapp.schedules import queries

bp = Blueprint("hr_swaps", __name__, url_prefix="/hr/schedule/swaps")


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return hx.respond("hr/swaps.html", rows=queries.find_swaps(me(), _today()))


@bp.get("/<int:swap_id>")
@allow(*OFFICE)
def show(swap_id: int) -> Response:
    return _show(swap_id, None)


@bp.post("/<int:swap_id>")
@allow(*OFFICE)
def decide(swap_id: int) -> Response:
    form = read_form(answers.AnswerForm)
    queries.swap(me(), swap_id, _today())
    try:
        flash(answers.answer_swap(me(), swap_id, form), "ok")
    except Conflict as error:
        flash(explain(error), "att")
        return hx.redirect(f"/hr/schedule/swaps/{swap_id}")
    except DomainError as error:
        return _show(swap_id, form.refuse(error))
    return hx.redirect("/hr/schedule/swaps")


def _show(swap_id: int, form: Bound[Any] | None) -> Response:
    context = answers.swap_context(me(), swap_id, _today())
    return hx.respond("hr/swap.html", status=form.status if form else 200, form=form, **context)


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
