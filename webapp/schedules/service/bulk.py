"""Many people's days at once: what is there, what is written, and one entry in the audit trail for each person."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from webapp.core import audit
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Forbidden, NotFound
from webapp.people.models import Employee
from webapp.schedules import policy
from webapp.schedules.models import PlanStop, RosterDay
from webapp.schedules.rules import PlannedStop
from webapp.schedules.service.common import lock, person_changed, today

Pair = tuple[int, date]
State = tuple[str, int | None] | None
"""(kind, shift) of a roster row; None: there is none."""


def team_of(by: SignedIn, people: Collection[int]) -> dict[int, Employee]:
    """Those `by` may plan, oneself left out, locked. Raises NotFound when one of them is not visible, Forbidden."""
    if not policy.can_change(by):
        raise Forbidden("forbidden")
    lock(people)
    team = {one.id: one for one in db.session.scalars(policy.visible_to(by).where(Employee.id.in_(people)))}
    if set(people) - set(team):
        raise NotFound("not_found", "people")
    team.pop(by.id, None)
    return team


def first_open(by: SignedIn, branch_id: int, at: datetime) -> date:
    """The first day `by` may change."""
    return date.min if by.role in OFFICE else today(branch_id, at)


def rosters_of(people: Collection[int], first: date, last: date) -> dict[Pair, State]:
    span = (RosterDay.employee_id.in_(people), RosterDay.work_date.between(first, last))
    columns = (RosterDay.employee_id, RosterDay.work_date, RosterDay.kind, RosterDay.shift_id)
    return {(row[0], row[1]): (row[2], row[3]) for row in conn().execute(select(*columns).where(*span))}


def plans_of(people: Collection[int], first: date, last: date) -> dict[Pair, list[PlannedStop]]:
    span = (PlanStop.employee_id.in_(people), PlanStop.work_date.between(first, last))
    columns = (PlanStop.employee_id, PlanStop.work_date, PlanStop.site_id, PlanStop.starts, PlanStop.ends)
    found: dict[Pair, list[PlannedStop]] = defaultdict(list)
    for row in conn().execute(select(*columns).where(*span).order_by(PlanStop.seq)):
        found[row.employee_id, row.work_date].append(PlannedStop(row.site_id, row.starts, row.ends))
    return dict(found)


def write_days(
    *,
    by: SignedIn | None,
    team: Mapping[int, Employee],
    rosters: Mapping[Pair, State],
    plans: Mapping[Pair, Sequence[PlannedStop]],
    action: str,
    at: datetime,
    more: Mapping[str, Any] | None = None,
) -> set[Pair]:
    """Bring these days to what is wanted; those that are so already are not touched. The days that changed."""
    before, planned = _now(team, {*rosters, *plans})
    rosters = {pair: state for pair, state in rosters.items() if before.get(pair) != state}
    plans = {pair: list(stops) for pair, stops in plans.items() if planned.get(pair, []) != list(stops)}
    put_rosters(team, rosters)
    _put_plans(plans)
    changed = {*rosters, *plans}
    for someone in team.values():
        dates = sorted({on for who, on in changed if who == someone.id})
        if dates:
            _record(by, action, someone, dates, (before, planned), (rosters, plans), more or {}, at)
            person_changed(someone, dates, at)
    return changed


def put_rosters(team: Mapping[int, Employee], rosters: Mapping[Pair, State]) -> None:
    if not rosters:
        return
    here = (RosterDay.employee_id == bindparam("who"), RosterDay.work_date == bindparam("day"))
    conn().execute(delete(RosterDay).where(*here), [{"who": who, "day": on} for who, on in rosters])
    rows = [
        {"employee_id": who, "work_date": on, "branch_id": team[who].branch_id, "kind": state[0], "shift_id": state[1]}
        for (who, on), state in rosters.items()
        if state
    ]
    if rows:
        conn().execute(insert(RosterDay), rows)


def _put_plans(plans: Mapping[Pair, Sequence[PlannedStop]]) -> None:
    if not plans:
        return
    here = (PlanStop.employee_id == bindparam("who"), PlanStop.work_date == bindparam("day"))
    conn().execute(delete(PlanStop).where(*here), [{"who": who, "day": on} for who, on in plans])
    rows = [
        {"employee_id": who, "work_date": on, "seq": seq, "site_id": stop.site_id,
         "starts": stop.starts, "ends": stop.ends}
        for (who, on), stops in plans.items()
        for seq, stop in enumerate(stops, 1)
    ]  # fmt: skip
    if rows:
        conn().execute(insert(PlanStop), rows)


def _now(team: Collection[int], pairs: Collection[Pair]) -> tuple[dict[Pair, State], dict[Pair, list[PlannedStop]]]:
    if not pairs:
        return {}, {}
    first, last = min(on for _, on in pairs), max(on for _, on in pairs)
    return rosters_of(team, first, last), plans_of(team, first, last)


def _record(
    by: SignedIn | None, action: str, someone: Employee, dates: Sequence[date],
    before: tuple[Mapping[Pair, State], Mapping[Pair, Sequence[PlannedStop]]],
    after: tuple[Mapping[Pair, State], Mapping[Pair, Sequence[PlannedStop]]],
    more: Mapping[str, Any], at: datetime,
) -> None:  # fmt: skip
    """`roster` and `plans` hold what undoing needs: the days that changed, as they were and as they are."""
    rostered = [on for on in dates if (someone.id, on) in after[0]]
    planned = [on for on in dates if (someone.id, on) in after[1]]
    sides = [
        {
            **({"roster": {str(on): _pair(side[0].get((someone.id, on))) for on in rostered}} if rostered else {}),
            **(
                {"plans": {str(on): shown_stops(side[1].get((someone.id, on), ())) for on in planned}}
                if planned
                else {}
            ),
        }
        for side in (before, after)
    ]
    audit.record(
        actor_id=by.id if by else None,
        action=action,
        object_type="schedule",
        object_id=f"{someone.id}|{dates[0]}",
        branch_id=someone.branch_id,
        before=sides[0],
        after={**sides[1], **more, **(policy.standing_for(by, someone.id) if by else {})},
        at=at,
    )


def shown_stops(stops: Sequence[PlannedStop]) -> list[list[Any]]:
    return [[stop.site_id, stop.starts, stop.ends] for stop in stops]


def _pair(state: State) -> list[Any] | None:
    return list(state) if state else None
