"""Opening a branch: with store types, rules and a calendar it can work from the first day."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Invalid
from webapp.people import service as people
from webapp.people.models import Branch
from webapp.rules import service as rules
from webapp.schedules.models import LeaveType
from webapp.schedules.rules import LEAVE_TYPES
from webapp.schedules.service.calendar import seed_calendar
from webapp.sites import service as sites

# code, English, Chinese, start, end, grace in minutes
STORE_TYPES = (
    ("supermarket", "Supermarket", "超市", "09:00", "18:00", 20),
    ("community", "Community store", "社区店", "09:00", "18:00", 10),
    ("convenience", "Convenience store", "便利店", "08:30", "17:30", 10),
    ("specialty", "Specialty store", "专卖店", "10:00", "19:00", 15),
)


def open_branch(*, by: SignedIn | None, at: datetime, settled_from: date, **settings: Any) -> Branch:
    """A branch as people.service.create_branch makes it, with everything a day needs. Raises Invalid, Forbidden."""
    branch = people.create_branch(by=by, at=at, settled_from=settled_from, **settings)
    for code, name_en, name_zh, start, end, grace in STORE_TYPES:
        sites.create_store_type(
            by=None, branch_id=branch.id, code=code, name_en=name_en, name_zh=name_zh,
            shift_start=start, shift_end=end, grace_minutes=grace, at=at,
        )  # fmt: skip
    rules.seed_defaults(branch_id=branch.id, currency=branch.currency, effective_from=settled_from, at=at)
    for position, (code, name_en, name_zh) in enumerate(LEAVE_TYPES):
        db.session.add(
            LeaveType(branch_id=branch.id, code=code, name_en=name_en, name_zh=name_zh, position=position, version=1)
        )
    # Not every country has a list of holidays; HR then writes its own.
    with suppress(Invalid):
        seed_calendar(by=None, branch_id=branch.id, years=(settled_from.year, settled_from.year + 1), at=at)
    return branch
