"""Taking one's last change of rosters back, while nobody has changed those days since."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import N_, Conflict, Forbidden, NotFound, words
from webapp.schedules import policy
from webapp.schedules.queries.undo import APPLIED, CAN_BE_UNDONE, MOST_BACK, UNDONE, is_import
from webapp.schedules.rules import PlannedStop
from webapp.schedules.service import bulk
from webapp.schedules.service.common import today

_NEAR = 50_000
"""So far apart the entries of one act may be, with those of others between them."""
_LATER = 5_000
Days = dict[bulk.Pair, Any]


def undo_change(*, by: SignedIn, entry_id: int, at: datetime) -> int:
    """Bring the days of one of one's own changes back to what they were; how many. Done already, it does nothing.

    Raises NotFound, Forbidden, Conflict when one of the days is another by now.
    """
    entries = _group(by, entry_id)
    if entries is None:
        return 0
    sides = _sides(entries)
    people = {who for side in sides for days in side for who, _ in days}
    team = bulk.team_of(by, people)
    if people - set(team):
        raise Forbidden("forbidden")
    rosters, plans = _back(by, team, *sides, at)
    more = {"undid": entry_id}
    return len(bulk.write_days(by=by, team=team, rosters=rosters, plans=plans, action=UNDONE, at=at, more=more))


def _group(by: SignedIn, entry_id: int) -> Sequence[Any] | None:
    """Everything the same request or import left, oldest first; None when it was taken back already."""
    columns = (AuditEntry.id, AuditEntry.action, AuditEntry.object_id, AuditEntry.request_id)
    mine = select(*columns, AuditEntry.before, AuditEntry.after).where(AuditEntry.actor_id == by.id)
    found = conn().execute(mine.where(AuditEntry.id == entry_id)).one_or_none()
    if found is None or found.action not in CAN_BE_UNDONE:
        raise NotFound("not_found")
    later = conn().execute(mine.where(AuditEntry.id > entry_id, AuditEntry.action == UNDONE).limit(_LATER))
    if any((row.after or {}).get("undid") == entry_id for row in later):
        return None
    if not found.request_id:
        return [found]
    near = mine.where(AuditEntry.id.between(entry_id - _NEAR, entry_id + _NEAR))
    group = near.where(AuditEntry.request_id == found.request_id).order_by(AuditEntry.id).limit(MOST_BACK + 2)
    entries = conn().execute(group).all()
    acts = {row.action for row in entries} - CAN_BE_UNDONE
    # An import that has not come to its end goes on from the rows that wait, whatever is taken back meanwhile.
    if acts - {APPLIED} or len(entries) > MOST_BACK + 1 or is_import(found.request_id) != bool(acts):
        raise Conflict("undo_part")
    return [row for row in entries if row.action in CAN_BE_UNDONE]


def _sides(entries: Sequence[Any]) -> tuple[tuple[Days, Days], tuple[Days, Days]]:
    """((rosters, plans) before, (rosters, plans) after) of every day, whichever entries tell of it.

    Where several tell of one day, the oldest knows what was before and the newest what was left.
    """
    before: tuple[Days, Days] = ({}, {})
    after: tuple[Days, Days] = ({}, {})
    for row in entries:
        who, _, on = row.object_id.partition("|")
        pair = int(who), date.fromisoformat(on)
        rosters, plans = _told(row.action, pair, row.before or {})
        for one, state in rosters.items():
            before[0][one] = {**state, **before[0].get(one, {})}
        before[1].update({one: stops for one, stops in plans.items() if one not in before[1]})
        rosters, plans = _told(row.action, pair, row.after or {})
        for one, state in rosters.items():
            after[0][one] = {**after[0].get(one, {}), **state}
        after[1].update(plans)
    return before, after


def _told(action: str, pair: bulk.Pair, values: Mapping[str, Any]) -> tuple[Days, Days]:
    """One side of one entry."""
    if action == "roster.changed":
        return {pair: {name: values[name] for name in ("kind", "shift_id") if name in values}}, {}
    if action == "plan.changed":
        return {}, {pair: values["stops"]}
    rosters: Days = {}
    for day, state in values.get("roster", {}).items():
        kind, shift_id = state or (None, None)
        rosters[pair[0], date.fromisoformat(day)] = {"kind": kind, "shift_id": shift_id}
    return rosters, {(pair[0], date.fromisoformat(day)): stops for day, stops in values.get("plans", {}).items()}


def _back(
    by: SignedIn, team: Mapping[int, Any], before: tuple[Days, Days], after: tuple[Days, Days], at: datetime
) -> tuple[dict[bulk.Pair, bulk.State], dict[bulk.Pair, list[PlannedStop]]]:
    dates = [on for days in after for _, on in days]
    _check_past(by, min(dates), at)
    now_rosters = bulk.rosters_of(team, min(dates), max(dates))
    now_plans = bulk.plans_of(team, min(dates), max(dates))
    rosters: dict[bulk.Pair, bulk.State] = {}
    for pair, left in after[0].items():
        kind, shift_id = now_rosters.get(pair) or (None, None)
        now = {"kind": kind, "shift_id": shift_id}
        if any(now[name] != value for name, value in left.items()):
            raise Conflict("undo_changed", name=team[pair[0]].name)
        old = {**now, **before[0][pair]}
        rosters[pair] = (old["kind"], old["shift_id"]) if old["kind"] else None
    for pair, left in after[1].items():
        if bulk.shown_stops(now_plans.get(pair, ())) != left:
            raise Conflict("undo_changed", name=team[pair[0]].name)
    return rosters, {pair: [PlannedStop(*stop) for stop in stops] for pair, stops in before[1].items()}


def _check_past(by: SignedIn, first: date, at: datetime) -> None:
    if not policy.can_change_on(by, first, today(by.branch_id, at)):
        raise Forbidden("past_day", "work_date")


words(
    {
        "undo_changed": N_("%(name)s's days were changed again since. Change them by hand where it is still right."),
        "undo_part": N_("This change was part of something else. Change the days by hand where it is still right."),
    }
)
