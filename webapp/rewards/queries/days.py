"""Attendance days as snapshots, and what a branch adds to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select

from webapp.attendance.models import AttendanceDay
from webapp.attendance.queries import expectation_of
from webapp.attendance.rules import DayResult
from webapp.core.db import conn
from webapp.rules.queries import Ranges, ranges_of
from webapp.rules.rules import Snapshot, VisitFact
from webapp.wallet import queries as wallet
from webapp.wallet import rules as wallet_rules

Pair = tuple[int, date]
Figure = tuple[int | None, int | None]
RESULT_COLUMNS = tuple(DayResult.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """A branch with its rules and, for booking, the months that were paid already."""

    rules: Ranges
    closed: Collection[str] = ()

    def booked_on(self, work_date: date, at: datetime) -> date:
        """The day something about `work_date` is booked on now."""
        today = at.astimezone(ZoneInfo(self.rules.timezone)).date()
        return wallet_rules.open_date(work_date, today, self.closed)

    @property
    def is_scoped(self) -> bool:
        """Some rule is limited to one store type."""
        return any(rule.store_type_id is not None for rule, _, _ in self.rules.versions)


DAY_COLUMNS = tuple(
    AttendanceDay.__table__.c[name] for name in ("employee_id", "work_date", "branch_id", *RESULT_COLUMNS)
)
_BETWEEN = (
    select(*DAY_COLUMNS)
    .where(
        AttendanceDay.employee_id.in_(bindparam("ids", expanding=True)),
        AttendanceDay.work_date > bindparam("after"),
        AttendanceDay.work_date < bindparam("before"),
    )
    .order_by(AttendanceDay.work_date)
)


def branch_facts(branch_ids: Collection[int], *, booking: bool = True) -> dict[int, BranchFacts]:
    """Branches with their rules, and for booking with their closed months; one or two statements."""
    if not branch_ids:
        return {}
    closed = wallet.closed_months(branch_ids) if booking else {}
    return {branch: BranchFacts(rules, closed.get(branch, ())) for branch, rules in ranges_of(branch_ids).items()}


def days_between(employee_ids: Collection[int], *, after: date, before: date) -> Sequence[Row[Any]]:
    """Attendance days strictly between two dates, in order; one statement."""
    return conn().execute(_BETWEEN, {"ids": list(employee_ids), "after": after, "before": before}).all()


def snapshot_of(
    pair: Pair,
    day: DayResult | Row[Any],
    branch: BranchFacts,
    *,
    visits: Sequence[VisitFact] = (),
    store_type_id: int | None = None,
    figure: Figure = (None, None),
    run_before: int = 0,
) -> Snapshot:
    """What the rules may know. `figure` is (sales, target)."""
    zone = ZoneInfo(branch.rules.timezone)
    return Snapshot(
        employee_id=pair[0],
        work_date=pair[1],
        currency=branch.rules.currency,
        store_type_id=store_type_id,
        scheduled=day.scheduled,
        status=day.status,
        present=day.present,
        minutes_late=day.minutes_late,
        minutes_early=day.minutes_early,
        grace_minutes=day.grace_minutes,
        excused=day.excused,
        complete=day.complete,
        undecided=day.undecided,
        sales=figure[0],
        target=figure[1],
        visits=tuple(visits),
        run_before=run_before,
        starts=_hm(day.starts_at, zone),
        first_in=_hm(day.first_in, zone),
        timezone=branch.rules.timezone,
        parted=bool(day.terms) and len(expectation_of(day).parts) > 1,
    )


def _hm(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else f"{moment.astimezone(zone):%H:%M}"
