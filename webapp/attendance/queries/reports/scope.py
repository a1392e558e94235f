"""What a report looks at, and by what it counts: one select of days that every report starts from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, select
from sqlalchemy.engine import Row

from webapp.attendance import policy
from webapp.attendance.models import AttendanceDay, CheckIn, CheckInVoid, Punch
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.people.models import Branch, Employee, Team
from webapp.schedules.models import PlanStop
from webapp.sites.models import Site, StoreType
from webapp.sites.policy import supervised_by

BY = ("branch", "team", "type", "site", "person")
AT_A_SITE = frozenset({"site", "type"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Both dates count; the period before is as long and ends the day before `since`."""

    branch_ids: tuple[int, ...]
    since: date
    until: date
    team_id: int | None = None
    store_type_id: int | None = None
    by: str = "branch"
    """all | one of BY, and what a report adds to them"""
    supervisor: SignedIn | None = None
    """Only days this supervisor answers for, as on their other pages; other stores than theirs are none by name."""
    site_id: int | None = None

    @property
    def before(self) -> date:
        return self.since - (self.until - self.since) - timedelta(days=1)

    @property
    def before_until(self) -> date:
        return self.since - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a report: what it is about, and its figures of the period and of the one before."""

    key: int | None
    name: str | None
    name_zh: str | None
    note: str | None
    """Staff number or code."""
    branch: str | None
    now: Any
    past: Any


def _site_of_day() -> ColumnElement[int]:
    """Where the person first checked in, else first punched, else was planned first."""
    day = AttendanceDay
    void = select(CheckInVoid.check_in_id).where(CheckInVoid.check_in_id == CheckIn.id).exists()
    came = select(CheckIn.site_id).where(
        CheckIn.employee_id == day.employee_id, CheckIn.work_date == day.work_date, CheckIn.kind == "in",
        CheckIn.site_id.is_not(None), not_(void),
    ).order_by(CheckIn.tapped_at, CheckIn.id)  # fmt: skip
    punched = select(Punch.site_id).where(
        Punch.employee_id == day.employee_id, Punch.work_date == day.work_date, Punch.site_id.is_not(None)
    ).order_by(Punch.at, Punch.id)  # fmt: skip
    planned = select(PlanStop.site_id).where(
        PlanStop.employee_id == day.employee_id, PlanStop.work_date == day.work_date
    ).order_by(PlanStop.seq)  # fmt: skip
    found = [one.limit(1).correlate(day).scalar_subquery() for one in (came, punched, planned)]
    return func.coalesce(*found)


SITE_OF_DAY = _site_of_day()
_KEYS: dict[str, Any] = {
    "all": literal(0),
    "branch": AttendanceDay.branch_id,
    "team": Employee.team_id,
    "type": Site.store_type_id,
    "site": Site.id,
    "person": AttendanceDay.employee_id,
}


_MODELS: dict[str, Any] = {"branch": Branch, "team": Team, "type": StoreType, "site": Site, "person": Employee}


def days_of(scope: Scope, *columns: Any, key: Any = None) -> Select[Any]:
    """Days of both periods as (key, past, columns …); `past` is 1 for the period before."""
    past = case((AttendanceDay.work_date < scope.since, 1), else_=0)
    found = (
        select((_KEYS.get(scope.by, _KEYS["all"]) if key is None else key).label("key"), past.label("past"), *columns)
        .select_from(AttendanceDay)
        .where(
            AttendanceDay.branch_id.in_(scope.branch_ids),
            AttendanceDay.work_date >= scope.before,
            AttendanceDay.work_date <= scope.until,
        )
    )
    if scope.by == "team" or scope.team_id or scope.supervisor:
        found = found.join(Employee, Employee.id == AttendanceDay.employee_id)
    if scope.by in AT_A_SITE or scope.store_type_id or scope.site_id:
        found = found.outerjoin(Site, and_(Site.id == SITE_OF_DAY, *_theirs(scope)))
    return found.where(*_narrowed(scope))


def _theirs(scope: Scope) -> list[ColumnElement[bool]]:
    return [Site.id.in_(supervised_by(*scope.supervisor.acts_as))] if scope.supervisor else []


def _narrowed(scope: Scope) -> list[ColumnElement[bool]]:
    wanted = (
        (Employee.team_id, scope.team_id), (Site.store_type_id, scope.store_type_id), (Site.id, scope.site_id)
    )  # fmt: skip
    found = [column == value for column, value in wanted if value]
    if scope.supervisor:
        found.append(policy.supervised(scope.supervisor, AttendanceDay.work_date))
    return found


CAME = and_(AttendanceDay.first_in.is_not(None), AttendanceDay.status != "absent")
"""Their coming is known, and nobody's word stands against it."""
LATE = and_(CAME, AttendanceDay.minutes_late > 0)


def due(found: Select[Any]) -> Select[Any]:
    """Only days somebody was to work and whose window has ended; who is on leave by a supervisor's word was not."""
    day = AttendanceDay
    return found.where(day.scheduled.is_(True), day.over.is_(True), day.status.not_in(("leave", "rest")))


def groups(by: str, counted: Select[Any]) -> list[Group]:
    """Run a select of (key, past, figures …) and put the two periods of each key side by side, with its names."""
    return paired(conn().execute(_named(by, counted)))


def paired(rows: Iterable[Row[Any]]) -> list[Group]:
    found: dict[int | None, list[Row[Any] | None]] = {}
    for row in rows:
        found.setdefault(row.key, [None, None])[row.past] = row
    return [_group(key, now, past) for key, (now, past) in found.items()]


def beside(by: str, figures: Mapping[tuple[int | None, int], Any]) -> list[Group]:
    """The same of {(key, past): figures} that were counted here."""
    keys, named = dict.fromkeys(key for key, _ in figures), {}
    if by in _MODELS:
        ids = select(_MODELS[by].id.label("key")).where(_MODELS[by].id.in_([key for key in keys if key is not None]))
        named = {row.key: row for row in conn().execute(_named(by, ids))}
    nobody = (None, None, None, None)
    return [
        Group(key, *(named[key][1:5] if key in named else nobody), figures.get((key, 0)), figures.get((key, 1)))
        for key in keys
    ]


def _group(key: int | None, now: Row[Any] | None, past: Row[Any] | None) -> Group:
    said: Any = now or past
    return Group(key, said.name, said.name_zh, said.note, said.branch, now, past)


def _named(by: str, counted: Select[Any]) -> Select[Any]:
    """With the names of what the keys stand for, in the same statement."""
    found, none = counted.subquery(), literal(None)
    known: dict[str, tuple[Any, Any, Any, Any, Any]] = {
        "branch": (Branch, Branch.id, Branch.name, Branch.name, Branch.code),
        "team": (Team, Team.branch_id, Team.name, Team.name, none),
        "type": (StoreType, StoreType.branch_id, StoreType.name_en, StoreType.name_zh, StoreType.code),
        "site": (Site, Site.branch_id, Site.name, Site.name, Site.code),
        "person": (Employee, Employee.branch_id, Employee.name, Employee.name, Employee.staff_no),
    }
    if by not in known:
        labels = [none.label(name) for name in ("name", "name_zh", "note", "branch")]
        return select(found, *labels)
    model, branch_id, name, name_zh, note = known[by]
    labels = [name.label("name"), name_zh.label("name_zh"), note.label("note")]
    if model is Branch:
        return select(found, *labels, name.label("branch")).outerjoin(Branch, Branch.id == found.c.key)
    home = Branch.__table__.alias("home")
    named = select(found, *labels, home.c.name.label("branch")).outerjoin(model, model.id == found.c.key)
    return named.outerjoin(home, home.c.id == branch_id)
