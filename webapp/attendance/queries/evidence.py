"""What phones said and what people decided, as rows to look at. One statement each, however many days."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.engine import Row

from webapp.attendance.models import AttendanceException, CheckIn, CheckInVoid, CodeUse, Decision, Verdict
from webapp.attendance.rules import ON_TIME, FencePicture, fence_picture
from webapp.core.db import conn
from webapp.people.models import Branch, Employee
from webapp.sites.models import Site, SiteSupervisor

Pair = tuple[int, date]


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One tap with its verdict; metres. Degrees are for pictures only and are never shown."""

    id: int
    employee_id: int
    work_date: date
    kind: str
    tapped_at: datetime
    received_at: datetime
    counted_at: datetime
    no_fix: str | None
    accuracy_m: float | None
    lat: float | None
    lng: float | None
    site_id: int | None
    site: str | None
    site_lat: float | None
    site_lng: float | None
    verdict: str
    reason: str
    distance_m: float | None
    radius_m: int | None
    void_at: datetime | None
    token_at: datetime | None
    code_at: datetime | None
    """When the right code of the store was typed for it."""
    code_own: bool
    """The person can show that store's code themselves."""
    exact: bool
    """False once the position was made coarse."""
    extra: dict[str, Any] | None = None
    site_polygon: list[tuple[float, float]] | None = None

    @property
    def is_late(self) -> bool:
        """Did it wait on the phone before it was sent?"""
        return self.received_at - self.counted_at > ON_TIME

    @property
    def remark(self) -> str:
        """What the person wrote with it."""
        return (self.extra or {}).get("remark", "")

    @property
    def beyond_m(self) -> float | None:
        """How far outside the fence the phone said it was; None when inside or unknown."""
        beyond = -1.0 if self.distance_m is None else self.distance_m - (self.radius_m or 0)
        return beyond if beyond > 0 else None

    @property
    def picture(self) -> FencePicture | None:
        """A tap judged without a radius was compared with an outline, which is drawn as it is today."""
        corners = () if self.radius_m else self.site_polygon or ()
        known = None not in (self.lat, self.lng, self.site_lat, self.site_lng)
        if not (self.exact and known and (self.radius_m or corners)):
            return None
        site, fix = (self.site_lat, self.site_lng), (self.lat, self.lng)
        return fence_picture(site, fix, self.radius_m or 0, self.accuracy_m, corners)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One exception and who decided it last."""

    id: int
    employee_id: int
    work_date: date
    kind: str
    state: str
    seq: int
    check_in_id: int | None
    site_id: int | None
    site: str | None
    params: dict[str, Any]
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One step of an exception's history: approved, rejected, reopened, passed_on."""

    seq: int
    decision: str
    by: str
    role: str
    at: datetime
    reason: str
    params: dict[str, Any] | None


def mark_rows(pairs: Collection[Pair]) -> dict[Pair, list[MarkRow]]:
    """Taps of each day in order, the ones taken back too."""
    return _grouped(conn().execute(_MARKS, _span(pairs)) if pairs else (), MarkRow)


def issue_rows(pairs: Collection[Pair]) -> dict[Pair, list[IssueRow]]:
    """Exceptions of each day in the order they came up, without those taken back."""
    return _grouped(conn().execute(_ISSUES, _span(pairs)) if pairs else (), IssueRow)


def decisions_of(exception_id: int) -> list[DecisionRow]:
    return [DecisionRow(*row) for row in conn().execute(_DECISIONS, {"id": exception_id})]


def whose(exception_ids: Collection[int]) -> dict[int, Pair]:
    """Whose day each exception is about."""
    rows = conn().execute(_WHOSE, {"ids": sorted(exception_ids)}) if exception_ids else ()
    return {row.id: (row.employee_id, row.work_date) for row in rows}


def exceptions_about(people: Collection[int]) -> tuple[int, ...]:
    """The newest exceptions of some people, withdrawn ones too; at most _MOST."""
    return tuple(conn().scalars(_ABOUT, {"people": sorted(people)})) if people else ()


def _grouped(rows: Any, kind: Any) -> dict[Pair, list[Any]]:
    found: dict[Pair, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.employee_id, row.work_date].append(_made(kind, row))
    return found


def _made(kind: Any, row: Row[Any]) -> Any:
    return kind(*row)


def _span(pairs: Collection[Pair]) -> dict[str, Any]:
    return {"people": sorted({who for who, _ in pairs}), "dates": sorted({on for _, on in pairs})}


_PEOPLE, _DATES = bindparam("people", expanding=True), bindparam("dates", expanding=True)
_CODE = select(func.min(CodeUse.typed_at)).where(CodeUse.check_in_id == CheckIn.id).scalar_subquery()
_SUPERVISES = exists().where(
    SiteSupervisor.site_id == CheckIn.site_id, SiteSupervisor.employee_id == CheckIn.employee_id
)
_MARKS = (
    select(
        CheckIn.id, CheckIn.employee_id, CheckIn.work_date, CheckIn.kind, CheckIn.tapped_at, CheckIn.received_at,
        CheckIn.counted_at, CheckIn.no_fix, CheckIn.accuracy_m, CheckIn.lat, CheckIn.lng, CheckIn.site_id, Site.name,
        Site.lat, Site.lng, Verdict.verdict, Verdict.reason, Verdict.distance_m, Verdict.radius_m, CheckInVoid.at,
        CheckIn.token_at, _CODE, _SUPERVISES, CheckIn.id > Branch.coarse_through, CheckIn.extra, Site.polygon,
    )
    .join(Branch, Branch.id == CheckIn.branch_id)
    .join(Verdict, Verdict.check_in_id == CheckIn.id)
    .outerjoin(Site, Site.id == CheckIn.site_id)
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .where(CheckIn.employee_id.in_(_PEOPLE), CheckIn.work_date.in_(_DATES))
    .order_by(CheckIn.counted_at, CheckIn.id)
)  # fmt: skip
_NEWEST = and_(Decision.exception_id == AttendanceException.id, Decision.seq == AttendanceException.state_seq)
_ISSUES = (
    select(
        AttendanceException.id, AttendanceException.employee_id, AttendanceException.work_date,
        AttendanceException.kind, AttendanceException.state, AttendanceException.state_seq,
        AttendanceException.check_in_id, AttendanceException.site_id, Site.name, AttendanceException.params,
        AttendanceException.opened_at, Employee.name, AttendanceException.decided_at, Decision.decision,
        Decision.reason,
    )
    .outerjoin(Site, Site.id == AttendanceException.site_id)
    .outerjoin(Employee, Employee.id == AttendanceException.decided_by)
    .outerjoin(Decision, _NEWEST)
    .where(
        AttendanceException.employee_id.in_(_PEOPLE),
        AttendanceException.work_date.in_(_DATES),
        AttendanceException.state != "withdrawn",
    )
    .order_by(AttendanceException.id)
)  # fmt: skip
_DECISIONS = (
    select(Decision.seq, Decision.decision, Employee.name, Employee.role, Decision.at, Decision.reason, Decision.params)
    .join(Employee, Employee.id == Decision.by)
    .where(Decision.exception_id == bindparam("id"))
    .order_by(Decision.seq)
)
_MOST = 2000
_WHOSE = select(AttendanceException.id, AttendanceException.employee_id, AttendanceException.work_date).where(
    AttendanceException.id.in_(bindparam("ids", expanding=True))
)
_ABOUT = (
    select(AttendanceException.id)
    .where(AttendanceException.employee_id.in_(_PEOPLE))
    .order_by(AttendanceException.id.desc())
    .limit(_MOST)
)
