"""Positions whose time is over get coarse, a few hundred in each unit of work."""

from typing import Any

from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.attendance import queries
from webapp.attendance import service as attendance
from webapp.core.clock import now
from webapp.core.db import do
from webapp.sites import service as sites


@job(timeout=LONG)
def coarsen() -> int:
    """Every branch by its own period; how many rows were looked at."""
    return sum(
        _all(verb, n)
        for n in read(queries.branch_ids)
        for verb in (attendance.coarsen_positions, sites.coarsen_proposals, sites.coarsen_new_sites)
    )


def _all(verb: Any, branch_id: int) -> int:
    looked = 0
    while done := do(verb, branch_id=branch_id, at=now()):
        looked += done
        let_pass()
    return looked
