"""A branch's month: made with visible progress, looked through, issued behind a check page."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import explain, line_text
from webapp.pages.money_words import worded
from webapp.pages.payslip_lines import behind, change, month_name, shown, title
from webapp.payroll import policy, queries, service
from webapp.payroll.queries import RunRow, SlipFilters
from webapp.people import queries as people
from webapp.schedules import queries as schedules
from webapp.wallet import queries as wallet
from webapp.wallet.rules import month_of

bp = Blueprint("hr_pay_runs", __name__, url_prefix="/hr/pay-runs")
READERS = (*OFFICE, Role.FINANCE)
BUSY = ("making", "issuing")
ISSUABLE = ("reviewed", "issuing")
SORTS = ("name", "staff_no", "net", "change")


class StartForm(Form):
    branch_id: int
    month: str = Field(max_length=7)


class StepForm(Form):
    version: int


@bp.get("")
@allow(*READERS)
def index() -> Response:
    user = me()
    last = clock.now().astimezone(user.branch.zone).date().replace(day=1) - timedelta(days=1)
    return _list(blank({"branch_id": user.branch_id, "month": month_of(last)}))


@bp.post("")
@allow(*OFFICE)
def start() -> Response:
    form = read_form(StartForm)
    try:
        if form.ok:
            run_id = do(service.start_run, by=me(), at=clock.now(), **form.data.model_dump())
            return hx.redirect(url_for(".detail", run_id=run_id))
    except DomainError as error:
        form.fail(worded(error, me().branch.currency))
    return _list(form)


@bp.get("/<int:run_id>")
@allow(*READERS)
def detail(run_id: int) -> Response:
    return _detail(run_id, blank({}))


@bp.get("/<int:run_id>/progress")
@allow(*READERS)
def progress(run_id: int) -> Response:
    """The moving part of the page; when the work is over the whole page comes again."""
    run = queries.run(me(), run_id)
    if hx.wants_fragment() and run.state not in BUSY:
        return hx.redirect(url_for(".detail", run_id=run_id))
    return hx.respond("hr/pay_run_progress.html", "progress", run=run, month_name=month_name, stuck=_stuck(run))


@bp.post("/<int:run_id>/recompute")
@allow(*OFFICE)
def recompute(run_id: int) -> Response:
    return _step(run_id, service.recompute)


@bp.post("/<int:run_id>/review")
@allow(*OFFICE)
def review(run_id: int) -> Response:
    return _step(run_id, service.review)


@bp.get("/<int:run_id>/issue")
@allow(*OFFICE)
def check(run_id: int) -> Response:
    """What issuing does, with its numbers, before it is done."""
    if queries.run(me(), run_id).state not in ISSUABLE:
        return hx.redirect(url_for(".detail", run_id=run_id))
    return _check(run_id, blank({}))


@bp.post("/<int:run_id>/issue")
@allow(*OFFICE)
def issue(run_id: int) -> Response:
    return _step(run_id, service.start_issuing, _check)


@bp.get("/<int:run_id>/slips/<int:slip_id>")
@allow(*READERS)
def slip(run_id: int, slip_id: int) -> Response:
    found = queries.payslip(me(), run_id, slip_id)
    context: dict[str, Any] = {
        "slip": found,
        "lines": shown(found.lines, found),
        "change": change(found),
        "asked": {line: state for line, (_, state) in queries.asked_about(me(), slip_id).items()},
        "month_name": month_name,
    }
    return hx.respond("hr/payslip.html", **context)


@bp.get("/<int:run_id>/slips/<int:slip_id>/line")
@allow(*READERS)
def slip_line(run_id: int, slip_id: int) -> Response:
    found, n = queries.payslip(me(), run_id, slip_id), request.args.get("n", 0, type=int)
    if not 0 <= n < len(found.lines):
        raise NotFound("not_found")
    line = found.lines[n]
    context: dict[str, Any] = {"slip": found, "line": line, "title": title(line), "month_name": month_name}
    context["asked"] = queries.asked_about(me(), slip_id).get(n)
    return hx.respond("hr/payslip_line.html", **context, **behind(line, found.employee_id, found.currency, found.month))


def _step(run_id: int, verb: Any, again: Any = None) -> Response:
    """Carry out one step; a refusal shows the page again with the reason."""
    form = read_form(StepForm)
    run = queries.run(me(), run_id)
    try:
        if form.ok:
            do(verb, by=me(), run_id=run_id, version=form.data.version, at=clock.now())
            return hx.redirect(url_for(".detail", run_id=run_id))
    except NotFound:
        raise
    except DomainError as error:
        form.fail(worded(error, run.currency))
    return (again or _detail)(run_id, form)


def _list(form: Bound[Any]) -> Response:
    user = me()
    branches = [(branch_id, f"{name} ({currency})") for branch_id, name, currency in wallet.branches_of(user)]
    context: dict[str, Any] = {"runs": queries.runs(user), "branches": branches, "can_run": user.is_a(*OFFICE)}
    context["questions"] = queries.open_questions(user)
    return hx.respond("hr/pay_runs.html", status=form.status, form=form, month_name=month_name, **context)


def _detail(run_id: int, form: Bound[Any]) -> Response:
    user = me()
    run, filters = queries.run(user, run_id), _filters()
    flagged = [problem["employee_id"] for problem in run.problems]
    found = queries.slips(run_id, run.month, filters, flagged, request.args.get("page", 1, type=int))
    names = people.names(flagged)
    chosen = blank({"q": filters.q, "only": _only(filters)})
    context: dict[str, Any] = {
        "run": run, "found": found, "filters": filters, "chosen": chosen, "month_name": month_name,
        "problems": [(names.get(problem["employee_id"], ""), _problem(problem)) for problem in run.problems],
        "can_run": policy.can_run(user, run.branch_id), "stuck": _stuck(run), "month_open": _month_open(run),
    }  # fmt: skip
    return hx.respond("hr/pay_run.html", status=form.status, form=form, **context)


def _check(run_id: int, form: Bound[Any]) -> Response:
    run = queries.run(me(), run_id)
    reason = None if form.errors else queries.why_not_issuable(run_id, clock.now())
    blocked = explain(worded(reason, run.currency)) if reason else None
    context: dict[str, Any] = {"run": run, "blocked": blocked, "month_name": month_name, "left": run.slips - run.issued}
    context["month_open"] = _month_open(run)
    return hx.respond("hr/pay_run_issue.html", status=form.status, form=form, **context)


def _month_open(run: RunRow) -> bool:
    """Attendance may still change what these payslips say."""
    return run.state != "issued" and (run.branch_id, run.month) not in schedules.closed_months([run.branch_id])


def _problem(problem: dict[str, Any]) -> str:
    return line_text(problem["code"], problem["params"])


def _stuck(run: RunRow) -> bool:
    """Issuing is over, but slips were left that need another look."""
    return run.state == "issuing" and any(problem["step"] == "issue" for problem in run.problems)


def _filters() -> SlipFilters:
    only, sort = request.args.get("only", ""), request.args.get("sort", "name")
    return SlipFilters(
        q=request.args.get("q", "").strip()[:80],
        changed=only == "changed",
        problems=only == "problems",
        sort=sort if sort.removeprefix("-") in SORTS else "name",
    )


def _only(filters: SlipFilters) -> str:
    return "changed" if filters.changed else "problems" if filters.problems else ""
