"""Telling people of changed and coming days by itself, a while after the planner is done."""

from collections.abc import Sequence
from functools import partial

from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.core import outbox
from webapp.core.clock import now
from webapp.core.db import do
from webapp.core.outbox import Item
from webapp.people import queries as people
from webapp.people.service.near_days import ROSTER_CHANGED
from webapp.schedules import queries, service
from webapp.schedules.rules import read_roster_policy
from webapp.schedules.rules.telling import evening_of


@job(timeout=LONG)
def evening() -> int:
    """Branches whose evening has come, by their own clock, once a day; how many. One that was missed is made up for."""
    at, begun = now(), 0
    for branch in read(people.all_branches):
        local = at.astimezone(branch.zone)
        on = evening_of(read_roster_policy(branch.roster_policy), local)
        if on is not None:
            begun += do(service.tell_evening, branch_id=branch.id, on=on, over=on < local.date(), at=at)
    return begun


def roster_changed(items: Sequence[Item]) -> None:
    """Topic: days of somebody, or of a branch's people, may be other ones than they were told."""
    some = {item.payload["employee_id"] for item in items if "employee_id" in item.payload}
    for item in items:
        if "branch_id" in item.payload:
            some |= _of_branch(item.payload["branch_id"])
    for unit in service.in_units(people=sorted(some)) if some else ():
        do(service.tell_changed, people=unit, at=now())
        let_pass()


def _of_branch(branch_id: int) -> set[int]:
    """Those whose days are being changed right now hear of them when that has come to rest."""
    found = read(partial(queries.with_days_soon, branch_id, now()))
    keys = {str(who): who for who in found}
    busy = read(partial(outbox.waiting, topic=ROSTER_CHANGED, keys=keys))
    return {who for key, who in keys.items() if key not in busy}
