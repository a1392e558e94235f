"""One request about leave or a swap, for whoever answers it; the pages of supervisors and of HR show it."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from flask import Response, flash
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.forms import Bound, Form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, say
from webapp.pages import leave_lines as lines
from webapp.pages.swap_lines import sides
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.rules import span_of


class AnswerForm(Form):
    decision: Literal["approved", "rejected"]
    reason: str = Field("", max_length=300)
    version: int = 0


def leave_context(user: SignedIn, request_id: int, on: date) -> dict[str, Any]:
    """Raises NotFound."""
    row = queries.leave_request(user, request_id, on)
    branch = people.branch(row.branch_id)
    assert branch is not None
    span, decisions = span_of(row), queries.leave_decisions(request_id)
    halves = queries.halves_wanted(row.employee_id, span, branch)
    years = {year: queries.balances([row.employee_id], branch, year, today=on, without=request_id) for year in halves}
    return {
        "row": row, "decisions": decisions, "chain": lines.chain(row, decisions), "kind": lines.kinds([row.branch_id]),
        "halves": halves, "balances": {year: found[row.employee_id, row.kind] for year, found in years.items()},
        "away": queries.away(row), "planned": lines.planned(row.employee_id, row.branch_id, span),
        "may": any(one.id == request_id for one in queries.leave_waiting(user, on, only=request_id)), **lines.words(),
    }  # fmt: skip


def swap_context(user: SignedIn, swap_id: int, on: date) -> dict[str, Any]:
    """Raises NotFound."""
    row = queries.swap(user, swap_id, on)
    may = any(one.id == swap_id for one in queries.swaps_waiting(user, on, only=swap_id))
    return {"row": row, "sides": sides(queries.swap_of(row), row.seen), "may": may}


def answered(form: Bound[Any], act: Callable[[], str], show: Callable[[Bound[Any]], Response], *, here: str,
             done: str) -> Response:  # fmt: skip
    """Say what `act` says and go on to `done`; when somebody was faster look at it again at `here`, else `show` the
    form with what is wrong.
    """
    if form.errors and "decision" not in form.errors:
        return show(form)
    try:
        flash(act(), "ok")
    except Conflict as error:
        flash(explain(error), "att")
        return hx.redirect(here)
    except DomainError as error:
        return show(form.refuse(error))
    return hx.redirect(done)


def answer_leave(user: SignedIn, request_id: int, form: Bound[AnswerForm]) -> str:
    """What to say once it is done. Raises DomainErrors."""
    data = _checked(form)
    known = {"request_id": request_id, **data.model_dump()}
    state = do(service.answer_leave, by=user, at=clock.now(), **known)
    if data.decision == "rejected" and state == "approved":
        return gettext("The leave stays. The person is told.")
    return {
        "open": gettext("Approved. HR answers next."),
        "approved": gettext("Approved. The person is told."),
        "rejected": gettext("Not approved. They see the reason."),
        "cancelled": gettext("The leave is cancelled. The person is told."),
    }[state]


def answer_swap(user: SignedIn, swap_id: int, form: Bound[AnswerForm]) -> str:
    """What to say once it is done. Raises DomainErrors."""
    data = _checked(form)
    state = do(service.decide_swap, by=user, swap_id=swap_id, at=clock.now(), **data.model_dump())
    return gettext("The days are swapped. Both are told.") if state == "approved" else say("swap_state_rejected")


def _checked(form: Bound[AnswerForm]) -> AnswerForm:
    if not form.ok:
        raise Invalid("not_a_choice", "decision")
    return form.data
