"""Rows of the outbox that ask for a job (topic RUN).

Such a row is handed over to Redis under the id of its job, which alone may begin it, once. From then on the job's
process holds it, and it is done when the job has run. So whatever Redis loses is asked for again, and nothing that
is at work is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update

from webapp.core.db import conn, db
from webapp.core.outbox import CLAIMED, JOB, Item, OutboxRow, finish, forget_failed, hand_out_again, who

_row = OutboxRow.__table__.c


def hand_over(*, item: Item, job_id: str) -> None:
    conn().execute(update(OutboxRow).where(_row.id == item.id).values(claimed_by=f"{JOB}{job_id}"))


def handed_over() -> dict[int, str]:
    """{row: the id of its job} of those nobody has begun."""
    query = select(_row.id, _row.claimed_by).where(*CLAIMED, _row.claimed_by.startswith(JOB))
    return {row.id: row.claimed_by.removeprefix(JOB) for row in db.session.execute(query)}


def begin(*, item: Item, job_id: str, lasts: timedelta, at: datetime) -> bool:
    """The job a row was handed over to begins and is the only one that may; it is killed if it `lasts` longer.

    False: the row was handed out again since, or this job began it before.
    """
    mine = (_row.id == item.id, _row.claimed_by == f"{JOB}{job_id}", *CLAIMED)
    taken = conn().execute(update(OutboxRow).where(*mine).values(claimed_by=who(), claimed_at=at + lasts))
    return bool(taken.rowcount)


def ran(*, item: Item, at: datetime) -> None:
    """Its job has done the work; what failed for good before under the same key is done with it."""
    finish(ids=[item.id], at=at)
    forget_failed(item)


def take_back(*, jobs: Mapping[int, str], at: datetime) -> None:
    """{row: job} handed over to jobs that will never run. One that began meanwhile keeps its row."""
    rows = conn().execute(select(_row.id, _row.claimed_by).where(_row.id.in_(jobs), *CLAIMED).with_for_update())
    hand_out_again(ids=[row.id for row in rows if row.claimed_by == f"{JOB}{jobs[row.id]}"], at=at)
