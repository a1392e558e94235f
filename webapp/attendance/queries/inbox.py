"""The exceptions of HR's inbox: their keys in the list of all that waits, and the rows of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.engine import Row

from webapp.attendance import policy
from webapp.attendance.models import AttendanceDay, AttendanceException, CheckIn, Decision, Verdict
from webapp.attendance.queries.deadlines import is_overdue
from webapp.attendance.rules.deadlines import Deadlines
from webapp.attendance.rules.words import EXCEPTIONS
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.core.merged import key
from webapp.people.models import Branch, Employee
from webapp.sites.models import Site, StoreType
from webapp.sites.policy import supervised_by
from webapp.wallet.rules import month_span

Due = Mapping[int, Deadlines]
PAGE = 50


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """What the list shows; everything comes from the address."""

    q: str = ""
    kind: str = ""
    branch_id: int | None = None
    store_type_id: int | None = None
    supervisor_id: int | None = None
    days: int | None = None
    """At least so many days old."""
    state: str = "open"
    """open | decided | all"""
    sort: str = "day"
    sent: int = 0
    """1: only what a supervisor sent to HR."""
    mine: int = 0
    """1: only what the reader decided."""
    month: str = ""
    """Only days of "2026-11"."""
    overdue: int = 0
    """1: only what should be decided by now."""
    own: int = 0
    """1: only what is about the reader, which others decide; else nothing of that waits here."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One exception with everything its line shows. Metres; `decision` is the newest step of its history."""

    id: int
    kind: str
    state: str
    seq: int
    employee_id: int
    name: str
    staff_no: str
    work_date: date
    opened_at: datetime
    params: dict[str, Any]
    branch_id: int
    branch: str
    timezone: str
    currency: str
    site_id: int | None
    site: str | None
    type_en: str | None
    type_zh: str | None
    check_in_id: int | None
    counted_at: datetime | None
    accuracy_m: float | None
    distance_m: float | None
    radius_m: int | None
    reason: str | None
    """Of the verdict."""
    status: str | None
    minutes_late: int | None
    minutes_early: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    first_in: datetime | None
    last_out: datetime | None
    terms: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    decision_reason: str | None

    @property
    def pair(self) -> tuple[int, date]:
        return self.employee_id, self.work_date

    @property
    def beyond_m(self) -> float | None:
        beyond = -1.0 if self.distance_m is None else self.distance_m - (self.radius_m or 0)
        return beyond if beyond > 0 else None

    @property
    def asked_at(self) -> datetime | None:
        """The time the person asks for."""
        return self.moment("at")

    def moment(self, name: str) -> datetime | None:
        written = self.params.get(name)
        return datetime.fromisoformat(written).astimezone(UTC) if written else None


def inbox_keys(user: SignedIn, wanted: InboxFilters, *, at: datetime, due: Due) -> Select[Any]:
    """For merging with what else waits."""
    about = AttendanceException
    columns = key(
        "exception", id=about.id, branch_id=about.branch_id, opened_at=about.opened_at, day=about.work_date,
        person=Employee.name, rank=_SORTS["kind"], place=Site.name, late=is_overdue(due, at),
    )  # fmt: skip
    return _filtered(user, wanted, at, due).with_only_columns(*columns)


def inbox_rows(
    user: SignedIn, wanted: InboxFilters, *, at: datetime, due: Due | None = None, most: int = 1000
) -> list[InboxRow]:
    """Every matching row, at most `most` of them and those with the oldest days, for sorting by what no table knows."""
    found = _filtered(user, wanted, at, due or {})
    oldest = found.with_only_columns(AttendanceException.id)
    oldest = oldest.order_by(AttendanceException.work_date, AttendanceException.id).limit(most)
    some = _visible(user).where(AttendanceException.id.in_(oldest.scalar_subquery()))
    return [_row(row) for row in conn().execute(_sorted(some, wanted.sort))]


def inbox_some(user: SignedIn, ids: Collection[int]) -> list[InboxRow]:
    """These, as far as the person may see them, oldest day first."""
    found = _visible(user).where(AttendanceException.id.in_(list(ids)))
    return [_row(row) for row in conn().execute(_sorted(found, "day"))]


def withdrawn_among(user: SignedIn, ids: Collection[int]) -> int:
    """How many of these have nothing to decide any more; the inbox does not show them."""
    about = AttendanceException
    found = select(func.count()).where(about.id.in_(list(ids)), about.state == "withdrawn", policy.seen_by(user))
    return conn().scalar(found) or 0


def inbox_one(user: SignedIn, exception_id: int) -> InboxRow:
    """Raises NotFound."""
    found = inbox_some(user, [exception_id])
    if not found:
        raise NotFound("not_found")
    return found[0]


def _visible(user: SignedIn) -> Select[Any]:
    day, said = AttendanceDay.__table__, Decision.__table__
    of_day = and_(
        day.c.employee_id == AttendanceException.employee_id, day.c.work_date == AttendanceException.work_date
    )
    newest = and_(said.c.exception_id == AttendanceException.id, said.c.seq == AttendanceException.state_seq)
    return (
        select(*_COLUMNS, _DECIDER.c.name, AttendanceException.decided_at, said.c.decision, said.c.reason)
        .select_from(AttendanceException)
        .join(Employee, Employee.id == AttendanceException.employee_id)
        .join(Branch, Branch.id == AttendanceException.branch_id)
        .outerjoin(Site, Site.id == AttendanceException.site_id)
        .outerjoin(StoreType, StoreType.id == Site.store_type_id)
        .outerjoin(CheckIn, CheckIn.id == AttendanceException.check_in_id)
        .outerjoin(Verdict, Verdict.check_in_id == CheckIn.id)
        .outerjoin(day, of_day)
        .outerjoin(_DECIDER, _DECIDER.c.id == AttendanceException.decided_by)
        .outerjoin(said, newest)
        .where(policy.seen_by(user), AttendanceException.state != "withdrawn")
    )


def _filtered(user: SignedIn, wanted: InboxFilters, at: datetime, due: Due) -> Select[Any]:
    found = _visible(user).where(_matches(wanted.q))
    exact = {
        AttendanceException.kind: wanted.kind,
        AttendanceException.branch_id: wanted.branch_id,
        Site.store_type_id: wanted.store_type_id,
    }
    for column, value in exact.items():
        found = found.where(column == value) if value else found
    if wanted.supervisor_id:
        found = found.where(_answers_to(wanted.supervisor_id))
    found = _timely(found, wanted, at, due)
    if wanted.sent:
        found = found.where(Decision.__table__.c.decision == "passed_on")
    mine = policy.own(user)
    found = found.where(mine if wanted.own else or_(AttendanceException.state != "open", ~mine))
    if wanted.mine:
        found = found.where(AttendanceException.decided_by == user.id)
    if wanted.state == "open":
        return found.where(AttendanceException.state == "open")
    return found.where(AttendanceException.state != "open") if wanted.state == "decided" else found


def _timely(found: Select[Any], wanted: InboxFilters, at: datetime, due: Due) -> Select[Any]:
    if wanted.days:
        found = found.where(AttendanceException.opened_at <= at - timedelta(days=wanted.days))
    if wanted.overdue:
        found = found.where(is_overdue(due, at))
    if wanted.month:
        found = found.where(AttendanceException.work_date.between(*month_span(wanted.month)))
    return found


def _answers_to(supervisor_id: int) -> ColumnElement[bool]:
    team = select(Employee.team_id).where(Employee.id == supervisor_id).scalar_subquery()
    return or_(AttendanceException.site_id.in_(supervised_by(supervisor_id)), Employee.team_id == team)


def _matches(text: str) -> ColumnElement[bool]:
    """Every word of `text` is in the name, the number or the store."""
    spots = (Employee.name, Employee.staff_no, func.coalesce(Site.name, ""))
    words = text.split()[:5]
    return and_(true(), *(or_(*(spot.icontains(word, autoescape=True) for spot in spots)) for word in words))


def _sorted(found: Select[Any], sort: str) -> Select[Any]:
    by = _SORTS.get(sort.removeprefix("-"), AttendanceException.work_date)
    ordered = by.desc().nulls_last() if sort.startswith("-") else by.asc().nulls_last()
    return found.order_by(ordered, AttendanceException.work_date, Employee.name, AttendanceException.id)


def _row(row: Row[Any]) -> InboxRow:
    return InboxRow(*row)


_SORTS: dict[str, Any] = {
    "day": AttendanceException.work_date,
    "person": Employee.name,
    "kind": case({kind: number for number, kind in enumerate(EXCEPTIONS)}, value=AttendanceException.kind),
    "store": Site.name,
    "branch": Branch.name,
    "opened": AttendanceException.opened_at,
    "due": AttendanceException.opened_at,
}
_DECIDER = Employee.__table__.alias("decider")
_COLUMNS = (
    AttendanceException.id, AttendanceException.kind, AttendanceException.state, AttendanceException.state_seq,
    AttendanceException.employee_id, Employee.name, Employee.staff_no, AttendanceException.work_date,
    AttendanceException.opened_at, AttendanceException.params, AttendanceException.branch_id, Branch.name,
    Branch.timezone, Branch.currency, AttendanceException.site_id, Site.name, StoreType.name_en, StoreType.name_zh,
    AttendanceException.check_in_id, CheckIn.counted_at, CheckIn.accuracy_m, Verdict.distance_m,
    Verdict.radius_m, Verdict.reason, AttendanceDay.status, AttendanceDay.minutes_late, AttendanceDay.minutes_early,
    AttendanceDay.starts_at, AttendanceDay.ends_at, AttendanceDay.first_in, AttendanceDay.last_out,
    AttendanceDay.terms,
)  # fmt: skip
