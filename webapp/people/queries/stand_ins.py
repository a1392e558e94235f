"""Who stands in for whom, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from webapp.core.authz import SignedIn, StoodFor
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Branch, BranchScope, Delegation, Employee
from webapp.people.policy import visible_to

MOST = 30
_DAY = timedelta(days=1)
_Absent, _Deputy, _Maker = (aliased(Employee, name=name) for name in ("absent", "deputy", "maker"))


@dataclass(frozen=True, slots=True)
class StandIn:
    """One agreement; state: now | later | over | ended (before its time)."""

    id: int
    from_id: int
    absent: str
    to_id: int
    deputy: str
    first_on: date
    last_on: date
    note: str
    maker: str | None
    ended_at: datetime | None
    state: str


def stands_in_for(user_id: int, on: date) -> Select[int]:
    """Ids of the supervisors this person stands in for on a date of their branch."""
    return (
        select(Delegation.from_id)
        .join(_Absent, _Absent.id == Delegation.from_id)
        .join(_Deputy, _Deputy.id == Delegation.to_id)
        .where(Delegation.to_id == user_id, _counts(on, on), _fits())
    )


def stood_for(employee_id: int, on: date) -> tuple[StoodFor, ...]:
    """The same with names, for the person's session."""
    query = stands_in_for(employee_id, on).with_only_columns(_Absent.id, _Absent.name, Delegation.last_on)
    found = {row.id: StoodFor(*row) for row in conn().execute(query.order_by(Delegation.last_on, Delegation.id))}
    return tuple(found.values())


def stand_ins(people: Collection[int], at: datetime) -> dict[int, list[tuple[int, str]]]:
    """{absent supervisor: (id, role) of whoever stands in for them at this moment}; one statement."""
    if not people:
        return {}
    span = (at.date() - _DAY, at.date() + _DAY)
    query = (
        select(Delegation.from_id, Delegation.to_id, _Deputy.role, Delegation.first_on, Delegation.last_on)
        .add_columns(Branch.timezone)
        .join(_Absent, _Absent.id == Delegation.from_id)
        .join(_Deputy, _Deputy.id == Delegation.to_id)
        .join(Branch, Branch.id == _Absent.branch_id)
        .where(Delegation.from_id.in_(set(people)), _counts(span[1], span[0]), _fits(), _works(_Deputy, at.date()))
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for row in conn().execute(query.order_by(Delegation.id)):
        if row.first_on <= at.astimezone(ZoneInfo(row.timezone)).date() <= row.last_on:
            found.setdefault(row.from_id, []).append((row.to_id, row.role))
    return found


def stand_ins_of(user: SignedIn, employee_id: int, on: date) -> list[StandIn]:
    """Of somebody the user may see: what was agreed for their absences, newest first. Raises NotFound."""
    if employee_id != user.id and _seen(user, employee_id) is None:
        raise NotFound("not_found")
    return _listed(Delegation.from_id == employee_id, on)


def standing_in(employee_id: int, on: date) -> list[StandIn]:
    """What this person has taken over now and later."""
    return [one for one in _listed(Delegation.to_id == employee_id, on) if one.state in ("now", "later")]


def stand_ins_among(branch_ids: Collection[int], on: date) -> list[StandIn]:
    """What counts now and later in these branches, and the last that are over."""
    return _listed(_Absent.branch_id.in_(branch_ids), on)


def stand_in_choices(branch_ids: Collection[int], on: date) -> tuple[list[tuple[int, str]], list[tuple[int, str, str]]]:
    """(id, name) of the supervisors of these branches, (id, name, role) of whom HR may choose for them."""
    here = (Employee.branch_id.in_(branch_ids), _works(Employee, on), Employee.role.in_(("supervisor", "hr")))
    query = select(Employee.id, Employee.name, Employee.role).where(*here).order_by(Employee.name, Employee.id)
    rows = conn().execute(query).all()
    return [(row.id, row.name) for row in rows if row.role == "supervisor"], [
        (row.id, row.name, row.role) for row in rows
    ]


def can_stand_in(absent: Employee, on: date) -> list[tuple[int, str, str]]:
    """(id, name, role) of whom this supervisor may choose, by name."""
    query = select(Employee.id, Employee.name, Employee.role).where(fitting(absent, Employee), _works(Employee, on))
    return [(row.id, row.name, row.role) for row in conn().execute(query.order_by(Employee.name, Employee.id))]


def fitting(absent: Any, deputy: Any) -> ColumnElement[bool]:
    """A condition: HR of the branch, or a supervisor of it whom the same company employs. Asked at every use: what
    was agreed counts only while both still are what they were."""
    scope = select(BranchScope.employee_id).where(BranchScope.branch_id == absent.branch_id)
    here = deputy.branch_id == absent.branch_id
    hr = and_(deputy.role == "hr", or_(here, deputy.id.in_(scope)))
    peer = and_(deputy.role == "supervisor", here, deputy.employer == absent.employer)
    return and_(deputy.id != absent.id, or_(hr, peer))


def _fits() -> ColumnElement[bool]:
    return and_(_Absent.role == "supervisor", fitting(_Absent, _Deputy))


def _counts(first: date, last: date) -> ColumnElement[bool]:
    return and_(Delegation.ended_at.is_(None), Delegation.first_on <= first, Delegation.last_on >= last)


def _works(person: Any, on: date) -> ColumnElement[bool]:
    return and_(person.joined_on <= on, or_(person.left_on.is_(None), person.left_on >= on))


def _seen(user: SignedIn, employee_id: int) -> int | None:
    return conn().scalar(visible_to(user).with_only_columns(Employee.id).where(Employee.id == employee_id))


def _listed(whose: ColumnElement[bool], on: date) -> list[StandIn]:
    own = (getattr(Delegation, name) for name in ("first_on", "last_on", "note"))
    query = (
        select(Delegation.id, Delegation.from_id, _Absent.name, Delegation.to_id, _Deputy.name.label("deputy"), *own)
        .add_columns(_Maker.name.label("maker"), Delegation.ended_at)
        .join(_Absent, _Absent.id == Delegation.from_id)
        .join(_Deputy, _Deputy.id == Delegation.to_id)
        .outerjoin(_Maker, _Maker.id == Delegation.made_by)
        .where(whose)
        .order_by(Delegation.last_on.desc(), Delegation.id.desc())
        .limit(MOST)
    )
    return [StandIn(*row, state=_state(row, on)) for row in conn().execute(query)]


def _state(row: Any, on: date) -> str:
    if row.ended_at is not None:
        return "ended"
    return "over" if row.last_on < on else "now" if row.first_on <= on else "later"
