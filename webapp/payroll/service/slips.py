"""Drafts stored fifty at a time, slips issued one by one, each its own unit of work."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import conn, db, is_postgres
from webapp.core.errors import Conflict
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.payroll import rules
from webapp.payroll.models import PayRun, Payslip
from webapp.payroll.queries import compute, facts_of, issued_of
from webapp.payroll.rules import Issue, PeriodFacts, Slip
from webapp.people.models import Branch
from webapp.wallet import service as wallet
from webapp.wallet.rules import month_span

Problem = dict[str, Any]


def store_drafts(
    *, run_id: int, slips: Sequence[tuple[PeriodFacts, Slip]], problems: Mapping[int, Issue], at: datetime
) -> int:
    """Add a chunk of computed drafts and what could not be computed; how many are done in all.

    A chunk stored twice (a job may run twice) stays one.
    """
    run = db.session.get_one(PayRun, run_id, with_for_update=True)
    if run.state != "making":
        return run.done
    branch = db.session.get_one(Branch, run.branch_id)
    rows = [_row(run, branch, facts, slip, at) for facts, slip in slips if not rules.is_empty(slip)]
    if rows:
        insert = postgresql.insert if is_postgres() else sqlite.insert
        conn().execute(insert(Payslip).on_conflict_do_nothing(), rows)
    run.problems = _merged(run.problems, [*_listed(problems, "make"), *_remarks(slips)])
    empty = sum(1 for _, slip in slips if rules.is_empty(slip))
    run.done = min(run.total, run.done + len(rows) + len(problems) + empty)
    return run.done


def finish_making(*, run_id: int, at: datetime) -> None:
    run = db.session.get_one(PayRun, run_id, with_for_update=True)
    if run.state == "making":
        run.state, run.done, run.version = "draft", run.total, run.version + 1


def issue_slip(*, slip_id: int, at: datetime) -> bool:
    """Compute the slip once more under the lock of the person's accounts, sweep, and seal it.

    False: was issued, or could not be and waits until somebody who saw its figures goes on. Withdrawals may have
    moved since the review, and with them what is swept; raises Conflict when earnings did.
    """
    slip = db.session.get_one(Payslip, slip_id, with_for_update=True)
    if slip.issued_at is not None or _waits(slip):
        return False
    branch = db.session.get_one(Branch, slip.branch_id)
    last = month_span(slip.month)[1]
    wallet.close_person(employee_id=slip.employee_id, currency=slip.currency, through=last)
    facts, fresh = _fresh(branch, slip.employee_id, slip.month)
    if fresh.basis != slip.basis:
        raise Conflict("pay_changed")
    _write(slip, facts, fresh, at)
    if fresh.swept:
        slip.sweep_txn_id = _sweep(slip, fresh, branch, at)
    slip.issued_at = at
    _tell(slip, at)
    return True


def refresh_draft(*, slip_id: int, code: str, params: Mapping[str, Any], at: datetime) -> None:
    """A slip that could not be issued: note why, and compute it again so that its new figures can be reviewed."""
    slip = db.session.get_one(Payslip, slip_id, with_for_update=True)
    run = db.session.get_one(PayRun, slip.run_id, with_for_update=True)
    if slip.issued_at is not None or run.state != "issuing":
        return
    if code == "pay_changed":
        branch = db.session.get_one(Branch, slip.branch_id)
        _write(slip, *_fresh(branch, slip.employee_id, slip.month), at)
    run.problems = _merged(run.problems, _listed({slip.employee_id: Issue(code, params)}, "issue"))


def finish_issuing(*, run_id: int, at: datetime) -> bool:
    """True when every slip is issued; else the run stays open for the others."""
    run = db.session.get_one(PayRun, run_id, with_for_update=True)
    left = conn().scalar(
        select(func.count()).select_from(Payslip).where(Payslip.run_id == run_id, Payslip.issued_at.is_(None))
    )
    if run.state == "issuing" and not left:
        run.state, run.issued_at, run.version = "issued", at, run.version + 1
        params = {"branch": db.session.get_one(Branch, run.branch_id).name, "month": run.month}
        _broadcast(run, params, at)
    return not left


def _broadcast(run: PayRun, params: dict[str, Any], at: datetime) -> None:
    notices.broadcast(
        branch_id=run.branch_id,
        key=f"issued|{run.id}",
        topic="payslips",
        code="notice_run_issued",
        params=params,
        link=f"/hr/pay-runs/{run.id}",
        at=at,
    )


def _tell(slip: Payslip, at: datetime) -> None:
    params = {"month": slip.month, "amount_minor": slip.net, "currency": slip.currency}
    told = Told(slip.employee_id, "notice_payslip", f"payslip|{slip.id}", f"/pay/{slip.id}", params)
    notices.tell(told=[told], at=at)


def _waits(slip: Payslip) -> bool:
    """It could not be issued: a job that goes on, or a second one, must not issue figures nobody looked at."""
    return slip.employee_id in rules.refused(db.session.get_one(PayRun, slip.run_id).problems)


def _fresh(branch: Branch, employee_id: int, month: str) -> tuple[PeriodFacts, Slip]:
    facts = facts_of(branch, [employee_id], month)[employee_id]
    ytd = issued_of([employee_id], branch.currency, month)[employee_id].ytd
    return facts, compute(branch, facts, ytd)


def _write(slip: Payslip, facts: PeriodFacts, fresh: Slip, at: datetime) -> None:
    for name, value in _content(slip.employee_id, slip.month, slip.currency, facts, fresh).items():
        setattr(slip, name, value)
    slip.computed_at = at


def _sweep(slip: Payslip, fresh: Slip, branch: Branch, at: datetime) -> int:
    return wallet.sweep(
        employee_id=slip.employee_id,
        currency=slip.currency,
        amount=fresh.swept,
        effective_on=_today(branch, at),
        idem_key=f"payslip:{slip.employee_id}:{slip.month}",
        meta={"month": slip.month, "payslip": slip.id},
        at=at,
    )


def _row(run: PayRun, branch: Branch, facts: PeriodFacts, slip: Slip, at: datetime) -> dict[str, Any]:
    content = _content(facts.employee_id, run.month, run.currency, facts, slip)
    keys = {"run_id": run.id, "employee_id": facts.employee_id, "branch_id": run.branch_id, "month": run.month}
    return {**keys, "currency": run.currency, "scheme": branch.pay_scheme, "computed_at": at, **content}


def _content(employee_id: int, month: str, currency: str, facts: PeriodFacts, slip: Slip) -> dict[str, Any]:
    lines = [line.plain() for line in slip.lines]
    sealed = {"employee_id": employee_id, "month": month, "currency": currency, "net": slip.net, "lines": lines}
    return {
        "gross": slip.gross,
        "advances": slip.counted,
        "net": slip.net,
        "swept": slip.swept,
        "basis": slip.basis,
        "lines": lines,
        "inputs": _inputs(facts, slip),
        "content_hash": rules.content_hash(sealed),
    }


def _inputs(facts: PeriodFacts, slip: Slip) -> dict[str, Any]:
    return {
        "joined_on": facts.joined_on.isoformat(),
        "left_on": facts.left_on and facts.left_on.isoformat(),
        "workdays": sorted(facts.workdays),
        "salaries": [[row.effective_from.isoformat(), row.amount] for row in facts.salaries],
        "carry_in": facts.carry_in,
        "withdrawn": facts.withdrawn,
        "carried": slip.carried,
    }


def _remarks(slips: Sequence[tuple[PeriodFacts, Slip]]) -> list[Problem]:
    return [
        {"employee_id": facts.employee_id, "code": issue.code, "params": dict(issue.params), "step": "remark"}
        for facts, slip in slips
        for issue in slip.issues
    ]


def _listed(problems: Mapping[int, Issue], step: str) -> list[Problem]:
    return [
        {"employee_id": employee_id, "code": issue.code, "params": dict(issue.params), "step": step}
        for employee_id, issue in problems.items()
    ]


def _merged(known: list[Problem], new: list[Problem]) -> list[Problem]:
    marks = {(problem["employee_id"], problem["step"]) for problem in new}
    return [problem for problem in known if (problem["employee_id"], problem["step"]) not in marks] + new


def _today(branch: Branch, at: datetime) -> date:
    return at.astimezone(ZoneInfo(branch.timezone)).date()
