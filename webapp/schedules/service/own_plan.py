"""A rep puts the visits of an own day into another order; which visits they are stays the planner's."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import N_, Conflict, Forbidden, Invalid, words
from webapp.people.models import Branch, Employee
from webapp.schedules.models import PlanStop
from webapp.schedules.rules import read_roster_policy
from webapp.schedules.service.common import lock, person_changed, today
from webapp.schedules.service.marks import marks_of, remember, told_of
from webapp.sites.models import Site


def reorder_own_plan(*, by: SignedIn, work_date: date, seen: Sequence[int], order: Sequence[int], at: datetime) -> None:
    """`seen`: the sites in the order that was on the screen; `order`: positions in it, the first one staying first.

    Raises Forbidden (a day that is over, a branch that keeps the order), Conflict (changed meanwhile), Invalid (visits
    with a time, no such order).
    """
    if work_date < today(by.branch_id, at):
        raise Forbidden("past_day", "work_date")
    lock([by.id])
    someone, branch = db.session.get_one(Employee, by.id), db.session.get_one(Branch, by.branch_id)
    if not read_roster_policy(branch.roster_policy).own_order:
        raise Forbidden("plan_order_off")
    rows = _rows(by.id, work_date)
    shown = [row for row in rows if row.archived_at is None]
    _check(shown, seen, order)
    if list(order) == sorted(order):
        return
    pair = (by.id, work_date)
    told, before = told_of([by.id], work_date, work_date).get(pair), marks_of([by.id], [work_date], branch)[pair]
    ordered = iter([shown[old] for old in order])
    after = [row if row.archived_at else next(ordered) for row in rows]
    _write(by.id, work_date, after)
    audit.record(
        actor_id=by.id, action="plan.reordered", object_type="schedule", object_id=f"{by.id}|{work_date}",
        branch_id=someone.branch_id, before=_said(rows), after=_said(after), at=at,
    )  # fmt: skip
    person_changed(someone, [work_date], at, tell=False)
    if told and told[0] == before:  # who knew the day knows it still
        remember(by, marks_of([by.id], [work_date], branch), at)


def _rows(employee_id: int, on: date) -> Sequence[Any]:
    """Those at archived stores too: nobody is shown them, and they keep their places."""
    mine = select(PlanStop.site_id, PlanStop.starts, PlanStop.ends, Site.archived_at).join(
        Site, Site.id == PlanStop.site_id
    )
    here = mine.where(PlanStop.employee_id == employee_id, PlanStop.work_date == on)
    return conn().execute(here.order_by(PlanStop.seq)).all()


def _check(shown: Sequence[Any], seen: Sequence[int], order: Sequence[int]) -> None:
    if [row.site_id for row in shown] != list(seen):
        raise Conflict("plan_changed")
    if sorted(order) != list(range(len(shown))) or list(order[:1]) != [0]:
        raise Invalid("plan_no_order")
    if any(row.starts or row.ends for row in shown):
        raise Invalid("plan_timed")


def _write(employee_id: int, on: date, stops: Sequence[Any]) -> None:
    conn().execute(delete(PlanStop).where(PlanStop.employee_id == employee_id, PlanStop.work_date == on))
    known = {"employee_id": employee_id, "work_date": on}
    rows = [
        {**known, "seq": seq, "site_id": stop.site_id, "starts": stop.starts, "ends": stop.ends}
        for seq, stop in enumerate(stops, 1)
    ]
    conn().execute(insert(PlanStop), rows)


def _said(stops: Sequence[Any]) -> dict[str, Any]:
    return {"stops": [[stop.site_id, stop.starts, stop.ends] for stop in stops]}


words(
    {
        "plan_changed": N_("Your plan has changed meanwhile. Look at the new one first."),
        "plan_no_order": N_("Every visit has to be there once, the first one first. Load the page again."),
        "plan_order_off": N_("Your supervisor decides the order of visits here. Ask them to change it."),
        "plan_timed": N_("Visits of this day have a time. Ask your supervisor to change it."),
        "plan.reordered": N_("Put the own visits into another order"),
    }
)
