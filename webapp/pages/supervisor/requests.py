"""What people of the team ask for: leave and swaps that wait for this supervisor, or for whom they stand in for."""

from datetime import date
from typing import Any

from flask import Blueprint, Response

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.forms import Bound, read_form
from webapp.pages import leave_lines as lines
from webapp.pages import request_answers as answers
from webapp.schedules import queries

bp = Blueprint("supervisor_requests", __name__, url_prefix="/team")
LIST = "/team/requests"


@bp.get("/requests")
@allow(Role.SUPERVISOR)
def index() -> Response:
    user, on = me(), _today()
    context: dict[str, Any] = {
        "leave": queries.leave_waiting(user, on), "swaps": queries.swaps_waiting(user, on),
        "kind": lines.kinds([user.branch_id]),
        "history": queries.find_leave(user, queries.LeaveFilter(state=""), on).rows,
        **lines.words(),
    }  # fmt: skip
    return hx.respond("supervisor/requests.html", **context)


@bp.get("/leave/<int:leave_request_id>")
@allow(Role.SUPERVISOR)
def leave(leave_request_id: int) -> Response:
    return _leave(leave_request_id, None)


@bp.post("/leave/<int:leave_request_id>")
@allow(Role.SUPERVISOR)
def answer_leave(leave_request_id: int) -> Response:
    form = read_form(answers.AnswerForm)
    queries.leave_request(me(), leave_request_id, _today())
    return answers.answered(
        form, lambda: answers.answer_leave(me(), leave_request_id, form), lambda bad: _leave(leave_request_id, bad),
        here=f"/team/leave/{leave_request_id}", done=LIST,
    )  # fmt: skip


@bp.get("/swaps/<int:swap_id>")
@allow(Role.SUPERVISOR)
def swap(swap_id: int) -> Response:
    return _swap(swap_id, None)


@bp.post("/swaps/<int:swap_id>")
@allow(Role.SUPERVISOR)
def answer_swap(swap_id: int) -> Response:
    form = read_form(answers.AnswerForm)
    queries.swap(me(), swap_id, _today())
    return answers.answered(
        form, lambda: answers.answer_swap(me(), swap_id, form), lambda bad: _swap(swap_id, bad),
        here=f"/team/swaps/{swap_id}", done=LIST,
    )  # fmt: skip


def _leave(leave_request_id: int, form: Bound[Any] | None) -> Response:
    context = answers.leave_context(me(), leave_request_id, _today())
    return hx.respond("supervisor/leave.html", status=form.status if form else 200, form=form, **context)


def _swap(swap_id: int, form: Bound[Any] | None) -> Response:
    context = answers.swap_context(me(), swap_id, _today())
    return hx.respond("supervisor/swap.html", status=form.status if form else 200, form=form, **context)


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
