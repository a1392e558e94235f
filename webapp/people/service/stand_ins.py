"""Somebody stands in for a supervisor: the same rights over the same people, from one day to another."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import N_, Conflict, Forbidden, Invalid, NotFound, words
from webapp.people import policy
from webapp.people.models import Branch, Delegation, Employee
from webapp.people.queries.stand_ins import fitting

LONGEST_DAYS = 92


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed or ended, for whoever tells both."""

    id: int
    absent: Employee
    deputy: Employee
    first_on: date
    last_on: date


def set_stand_in(
    *, by: SignedIn, from_id: int, to_id: int, first_on: date, last_on: date, note: str = "", at: datetime
) -> Agreed:
    """A supervisor asks for their own absence, HR for anybody's of its branches.

    Raises NotFound, Forbidden, Invalid with the field, Conflict with who stands in already.
    """
    absent, deputy = _both(from_id, to_id)
    _check_right(by, absent)
    branch = db.session.get_one(Branch, absent.branch_id)
    _check_days(first_on, last_on, at.astimezone(branch.zone).date())
    _check_fit(absent, deputy, last_on)
    _check_free(absent, deputy, first_on, last_on)
    made = Delegation(
        from_id=from_id, to_id=to_id, first_on=first_on, last_on=last_on, note=note, made_by=by.id, made_at=at
    )
    db.session.add(made)
    db.session.flush()
    after = {"stand_in": to_id, "first_on": first_on, "last_on": last_on}
    _record(by, "stand_in.set", absent, None, after, note, at)
    return Agreed(made.id, absent, deputy, first_on, last_on)


def end_stand_in(*, by: SignedIn, delegation_id: int, at: datetime) -> Agreed | None:
    """From now on it counts no more; None when it had ended already. Raises NotFound, Forbidden."""
    made = db.session.get(Delegation, delegation_id, with_for_update=True)
    if made is None:
        raise NotFound("not_found")
    absent, deputy = _both(made.from_id, made.to_id)
    _check_right(by, absent)
    if made.ended_at is not None:
        return None
    made.ended_at = at
    before = {"stand_in": made.to_id, "first_on": made.first_on, "last_on": made.last_on}
    _record(by, "stand_in.ended", absent, before, None, "", at)
    return Agreed(made.id, absent, deputy, made.first_on, made.last_on)


def _both(from_id: int, to_id: int) -> tuple[Employee, Employee]:
    """Both locked, in one order: two agreements that would make a chain wait for each other here."""
    query = select(Employee).where(Employee.id.in_((from_id, to_id))).order_by(Employee.id).with_for_update()
    found = {one.id: one for one in db.session.scalars(query)}
    if from_id not in found:
        raise NotFound("not_found")
    if from_id == to_id or to_id not in found:
        raise Invalid("stand_in_unfit", "to_id")
    return found[from_id], found[to_id]


def _check_right(by: SignedIn, absent: Employee) -> None:
    if absent.role != "supervisor" or (by.id != absent.id and absent.branch_id not in by.branch_ids):
        raise NotFound("not_found")
    if by.id != absent.id and not policy.can_manage(by, absent):
        raise Forbidden("forbidden")


def _check_days(first_on: date, last_on: date, today: date) -> None:
    if first_on < today:
        raise Invalid("stand_in_past", "first_on")
    if last_on < first_on:
        raise Invalid("stand_in_order", "last_on")
    if (last_on - first_on).days >= LONGEST_DAYS:
        raise Invalid("stand_in_long", "last_on", days=LONGEST_DAYS)


def _check_fit(absent: Employee, deputy: Employee, last_on: date) -> None:
    query = select(Employee.id).where(Employee.id == deputy.id, fitting(absent, Employee))
    if conn().scalar(query) is None:
        raise Invalid("stand_in_unfit", "to_id")
    if deputy.left_on is not None and deputy.left_on < last_on:
        raise Invalid("stand_in_leaves", "to_id", name=deputy.name)


def _check_free(absent: Employee, deputy: Employee, first_on: date, last_on: date) -> None:
    """One stand-in at a time, and no chains: nobody who is away, and nobody others count on."""
    if row := _agreed(Delegation.from_id == absent.id, first_on, last_on):
        days = {"first_on": row.first_on.isoformat(), "last_on": row.last_on.isoformat()}
        raise Conflict("stand_in_taken", None, name=row.deputy, **days)
    if row := _agreed(Delegation.to_id == absent.id, first_on, last_on):
        raise Invalid("stand_in_chain", "first_on", name=absent.name, absent=row.absent)
    if row := _agreed(Delegation.from_id == deputy.id, first_on, last_on):
        raise Invalid("stand_in_away", "to_id", name=deputy.name, deputy=row.deputy)


def _agreed(whose: ColumnElement[bool], first_on: date, last_on: date) -> Any:
    people = Employee.__table__
    absent, deputy = people.alias("absent"), people.alias("deputy")
    query = (
        select(Delegation.first_on, Delegation.last_on, absent.c.name.label("absent"), deputy.c.name.label("deputy"))
        .join(absent, absent.c.id == Delegation.from_id)
        .join(deputy, deputy.c.id == Delegation.to_id)
        .where(whose, Delegation.ended_at.is_(None), Delegation.first_on <= last_on, Delegation.last_on >= first_on)
    )
    return conn().execute(query.order_by(Delegation.first_on).limit(1)).first()


def _record(
    by: SignedIn,
    action: str,
    absent: Employee,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    note: str,
    at: datetime,
) -> None:
    audit.record(
        actor_id=by.id, action=action, object_type="employee", object_id=absent.id, branch_id=absent.branch_id,
        before=before, after=after, reason=note or None, at=at,
    )  # fmt: skip


words(
    {
        "stand_in_past": N_("Choose today or a later day."),
        "stand_in_order": N_("The last day is before the first. Choose a later one."),
        "stand_in_long": N_(
            "At most %(days)s days. Whoever is away longer needs a successor: HR assigns stores and teams."
        ),
        "stand_in_unfit": N_("Choose a colleague of this branch: a store supervisor of the same employer, or HR."),
        "stand_in_taken": N_(
            "%(name)s stands in from %(first_on)s to %(last_on)s already. End that first, or choose other days."
        ),
        "stand_in_chain": N_(
            "%(name)s stands in for %(absent)s on some of these days, who would have nobody then. "
            "Choose other days, or have %(absent)s ask somebody else."
        ),
        "stand_in_away": N_("%(name)s is away on some of these days: %(deputy)s stands in. Choose somebody else."),
        "stand_in_leaves": N_("%(name)s leaves before these days are over. Choose an earlier last day."),
        "stand_in.set": N_("Named a stand-in"),
        "stand_in.ended": N_("Ended a stand-in before its time"),
        "field_standing_for": N_("Standing in for"),
        "field_stand_in": N_("Stand-in"),
    }
)
