"""Questions about payslip lines: due first stands first; line, evidence and answer are on one page."""

from typing import Any, Literal

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.ids import new_id
from webapp.pages.payslip_lines import behind, inputs, month_name, title
from webapp.payroll import policy, queries, service
from webapp.payroll.queries import QuestionFilters
from webapp.people import queries as people

bp = Blueprint("hr_pay_questions", __name__, url_prefix="/hr/pay-questions")
READERS = (*OFFICE, Role.FINANCE)
STATES = ("open", "answered", "all")


class AnswerForm(Form):
    outcome: Literal["explained", "to_correct"]
    text: str = Field(max_length=1000)
    client_id: str = Field(max_length=36)
    seq: int = Field(ge=0)


@bp.get("")
@allow(*READERS)
def index() -> Response:
    user, filters = me(), _filters()
    found = queries.questions(user, filters, request.args.get("page", 1, type=int))
    branches = [(branch.id, branch.name) for branch in people.branches(user.branch_ids)]
    context: dict[str, Any] = {
        "found": found, "lines": [(row, title(row.content)) for row in found.rows], "filters": filters,
        "branches": branches if len(branches) > 1 else [], "today": clock.now().astimezone(user.branch.zone).date(),
        "chosen": blank({"state": filters.state, "branch_id": filters.branch_id, "q": filters.q}),
    }  # fmt: skip
    return hx.respond("hr/pay_questions.html", month_name=month_name, now=clock.now(), **context)


@bp.get("/<int:question_id>")
@allow(*READERS)
def detail(question_id: int) -> Response:
    return _detail(question_id, blank())


@bp.post("/<int:question_id>")
@allow(*OFFICE)
def answer(question_id: int) -> Response:
    form = read_form(AnswerForm)
    text = answer_question(question_id, form)
    if not form.ok:
        return _detail(question_id, form)
    flash(text, "ok")
    return hx.redirect("/hr/pay-questions")


def answer_question(question_id: int, form: Bound[AnswerForm]) -> str:
    """What to say once it is done; what is wrong stands in the form. Raises NotFound, Forbidden."""
    user = me()
    queries.question(user, question_id)
    try:
        if form.ok:
            do(service.answer_question, by=user, question_id=question_id, at=clock.now(), **form.data.model_dump())
    except DomainError as error:
        form.refuse(error)
    return gettext("Answered. The person reads it on the line of the payslip.")


def question_context(question_id: int) -> dict[str, Any]:
    """Raises NotFound."""
    user = me()
    asked = queries.question(user, question_id)
    slip = queries.payslip(user, asked.run_id, asked.payslip_id)
    line = slip.lines[asked.line]
    context: dict[str, Any] = {
        "asked": asked, "slip": slip, "line": line, "title": title(line), "inputs": inputs(slip), "new_id": new_id(),
        "own": asked.employee_id == user.id, "can_run": policy.can_run(user, asked.branch_id),
        "today": clock.now().astimezone(user.branch.zone).date(), "month_name": month_name,
    }  # fmt: skip
    return context | behind(line, slip.employee_id, slip.currency, slip.month)


def _detail(question_id: int, form: Bound[Any]) -> Response:
    return hx.respond("hr/pay_question.html", status=form.status, form=form, **question_context(question_id))


def _filters() -> QuestionFilters:
    args, state = request.args, request.args.get("state", "open")
    branch_id = args.get("branch_id", type=int)
    return QuestionFilters(
        state=state if state in STATES else "open",
        branch_id=branch_id if branch_id in me().branch_ids else None,
        q=args.get("q", "").strip()[:80],
    )
