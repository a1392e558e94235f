"""The nightly look at every invariant of the money."""

import logging

from jobs.base import job
from jobs.queues import LONG
from webapp.payroll import queries

log = logging.getLogger("onsite.ledger")


@job(timeout=LONG)
def check() -> int:
    """How many problems there are; each is logged as an error. It only looks, it never repairs."""
    found = queries.ledger_check()
    for problem in found:
        log.error("ledger problem", extra={"code": problem.code, "where": dict(problem.params)})
    return len(found)
