"""Making and issuing a branch's month; both go on where a killed run stopped."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from rq.timeouts import JobTimeoutException

from jobs.base import job, later
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.core.clock import now
from webapp.core.db import db, do
from webapp.core.errors import DomainError
from webapp.payroll import queries, service
from webapp.payroll.rules import Issue, PeriodFacts, Slip

CHUNK = 50
log = logging.getLogger("onsite.payroll")


@job(timeout=LONG)
def make(*, run_id: int) -> int:
    """Compute the drafts of a pay run; how many were looked at. One that fails does not stop the rest."""
    waiting = queries.to_make(run_id)
    for start in range(0, len(waiting), CHUNK):
        slips, problems = _drafts(run_id, waiting[start : start + CHUNK])
        do(service.store_drafts, run_id=run_id, slips=slips, problems=problems, at=now())
        let_pass()
    do(service.finish_making, run_id=run_id, at=now())
    return len(waiting)


@job(timeout=LONG)
def issue(*, run_id: int) -> int:
    """Issue every slip that is not issued yet, each in its own unit of work; how many were issued."""
    issued = 0
    for number, slip_id in enumerate(queries.to_issue(run_id)):
        if number % CHUNK == 0:
            let_pass()
        done, problem = _tried(partial(do, service.issue_slip, slip_id=slip_id, at=now()))
        if problem is None:
            issued += done
        else:
            do(service.refresh_draft, slip_id=slip_id, code=problem.code, params=problem.params, at=now())
    do(service.finish_issuing, run_id=run_id, at=now())
    return issued


@job(timeout=LONG)
def go_on() -> int:
    """Pay runs that are being made or issued, in case their job was lost with Redis or ran out of time; how many.

    Asked again while it is going on, it finds less to do or nothing.
    """
    going = queries.going()
    db.session.remove()
    for run_id, state in going:
        later(make if state == "making" else issue, run_id=run_id)
    return len(going)


def _drafts(run_id: int, employee_ids: Sequence[int]) -> tuple[list[tuple[PeriodFacts, Slip]], dict[int, Issue]]:
    branch, month = queries.run_of(run_id)
    issued = queries.issued_of(employee_ids, branch.currency, month)
    slips, problems = [], {}
    for employee_id, facts in queries.facts_of(branch, employee_ids, month).items():
        slip, problem = _tried(partial(queries.compute, branch, facts, issued[employee_id].ytd))
        if problem is None:
            slips.append((facts, slip))
        else:
            problems[employee_id] = problem
    return slips, problems


def _tried(work: Callable[[], Any]) -> tuple[Any, Issue | None]:
    """What `work` gives, or what is wrong with this one person."""
    try:
        return work(), None
    except JobTimeoutException:
        raise
    except DomainError as error:
        return None, Issue(error.code, error.params)
    except Exception as error:  # noqa: BLE001 - it belongs to one person; the others go on
        log.exception("payslip failed")
        return None, Issue("pay_failed", {"error": type(error).__name__})
