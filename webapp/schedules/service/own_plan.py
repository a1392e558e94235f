"""A rep puts the visits of an own day into another order; which visits they are stays the planner's."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import N_, Conflict, Forbidden, Invalid, words
from webapp.people.models import Employee
from webapp.schedules.models import PlanStop
from webapp.schedules.service.common import person_changed, today


def reorder_own_plan(*, by: SignedIn, work_date: date, seen: Sequence[int], order: Sequence[int], at: datetime) -> None:
    """`seen`: the sites in the order that was on the screen; `order`: positions in it, the first one staying first.

    Raises Forbidden (a day that is over), Conflict (changed meanwhile), Invalid (visits with a time, no such order).
    """
    if work_date < today(by.branch_id, at):
        raise Forbidden("past_day", "work_date")
    someone = db.session.get_one(Employee, by.id)
    here = (PlanStop.employee_id == by.id, PlanStop.work_date == work_date)
    rows = conn().execute(select(PlanStop.__table__).where(*here).order_by(PlanStop.seq).with_for_update()).all()
    if [row.site_id for row in rows] != list(seen):
        raise Conflict("plan_changed")
    if sorted(order) != list(range(len(rows))) or list(order[:1]) != [0]:
        raise Invalid("plan_no_order")
    if any(row.starts or row.ends for row in rows):
        raise Invalid("plan_timed")
    if list(order) == sorted(order):
        return
    conn().execute(delete(PlanStop).where(*here))
    values = {"employee_id": by.id, "work_date": work_date}
    conn().execute(insert(PlanStop), [{**values, "seq": n, "site_id": seen[old]} for n, old in enumerate(order, 1)])
    audit.record(
        actor_id=by.id, action="plan.reordered", object_type="schedule", object_id=f"{by.id}|{work_date}",
        branch_id=someone.branch_id, before={"stops": [[one, None, None] for one in seen]},
        after={"stops": [[seen[old], None, None] for old in order]}, at=at,
    )  # fmt: skip
    person_changed(someone, [work_date], at)


words(
    {
        "plan_changed": N_("Your plan has changed meanwhile. Look at the new one first."),
        "plan_no_order": N_("Every visit has to be there once, the first one first. Load the page again."),
        "plan_timed": N_("Visits of this day have a time. Ask your supervisor to change it."),
        "plan.reordered": N_("Put the own visits into another order"),
    }
)
