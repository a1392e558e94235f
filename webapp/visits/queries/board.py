"""A rep's own visits as the phone shows them: today's, and those that were never finished. One statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from webapp.attendance.models import AttendanceDay, AttendanceException, CheckIn, Decision, Verdict
from webapp.attendance.rules import ABOUT_A_MARK
from webapp.core.db import conn
from webapp.sites.models import Site
from webapp.visits.models import Visit

LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class VisitSeen:
    """One visit with its check-in, what the server said about it, and what a person did."""

    id: int
    work_date: date
    site_id: int | None
    site_name: str
    started_at: datetime
    ended_at: datetime | None
    is_open: bool
    outcome: str | None
    client_id: str
    check_in_id: int
    received_at: datetime
    verdict: str
    reason: str
    exception_kind: str | None
    exception_state: str | None
    decision_reason: str | None
    decided_at: datetime | None
    minutes_late: int
    is_first: bool

    @property
    def state(self) -> str:
        """accepted | pending | rejected"""
        return {"open": "pending", "rejected": "rejected"}.get(self.exception_state or "", "accepted")


def board(employee_id: int, today: date) -> list[VisitSeen]:
    """Visits of the work date and unfinished ones of the two weeks before, oldest first."""
    span = {"who": employee_id, "today": today, "since": today - LOOK_BACK}
    return [seen(row) for row in conn().execute(_BOARD, span)]


def seen(row: Any) -> VisitSeen:
    *given, state, minutes_late, first_in = row
    visit = dict(zip(_NAMES, given, strict=True))
    is_first = first_in is not None and first_in == visit["started_at"]
    return VisitSeen(
        **visit, is_open=state == "open", minutes_late=minutes_late or 0 if is_first else 0, is_first=is_first
    )


_COLUMNS: Sequence[tuple[str, Any]] = (
    ("id", Visit.id),
    ("work_date", Visit.work_date),
    ("site_id", Visit.site_id),
    ("site_name", Site.name),
    ("started_at", Visit.started_at),
    ("ended_at", Visit.ended_at),
    ("outcome", Visit.outcome),
    ("client_id", CheckIn.client_id),
    ("check_in_id", CheckIn.id),
    ("received_at", CheckIn.received_at),
    ("verdict", Verdict.verdict),
    ("reason", Verdict.reason),
    ("exception_kind", AttendanceException.kind),
    ("exception_state", AttendanceException.state),
    ("decision_reason", Decision.reason),
    ("decided_at", AttendanceException.decided_at),
)
_NAMES = tuple(name for name, _ in _COLUMNS)
SEEN = (
    select(
        *(column.label(name) for name, column in _COLUMNS),
        Visit.state,
        AttendanceDay.minutes_late,
        AttendanceDay.first_in,
    )
    .select_from(Visit)
    .join(CheckIn, CheckIn.id == Visit.check_in_id)
    .join(Verdict, Verdict.check_in_id == CheckIn.id)
    .outerjoin(Site, Site.id == Visit.site_id)
    .outerjoin(
        AttendanceException,
        and_(AttendanceException.check_in_id == CheckIn.id, AttendanceException.kind.in_(sorted(ABOUT_A_MARK))),
    )
    .outerjoin(
        Decision,
        and_(Decision.exception_id == AttendanceException.id, Decision.seq == AttendanceException.state_seq),
    )
    .outerjoin(
        AttendanceDay,
        and_(AttendanceDay.employee_id == Visit.employee_id, AttendanceDay.work_date == Visit.work_date),
    )
    .where(Visit.state != "void")
    .order_by(Visit.started_at, Visit.id)
)
_BOARD = SEEN.where(
    Visit.employee_id == bindparam("who"),
    or_(
        Visit.work_date == bindparam("today"),
        and_(Visit.state == "open", Visit.work_date.between(bindparam("since"), bindparam("today"))),
    ),
)
