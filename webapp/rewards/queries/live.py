"""What a day is worth the moment a check-in was recorded, from facts that are in hand already: one statement."""

from collections.abc import Collection
from datetime import datetime

from webapp.attendance.models import AttendanceDay
from webapp.attendance.rules import DayFacts
from webapp.core.db import conn
from webapp.rewards.queries.days import BranchFacts, Pair, snapshot_of
from webapp.rewards.queries.load import ONE_DAY, _work
from webapp.rewards.queries.preview import _earned
from webapp.rewards.queries.shops import store_types
from webapp.rewards.rules import Earned
from webapp.rules.queries import ranges_in, with_ranges
from webapp.visits.rules import VisitRow, visit_facts


def earned_at_once(pair: Pair, *, facts: DayFacts, visits: Collection[VisitRow], at: datetime) -> Earned | None:
    """Like earned_today, with the run of days as it was settled last."""
    rows = conn().execute(_DAY_AND_RULES, {"who": pair[0], "on": pair[1]}).all()
    if not rows:
        return None
    row = rows[0]
    branch = BranchFacts(ranges_in(rows)[row.branch_id])
    snapshot = snapshot_of(
        pair,
        row,
        branch,
        visits=visit_facts(visits, facts),
        store_type_id=store_types([pair]).get(pair) if branch.is_scoped else None,
        figure=(row.sales, row.target),
        run_before=row.base_run or 0,
    )
    return _earned(_work(row, snapshot, branch, {}, at))


_DAY_AND_RULES = with_ranges(ONE_DAY, AttendanceDay.__table__.c.branch_id)
