"""The one list of periodic work, and the tick that looks at it every minute.

A slot is claimed in the database, so any number of hosts may tick; what it asks for goes through the outbox,
so a wiped Redis costs a minute and nothing else. What is due in the business (which branch settles now, in
its own time zone) is decided by the jobs themselves from the database, never here.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import sleep

from flask import Flask

from jobs.sweep import rescue
from webapp.core import outbox, periodic
from webapp.core.clock import now
from webapp.core.db import do
from webapp.core.queue import nudge


@dataclass(frozen=True, slots=True)
class Periodic:
    name: str
    job: str
    every: timedelta
    offset: timedelta = timedelta()

    def slot(self, at: datetime) -> datetime:
        """The start of the period `at` lies in; periods are counted from midnight UTC plus `offset`."""
        first = datetime(2000, 1, 1, tzinfo=UTC) + self.offset
        return first + (at - first) // self.every * self.every


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

SCHEDULE: tuple[Periodic, ...] = (
    Periodic("settle_due", "jobs.settlement.settle_due", MINUTE),
    Periodic("devices_heard", "jobs.devices.listen", 5 * MINUTE),
    Periodic("close_days", "jobs.attendance.close_days", 10 * MINUTE),
    Periodic("compare_sources", "jobs.attendance.compare_sources", HOUR),
    Periodic("pulls", "jobs.pulls.due", 5 * MINUTE),
    Periodic("forget_spots", "jobs.attendance.forget_spots", DAY, offset=18 * HOUR),
    Periodic("pay_runs", "jobs.payroll.go_on", 5 * MINUTE),
    Periodic("coarsen", "jobs.privacy.coarsen", DAY, offset=18 * HOUR),
    Periodic("clean_photos", "jobs.photos.clean", DAY, offset=17 * HOUR),
    Periodic("reconcile", "jobs.reconcile.reconcile", 10 * MINUTE),
    Periodic("forget_bodies", "jobs.reconcile.forget_bodies", DAY, offset=17 * HOUR),
    Periodic("device_watch", "jobs.device_watch.watch", MINUTE),
    Periodic("deliver", "jobs.notifications.deliver", 5 * MINUTE),
    Periodic("confirm_reminders", "jobs.confirming.remind", HOUR),
    Periodic("rosters_evening", "jobs.rosters.evening", 10 * MINUTE),
    Periodic("digests", "jobs.notifications.digests", 10 * MINUTE),
    Periodic("forget_notices", "jobs.notifications.forget", DAY, offset=18 * HOUR),
    Periodic("ledger_check", "jobs.ledger.check", DAY, offset=19 * HOUR),
)

log = logging.getLogger("onsite.tick")


def tick(*, at: datetime) -> list[str]:
    """One minute's work: what is due into the outbox, lost rows back to waiting, and a drain asked for."""
    taken = do(take_due, at=at)
    rescue()
    if at.minute % 10 == 0:
        do(outbox.prune, at=at)
    nudge()
    return taken


def take_due(*, at: datetime) -> list[str]:
    """Take every slot nobody has taken yet; the names taken."""
    periodic.take(name="tick", slot=at.replace(second=0, microsecond=0), at=at)
    due = [item for item in SCHEDULE if periodic.take(name=item.name, slot=item.slot(at), at=at)]
    for item in due:
        outbox.put("run", item.job, None, at)
    return [item.name for item in due]


def run(app: Flask) -> None:
    """Tick now and then at every full minute, until told to stop. An error costs one tick."""
    while True:
        with app.app_context():
            try:
                tick(at=now())
            except Exception:
                log.exception("tick failed")
        sleep(MINUTE.total_seconds() - now().timestamp() % MINUTE.total_seconds() + 0.05)
