"""Days of leave given to one person: by hand, from a file, or left of the year before."""

from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Forbidden, Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.schedules.models import LeaveGrant
from webapp.schedules.queries.leave import balances, carried_into, leave_types
from webapp.schedules.rules import carried_until, carry_over
from webapp.schedules.service.common import office, today
from webapp.schedules.service.leave_types import MOST_HALVES

SENT_TWICE = timedelta(minutes=2)
"""A form sent twice by a slow line; nobody gives the same days with the same reason twice so soon."""
YEARS = 2
"""How far from now the year of a grant may be."""


def grant_leave(
    *, by: SignedIn | None, employee_id: int, kind: str, year: int, halves: int, note: str, source: str = "hand",
    at: datetime,
) -> int:  # fmt: skip
    """Half days given to one person, or taken (less than 0). By hand the same again at once is the same one; from a
    file (source "import") it always is.

    Raises NotFound, Forbidden, Invalid with the field.
    """
    someone = _person(by, employee_id)
    _check_grant(someone.branch_id, kind, year, halves, at)
    if source == "hand" and not note:
        raise Invalid("required", "note")
    known = {"employee_id": employee_id, "kind": kind, "year": year, "halves": halves, "note": note, "source": source}
    again = select(LeaveGrant.id).filter_by(**known)
    if source == "hand":
        again = again.where(LeaveGrant.by == (by.id if by else None), LeaveGrant.at > at - SENT_TWICE)
    if (same := conn().scalar(again.limit(1))) is not None:
        return same
    grant = LeaveGrant(**known, by=by.id if by else None, at=at)
    _keep(grant, "leave.granted", someone.branch_id, at)
    return grant.id


def carry_leave(*, by: SignedIn | None, employee_id: int, year: int, note: str, at: datetime) -> int:
    """What one person has left of a year that is over goes into the next one, as far as each kind allows; how many
    kinds. Whatever has been carried already stays as it is: done twice it is done once.

    Raises NotFound, Forbidden, Invalid with the field.
    """
    someone = _person(by, employee_id)
    branch, now = db.session.get_one(Branch, someone.branch_id), today(someone.branch_id, at)
    check_year_over(year=year, now=now.year)
    if someone.joined_on.year > year or (someone.left_on is not None and someone.left_on.year <= year):
        return 0
    found = balances([employee_id], branch, year, today=now)
    known = carried_into([employee_id], year + 1)
    done = 0
    for one in leave_types(branch.id):
        halves = carry_over(found[employee_id, one.code], one.carry_halves).carried
        if not halves or (employee_id, one.code) in known:
            continue
        until = carried_until(year + 1, one.carry_months)
        grant = LeaveGrant(
            employee_id=employee_id, kind=one.code, year=year + 1, halves=halves, source="carry", valid_until=until,
            note=note, by=by.id if by else None, at=at,
        )  # fmt: skip
        _keep(grant, "leave.carried", branch.id, at)
        done += 1
    return done


def check_year_over(*, year: int, now: int) -> None:
    """Raises Invalid where nothing can be carried out of a year yet, or not any more."""
    if not now - YEARS <= year < now:
        raise Invalid("leave_year_runs" if year >= now else "not_a_choice", "year", year=year)


def _person(by: SignedIn | None, employee_id: int) -> Employee:
    someone = db.session.get(Employee, employee_id, with_for_update=True)
    if someone is None:
        raise NotFound("not_found", "staff")
    office(by, someone.branch_id)
    if by is not None and by.id == employee_id:
        raise Forbidden("forbidden")
    return someone


def _keep(grant: LeaveGrant, action: str, branch_id: int, at: datetime) -> None:
    db.session.add(grant)
    db.session.flush()
    whose = f"{grant.employee_id}|{grant.year}-01-01"
    audit.record(
        actor_id=grant.by, action=action, object_type="leave_grant", object_id=whose, branch_id=branch_id,
        reason=grant.note or None, at=at,
        after={"kind": grant.kind, "year": grant.year, "halves": grant.halves, "valid_until": grant.valid_until},
    )  # fmt: skip


def _check_grant(branch_id: int, kind: str, year: int, halves: int, at: datetime) -> None:
    counted = {one.code for one in leave_types(branch_id) if one.yearly_halves is not None}
    if kind not in counted:
        raise Invalid("not_a_choice", "kind")
    if halves == 0:
        raise Invalid("required", "days")
    if abs(halves) > MOST_HALVES:
        raise Invalid("too_high", "days", limit=MOST_HALVES // 2)
    if abs(year - at.year) > YEARS:
        raise Invalid("not_a_choice", "year")
