"""Who works when, and which sites they visit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Invalid
from webapp.people.models import Employee
from webapp.schedules import policy, rules
from webapp.schedules.models import PlanStop, RosterDay, Shift
from webapp.schedules.rules import PlannedStop
from webapp.schedules.service.bulk import write_days
from webapp.schedules.service.common import lock, person, person_changed
from webapp.sites.models import Site

MOST_STOPS = 20


def set_day(
    *,
    by: SignedIn | None,
    employee_id: int,
    work_date: date,
    kind: str | None,
    shift_id: int | None = None,
    at: datetime,
) -> None:
    """`kind` is work (with a shift, or None for the usual hours), rest, or None: the calendar and week decide.

    Raises NotFound, Forbidden, Invalid.
    """
    someone = person(by, employee_id, work_date, at)
    if kind not in ("work", "rest", None):
        raise Invalid("not_a_choice", "kind")
    shift_id = shift_id if kind == "work" else None
    row = db.session.get(RosterDay, (employee_id, work_date))
    before = {"kind": row.kind, "shift_id": row.shift_id} if row else {"kind": None, "shift_id": None}
    after = {"kind": kind, "shift_id": shift_id}
    if before == after:
        return
    _check_shift(someone.branch_id, shift_id)
    here = (RosterDay.employee_id == employee_id, RosterDay.work_date == work_date)
    conn().execute(delete(RosterDay).where(*here))
    if kind is not None:
        values = {"employee_id": employee_id, "work_date": work_date, "branch_id": someone.branch_id, **after}
        conn().execute(insert(RosterDay), values)
    _record(by, "roster.changed", someone, work_date, *audit.changed(before, after), at)
    person_changed(someone, [work_date], at)


def set_days(
    *, by: SignedIn | None, employee_id: int, days: Mapping[date, tuple[str, int | None]], at: datetime
) -> int:
    """Many days of one person: (kind, shift). How many changed. Raises NotFound, Forbidden, Invalid."""
    if not days:
        return 0
    someone = person(by, employee_id, min(days), at)
    if any(kind not in ("work", "rest") for kind, _ in days.values()):
        raise Invalid("not_a_choice", "kind")
    for shift_id in {shift_id for _, shift_id in days.values()}:
        _check_shift(someone.branch_id, shift_id)
    rosters = {(employee_id, on): state for on, state in days.items()}
    team = {employee_id: someone}
    return len(write_days(by=by, team=team, rosters=rosters, plans={}, action="roster.imported", at=at))


def set_plan(
    *, by: SignedIn | None, employee_id: int, work_date: date, stops: Sequence[PlannedStop], at: datetime
) -> None:
    """Replace the planned visits of a day, in order. Raises NotFound, Forbidden, Invalid."""
    someone = person(by, employee_id, work_date, at)
    wanted = [_checked(stop) for stop in stops]
    if len(wanted) > MOST_STOPS:
        raise Invalid("plan_too_long", "stops", limit=MOST_STOPS)
    before = _stops(employee_id, work_date)
    _check_sites(someone.branch_id, {stop.site_id for stop in wanted} - {stop.site_id for stop in before})
    if wanted == before:
        return
    here = (PlanStop.employee_id == employee_id, PlanStop.work_date == work_date)
    conn().execute(delete(PlanStop).where(*here))
    rows = [_row(someone.id, work_date, seq, stop) for seq, stop in enumerate(wanted, 1)]
    if rows:
        conn().execute(insert(PlanStop), rows)
    _record(by, "plan.changed", someone, work_date, _shown(before), _shown(wanted), at)
    person_changed(someone, [work_date], at)


def schedule_day(
    *,
    by: SignedIn | None,
    employee_id: int,
    work_date: date,
    kind: str | None,
    shift_id: int | None,
    stops: Sequence[PlannedStop],
    at: datetime,
) -> None:
    """The whole day at once: set_day and set_plan."""
    set_day(by=by, employee_id=employee_id, work_date=work_date, kind=kind, shift_id=shift_id, at=at)
    set_plan(by=by, employee_id=employee_id, work_date=work_date, stops=stops, at=at)


def add_stop(
    *, by: SignedIn | None, employee_id: int, work_date: date, stop: PlannedStop, anew: bool = False, at: datetime
) -> None:
    """Put a visit at the end of a day's plan, or in the place of the one at the same site and time.

    anew: the plan starts over with it. Raises NotFound, Forbidden, Invalid.
    """
    lock([employee_id])
    plan = [] if anew else _stops(employee_id, work_date)
    kept = [other for other in plan if (other.site_id, other.starts) != (stop.site_id, stop.starts)]
    set_plan(by=by, employee_id=employee_id, work_date=work_date, stops=[*kept, stop], at=at)


def _checked(stop: PlannedStop) -> PlannedStop:
    starts = rules.hhmm(stop.starts, field="stops") if stop.starts else None
    ends = rules.hhmm(stop.ends, field="stops") if stop.ends else None
    if starts and ends and starts == ends:
        raise Invalid("plan_order", "stops")
    return PlannedStop(stop.site_id, starts, ends)


def _check_sites(branch_id: int, site_ids: set[int]) -> None:
    """Sites planned anew are active ones of the branch; an archived one planned before may stay."""
    known = select(Site.id).where(Site.id.in_(site_ids), Site.branch_id == branch_id, Site.archived_at.is_(None))
    if site_ids and set(db.session.scalars(known)) != site_ids:
        raise Invalid("plan_bad_site", "stops")


def _check_shift(branch_id: int, shift_id: int | None) -> None:
    if shift_id is None:
        return
    shift = db.session.get(Shift, shift_id)
    if shift is None or shift.branch_id != branch_id or shift.archived_at is not None:
        raise Invalid("not_a_choice", "shift_id")


def _stops(employee_id: int, work_date: date) -> list[PlannedStop]:
    here = select(PlanStop.site_id, PlanStop.starts, PlanStop.ends).where(
        PlanStop.employee_id == employee_id, PlanStop.work_date == work_date
    )
    return [PlannedStop(*row) for row in conn().execute(here.order_by(PlanStop.seq))]


def _row(employee_id: int, work_date: date, seq: int, stop: PlannedStop) -> dict[str, Any]:
    known = {"employee_id": employee_id, "work_date": work_date, "seq": seq}
    return {**known, "site_id": stop.site_id, "starts": stop.starts, "ends": stop.ends}


def _shown(stops: Sequence[PlannedStop]) -> dict[str, Any]:
    return {"stops": [[stop.site_id, stop.starts, stop.ends] for stop in stops]}


def _record(
    by: SignedIn | None,
    action: str,
    someone: Employee,
    work_date: date,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    at: datetime,
) -> None:
    audit.record(
        actor_id=by.id if by else None,
        action=action,
        object_type="schedule",
        object_id=f"{someone.id}|{work_date}",
        branch_id=someone.branch_id,
        before=before,
        after={**(after or {}), **(policy.standing_for(by, someone.id) if by else {})},
        at=at,
    )
