"""A branch's month: made, reviewed, issued. Every step is refused when somebody else moved the run on."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from webapp.core import audit, outbox
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.payroll import policy
from webapp.payroll.models import PayRun, Payslip
from webapp.payroll.queries import eligible, why_not_issuable
from webapp.people.models import Branch
from webapp.wallet import service as wallet
from webapp.wallet.rules import month_span

MAKE, ISSUE = "jobs.payroll.make", "jobs.payroll.issue"


def start_run(*, by: SignedIn, branch_id: int, month: str, at: datetime) -> int:
    """Begin the branch's month; the run's id. One per branch and month (T33). Raises Invalid."""
    branch = _branch(by, branch_id)
    first, _ = month_span(month)
    if first > _today(branch, at):
        raise Invalid("pay_month_future", "month")
    known = conn().execute(select(PayRun.month, PayRun.state).where(PayRun.branch_id == branch_id)).all()
    if any(row.month == month for row in known):
        raise Invalid("pay_run_exists", "month")
    if later := [row.month for row in known if row.month > month and row.state in ("issuing", "issued")]:
        raise Invalid("pay_month_passed", "month", month=max(later))
    run = PayRun(
        branch_id=branch_id,
        month=month,
        currency=branch.currency,
        state="making",
        total=len(eligible(branch_id, month)),
        problems=[],
        made_by=by.id,
        made_at=at,
    )
    db.session.add(run)
    db.session.flush()
    _note(run, by, "pay_run.started", at)
    _ask_for(MAKE, run, at)
    return run.id


def recompute(*, by: SignedIn, run_id: int, version: int, at: datetime) -> None:
    """Throw the drafts away and compute the month again; only before anything was issued."""
    run = _locked(by, run_id, version, ("draft", "reviewed"))
    conn().execute(delete(Payslip).where(Payslip.run_id == run.id, Payslip.issued_at.is_(None)))
    run.total = len(eligible(run.branch_id, run.month))
    run.done, run.problems, run.state, run.version = 0, [], "making", run.version + 1
    _note(run, by, "pay_run.recomputed", at)
    _ask_for(MAKE, run, at)


def review(*, by: SignedIn, run_id: int, version: int, at: datetime) -> None:
    """Say that the figures were looked at."""
    run = _locked(by, run_id, version, ("draft",))
    run.state, run.version, run.reviewed_by, run.reviewed_at = "reviewed", run.version + 1, by.id, at
    _note(run, by, "pay_run.reviewed", at)


def start_issuing(*, by: SignedIn, run_id: int, version: int, at: datetime) -> None:
    """Close the month and issue every slip that is not issued yet. May be asked again for those left over."""
    run = _locked(by, run_id, version, ("reviewed", "issuing"))
    if reason := why_not_issuable(run.id, at):
        raise reason
    wallet.close_month(branch_id=run.branch_id, month=run.month, at=at)
    run.state, run.version, run.issued_by, run.problems = "issuing", run.version + 1, by.id, _kept(run.problems)
    _note(run, by, "pay_run.issuing", at)
    _ask_for(ISSUE, run, at)


def _kept(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Problems of people without a slip stay; those of issuing are tried again."""
    return [problem for problem in problems if problem.get("step") != "issue"]


def _locked(by: SignedIn, run_id: int, version: int, states: tuple[str, ...]) -> PayRun:
    run = db.session.scalar(select(PayRun).where(PayRun.id == run_id, policy.runs_visible_to(by)).with_for_update())
    if run is None or not policy.can_run(by, run.branch_id):
        raise NotFound("not_found")
    if run.version != version:
        raise Conflict("pay_run_changed")
    if run.state not in states:
        raise Conflict("pay_run_state", state=run.state)
    return run


def _branch(by: SignedIn, branch_id: int) -> Branch:
    if not policy.can_run(by, branch_id):
        raise NotFound("not_found")
    return db.session.get_one(Branch, branch_id)


def _today(branch: Branch, at: datetime) -> date:
    return at.astimezone(ZoneInfo(branch.timezone)).date()


def _ask_for(job: str, run: PayRun, at: datetime) -> None:
    """Durable: a wiped queue or a killed worker does not lose it."""
    outbox.put("run", f"{job}#{run.id}", {"run_id": run.id}, at)


def _note(run: PayRun, by: SignedIn, action: str, at: datetime) -> None:
    audit.record(
        actor_id=by.id,
        action=action,
        object_type="pay_run",
        object_id=run.id,
        branch_id=run.branch_id,
        after={"month": run.month, "state": run.state},
        at=at,
    )
