"""What a branch decides about its attendance: changed by HR, on record; days that are not paid yet follow."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from webapp.attendance.queries.settings import undecided_days
from webapp.attendance.rules import AttendancePolicy, read_policy, written_policy
from webapp.attendance.rules.settings import MAKES_DAYS
from webapp.core import audit, outbox
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, NotFound
from webapp.people import policy
from webapp.people.models import Branch

LOOK_BACK = timedelta(days=92)


def set_policy(*, by: SignedIn, branch_id: int, version: int, settings: Mapping[str, Any], at: datetime) -> None:
    """`settings`: fields of AttendancePolicy. Raises Invalid with the field, Conflict, NotFound."""
    branch = db.session.get(Branch, branch_id, with_for_update=True)
    if branch is None:
        raise NotFound("not_found")
    policy.check_branch(by, branch_id)
    if branch.version != version:
        raise Conflict("changed_meanwhile")
    now = read_policy(branch.attendance)
    wanted = AttendancePolicy(**{**now.flat(), **settings}).checked()
    before, after = audit.changed(now.flat(), wanted.flat())
    if not after:
        return
    branch.attendance = written_policy(wanted)
    branch.version += 1
    audit.record(
        actor_id=by.id, action="branch.attendance", object_type="branch", object_id=branch.id, branch_id=branch.id,
        before=before, after=after, at=at,
    )  # fmt: skip
    if MAKES_DAYS & after.keys():
        _build_again(branch, at)


def _build_again(branch: Branch, at: datetime) -> None:
    """Dates that are not paid yet, and the days before them that still wait. What is paid stays as it was."""
    today = at.astimezone(branch.zone).date()
    paid = branch.settled_through or branch.settled_from - timedelta(days=1)
    first = max(paid + timedelta(days=1), today - LOOK_BACK)
    dates: set[date] = {first + timedelta(days=n) for n in range((today - first).days + 1)}
    for on in sorted(dates):
        payload = {"branch_id": branch.id, "work_date": on.isoformat(), "anew": True}
        outbox.put("schedule_changed", f"branch {branch.id}|{on}|anew", payload, at, bulk=True)
    for who, on in undecided_days(branch.id, today - LOOK_BACK):
        if on not in dates:
            own = {"employee_id": who, "work_date": on.isoformat()}
            outbox.put("schedule_changed", f"{who}|{on}", own, at, bulk=True)
