"""Pay runs by real jobs: whatever is lost on the way is found again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from jobs import schedule
from tests.payroll.company import APRIL, MONTH, company, paid, version
from tests.support.clockwork import Frozen
from webapp.core import clock
from webapp.core.db import db, do
from webapp.payroll import queries, service


def test_a_wiped_redis_stops_neither_making_nor_issuing(
    app: Flask, redis_url: str, worker: Callable[[], None], freeze: Frozen
) -> None:
    """The outbox had handed the job to the queue, and the queue was wiped before anybody began it."""
    from jobs.sweep import drain
    from webapp.core.queue import connection

    freeze(APRIL)
    it = company()
    paid(it.branch)
    run_id = do(service.start_run, by=it.hr, branch_id=it.branch.id, month=MONTH, at=clock.now())

    def lost_and_found() -> str:
        drain()
        connection().flushall()
        freeze.forward(minutes=5)
        schedule.tick(at=clock.now())
        worker()
        db.session.remove()
        return queries.run(it.hr, run_id).state

    assert lost_and_found() == "draft"
    do(service.review, by=it.hr, run_id=run_id, version=version(it, run_id), at=clock.now())
    do(service.start_issuing, by=it.hr, run_id=run_id, version=version(it, run_id), at=clock.now())
    assert lost_and_found() == "issued"
    assert queries.run(it.hr, run_id).issued == 2
