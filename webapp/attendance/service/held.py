"""Days of closed months: people may not change them, and what devices and phones still send waits beside them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance.models import HeldDay
from webapp.attendance.queries import days_and_branches
from webapp.attendance.queries.facts import Pair
from webapp.attendance.queries.months import in_closed_months
from webapp.core.db import is_postgres
from webapp.core.errors import Conflict
from webapp.core.prepared import Prepared
from webapp.wallet.rules import month_of


def hold_days(*, pairs: Mapping[Pair, int], at: datetime) -> None:
    """Note that something happened to these days, {day: branch}; the first time counts."""
    rows = [
        {"employee_id": who, "work_date": on, "branch_id": pairs[who, on], "at": at}
        for who, on in sorted(pairs)
    ]  # fmt: skip
    if rows:
        _note(is_postgres()).run(rows)


def check_month(*, employee_id: int, work_date: date, at: datetime) -> None:
    """Raises Conflict when the day's month is closed; what is not older than yesterday asks the database nothing."""
    if work_date >= at.astimezone(UTC).date():  # no zone is further behind UTC than a day
        return
    pair = (employee_id, work_date)
    if in_closed_months(days_and_branches([pair])[1], at):
        raise Conflict("month_closed", month=month_of(work_date))


@cache
def _note(postgres: bool) -> Prepared:
    query = (postgresql if postgres else sqlite).insert(HeldDay)
    return Prepared(query.on_conflict_do_nothing().inline())
