"""What the signals of a branch weigh: changed by HR, on record, and weighed anew where nothing is paid yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from webapp.attendance.models import AttendanceException, CheckInSignals
from webapp.attendance.queries.signals import asked_about
from webapp.attendance.rules.signals import REMEMBERED, SignalSettings
from webapp.attendance.service.days import announce
from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, NotFound
from webapp.people import policy
from webapp.people.models import Branch

MOST = 5000


def set_signals(*, by: SignedIn, branch_id: int, version: int, settings: Mapping[str, Any], at: datetime) -> None:
    """`settings` as SignalSettings stores them. Raises Invalid with the field, Conflict, NotFound."""
    branch = db.session.get(Branch, branch_id, with_for_update=True)
    if branch is None:
        raise NotFound("not_found")
    policy.check_branch(by, branch_id)
    if branch.version != version:
        raise Conflict("changed_meanwhile")
    wanted, now = SignalSettings.of(settings).checked(), SignalSettings.of(branch.signals)
    before, after = audit.changed(now.flat(), wanted.flat())
    if not after:
        return
    branch.signals = wanted.stored()
    branch.version += 1
    audit.record(
        actor_id=by.id, action="branch.signals", object_type="branch", object_id=branch.id, branch_id=branch.id,
        before=before, after=after, at=at,
    )  # fmt: skip
    _weigh_anew(branch, at)


def _weigh_anew(branch: Branch, at: datetime) -> None:
    """Days with a question that is still open, and days that are not paid yet, come out by the new weights."""
    day = (CheckInSignals.employee_id, CheckInSignals.work_date)
    unpaid = CheckInSignals.work_date > branch.settled_through if branch.settled_through else CheckInSignals.score > 0
    found = (
        select(*day)
        .outerjoin(AttendanceException, asked_about(CheckInSignals.check_in_id))
        .where(CheckInSignals.branch_id == branch.id, CheckInSignals.at >= at - REMEMBERED)
        .where(or_(AttendanceException.state == "open", unpaid))
        .group_by(*day)
        .order_by(CheckInSignals.work_date.desc(), CheckInSignals.employee_id)
        .limit(MOST)
    )
    for pair in conn().execute(found).all():
        announce(pair=(pair[0], pair[1]), at=at, bulk=True)
