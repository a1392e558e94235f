"""A rep's own visits as the phone shows them. One statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from webapp.attendance.models import AttendanceDay, AttendanceException, CheckIn, Decision, Verdict
from webapp.attendance.rules import ABOUT_A_MARK, CLEARED_WHEN_WITHDRAWN
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Branch
from webapp.sites.models import Site, StoreType
from webapp.sites.queries.places import shows_code
from webapp.sites.rules import FencePolicy
from webapp.visits.models import Visit

LOOK_BACK = timedelta(days=14)
MOST_UNFINISHED = 4


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
    check_out_id: int | None
    note: str
    next_on: date | None
    received_at: datetime
    verdict: str
    reason: str
    exception_kind: str | None
    exception_state: str | None
    exception_params: dict[str, Any] | None
    decision_reason: str | None
    decided_at: datetime | None
    shows_code: bool
    unplaced: bool
    """Nobody has said yet where this store is."""
    photo_state: str | None
    """Of the exception that waits for a photo: open until it arrives; None where none is needed."""
    branch_policy: dict[str, Any]
    own_policy: dict[str, Any] | None
    minutes_late: int
    is_first: bool

    @property
    def state(self) -> str:
        """accepted | pending | rejected"""
        if self.lacks_only_photo:
            return "pending"
        if self.counts_open:
            return "accepted"
        return {"open": "pending", "rejected": "rejected"}.get(self.exception_state or "", "accepted")

    @property
    def needs_photo(self) -> bool:
        return self.photo_state == "open"

    @property
    def lacks_only_photo(self) -> bool:
        return self.needs_photo and (self.exception_kind == "photo" or self.counts_open)

    @property
    def takes_photos(self) -> bool:
        return self.needs_photo or FencePolicy.of(self.branch_policy, self.own_policy).photo != "none"

    @property
    def counts_open(self) -> bool:
        """It counts, and somebody looks at it afterwards."""
        return self.exception_state == "open" and bool((self.exception_params or {}).get("counts"))

    @property
    def is_field(self) -> bool:
        """Outside its store, and that is as good as inside here."""
        return self.verdict == "outside" and self.exception_kind is None


def board(employee_id: int, today: date) -> list[VisitSeen]:
    """Visits of the work date and the newest unfinished ones of the two weeks before, oldest first."""
    span = {"who": employee_id, "today": today, "since": today - LOOK_BACK}
    return [seen(row) for row in conn().execute(_BOARD, span)]


def on_day(employee_id: int, on: date) -> list[VisitSeen]:
    """One day's visits in the order they began, without those taken back."""
    return [seen(row) for row in conn().execute(_ON_DAY, {"who": employee_id, "on": on})]


def detail(user: SignedIn, visit_id: int) -> VisitSeen:
    """One's own visit. Raises NotFound."""
    row = conn().execute(_ONE, {"who": user.id, "id": visit_id}).first()
    if row is None:
        raise NotFound("not_found")
    return seen(row)


def of_check_in(user: SignedIn, client_id: str) -> VisitSeen:
    """One's own visit, by the id the phone gave its check-in. Raises NotFound."""
    row = conn().execute(_OF_CHECK_IN, {"who": user.id, "client": client_id}).first()
    if row is None:
        raise NotFound("not_found")
    return seen(row)


def counts(employee_id: int, first: date, last: date) -> dict[date, int]:
    """{work date: visits}; dates without one are left out."""
    rows = conn().execute(_COUNTS, {"who": employee_id, "first": first, "last": last})
    return {row.work_date: row.visits for row in rows}


def seen(row: Any) -> VisitSeen:
    *given, state, minutes_late, first_in = row
    visit = dict(zip(_NAMES, given, strict=True))
    is_first = first_in is not None and first_in == visit["started_at"]
    return VisitSeen(
        **visit, is_open=state == "open", minutes_late=minutes_late or 0 if is_first else 0, is_first=is_first
    )


_asked = AttendanceException.__table__.alias("asked_photo")
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
    ("check_out_id", Visit.check_out_id),
    ("note", Visit.note),
    ("next_on", Visit.next_on),
    ("received_at", CheckIn.received_at),
    ("verdict", Verdict.verdict),
    ("reason", Verdict.reason),
    ("exception_kind", AttendanceException.kind),
    ("exception_state", AttendanceException.state),
    ("exception_params", AttendanceException.params),
    ("decision_reason", Decision.reason),
    ("decided_at", AttendanceException.decided_at),
    ("shows_code", shows_code(Visit.site_id)),
    ("unplaced", and_(Site.id.is_not(None), Site.lat.is_(None))),
    ("photo_state", _asked.c.state),
    ("branch_policy", Branch.fence_policy),
    ("own_policy", StoreType.fence_policy),
)
_NAMES = tuple(name for name, _ in _COLUMNS)
_about = AttendanceException.__table__.alias("about")
_RANK = case({"rejected": 0, "open": 1, "approved": 2}, value=_about.c.state, else_=3)
_DECISIVE = (
    select(_about.c.id)
    .where(
        _about.c.employee_id == CheckIn.employee_id,
        _about.c.work_date == CheckIn.work_date,
        _about.c.check_in_id == CheckIn.id,
        _about.c.kind.in_(sorted(ABOUT_A_MARK)),
        or_(_about.c.kind.not_in(sorted(CLEARED_WHEN_WITHDRAWN)), _about.c.state != "withdrawn"),
    )
    .order_by(_RANK, _about.c.kind == "photo", _about.c.kind != "signals", _about.c.id)
    .limit(1)
    .scalar_subquery()
    .correlate(CheckIn)
)
"""Of the exceptions about one check-in, the one that it hangs on."""
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
    .join(Branch, Branch.id == Visit.branch_id)
    .outerjoin(Site, Site.id == Visit.site_id)
    .outerjoin(StoreType, StoreType.id == Site.store_type_id)
    .outerjoin(
        _asked,
        and_(
            _asked.c.employee_id == CheckIn.employee_id,
            _asked.c.work_date == CheckIn.work_date,
            _asked.c.check_in_id == CheckIn.id,
            _asked.c.kind == "photo",
        ),
    )
    .outerjoin(
        AttendanceException,
        AttendanceException.id == _DECISIVE,
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
_left = Visit.__table__.alias("left_open")
_UNFINISHED = (
    select(_left.c.id)
    .where(
        _left.c.employee_id == bindparam("who"),
        _left.c.state == "open",
        _left.c.work_date >= bindparam("since"),
        _left.c.work_date < bindparam("today"),
    )
    .order_by(_left.c.started_at.desc())
    .limit(MOST_UNFINISHED)
)
_BOARD = SEEN.where(
    Visit.employee_id == bindparam("who"),
    or_(Visit.work_date == bindparam("today"), Visit.id.in_(_UNFINISHED)),
)
_ON_DAY = SEEN.where(Visit.employee_id == bindparam("who"), Visit.work_date == bindparam("on"))
_ONE = SEEN.where(Visit.employee_id == bindparam("who"), Visit.id == bindparam("id"))
_OF_CHECK_IN = SEEN.where(Visit.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"))
_COUNTS = (
    select(Visit.work_date, func.count().label("visits"))
    .where(
        Visit.employee_id == bindparam("who"),
        Visit.work_date.between(bindparam("first"), bindparam("last")),
        Visit.state != "void",
    )
    .group_by(Visit.work_date)
)
