"""Swaps of days: HR sees all of them and may approve what both want."""

from datetime import date
from typing import Any

from flask import Blueprint, Response

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.forms import Bound, read_form
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
    return answers.answered(
        form, lambda: answers.answer_swap(me(), swap_id, form), lambda bad: _show(swap_id, bad),
        here=f"/hr/schedule/swaps/{swap_id}", done="/hr/schedule/swaps",
    )  # fmt: skip


def _show(swap_id: int, form: Bound[Any] | None) -> Response:
    context = answers.swap_context(me(), swap_id, _today())
    return hx.respond("hr/swap.html", status=form.status if form else 200, form=form, **context)


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
