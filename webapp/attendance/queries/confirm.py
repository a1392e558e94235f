"""Who was there: the list a supervisor confirms, one person's day, the month behind it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, and_, case, cast, exists, func, or_, select

from webapp.attendance import policy
from webapp.attendance.models import AttendanceDay, AttendanceException, Confirmation
from webapp.attendance.queries.evidence import IssueRow, MarkRow, issue_rows, mark_rows
from webapp.attendance.queries.facts import RESULT_COLUMNS, Pair, expectation_of
from webapp.attendance.rules import DayResult
from webapp.attendance.rules.justify import suggested
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Employee
from webapp.schedules.queries import expectations
from webapp.schedules.rules import Expectation
from webapp.sites.policy import supervised_by

_SAID = ("seq", "word", "reason", "note", "at", "bulk")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The last word about a day: present, absent or undone."""

    seq: int
    word: str
    reason: str | None
    note: str
    by: str
    at: datetime
    bulk: bool

    @property
    def reason_code(self) -> str | None:
        """Of the words for the reason."""
        return f"{self.word}_{self.reason}" if self.reason else None


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One rep on one work date as a supervisor looks at it. `day` is None until something happened."""

    employee_id: int
    staff_no: str
    name: str
    phone: str | None
    work_date: date
    day: DayResult | None
    expected: Expectation
    said: Spoken | None
    marks: tuple[MarkRow, ...]
    issues: tuple[IssueRow, ...]
    late_days: int
    """Late days of the month up to this date."""
    approvable: tuple[int, ...]
    """Open exceptions that confirming this person approves."""
    shops: frozenset[int] | None = None
    """The client's staff see what happened at their own stores; None: everything."""

    @property
    def pair(self) -> Pair:
        return self.employee_id, self.work_date

    @property
    def open_issues(self) -> list[IssueRow]:
        return [issue for issue in self.issues if issue.state == "open"]

    @property
    def reason(self) -> str | None:
        """The reason that fits when they are confirmed; None where the evidence is clean."""
        return suggested((issue.kind, issue.params) for issue in self.open_issues)

    @property
    def ends_at(self) -> datetime | None:
        return self.day.ends_at if self.day is not None and self.day.ends_at else self.expected.ends_at


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """Days of one person's month up to a date, by what they came to."""

    scheduled: int = 0
    late: int = 0
    early: int = 0
    absent: int = 0
    missing_out: int = 0
    exceptions: int = 0


def to_confirm(user: SignedIn, work_date: date) -> list[PersonDay]:
    """Everybody the person answers for on a date, by name; a constant number of statements."""
    return _people(user, work_date)


def person_day(user: SignedIn, employee_id: int, work_date: date) -> PersonDay:
    """One of them. Raises NotFound."""
    found = _people(user, work_date, employee_id)
    if not found:
        raise NotFound("not_found")
    return found[0]


def waiting(user: SignedIn, dates: Collection[date]) -> dict[date, int]:
    """{work date: people with a check-in that nobody confirmed yet, or who came again since}; no zeros."""
    return {row[0]: row[1] for row in conn().execute(_waiting(user, dates, func.count()))}


def waiting_since(user: SignedIn, dates: Collection[date], ended: datetime) -> dict[date, tuple[int, int]]:
    """{work date: (people who wait, those of them whose shift had ended by then)}."""
    late = func.sum(_flag(func.coalesce(AttendanceDay.ends_at, AttendanceDay.last_out) <= ended))
    return {row[0]: (row[1], row[2] or 0) for row in conn().execute(_waiting(user, dates, func.count(), late))}


def _waiting(user: SignedIn, dates: Collection[date], *columns: Any) -> Any:
    mine = policy.supervised(user, AttendanceDay.work_date)
    asked = and_(AttendanceDay.undecided.is_(True), AttendanceDay.status != "unheard")
    came = or_(AttendanceDay.first_in.is_not(None), asked)
    left = exists().where(
        AttendanceException.employee_id == AttendanceDay.employee_id,
        AttendanceException.work_date == AttendanceDay.work_date,
        AttendanceException.state == "open",
        AttendanceException.kind.in_(sorted(policy.SUPERVISORS_DECIDE)),
        AttendanceException.site_id.in_(supervised_by(*user.acts_as)),
    )
    unsaid = or_(AttendanceDay.confirmed.is_(None), and_(AttendanceDay.confirmed == "present", left))
    return (
        select(AttendanceDay.work_date, *columns)
        .join(Employee, Employee.id == AttendanceDay.employee_id)
        .where(mine, AttendanceDay.work_date.in_(list(dates)), unsaid, came)
        .group_by(AttendanceDay.work_date)
    )


def words_of(employee_id: int, work_date: date) -> list[Spoken]:
    """Everything a supervisor said about a day, in order."""
    return [_spoken(row) for row in conn().execute(_words().where(*_of(employee_id, work_date)))]


def months_so_far(pairs: Collection[Pair]) -> dict[Pair, MonthSoFar]:
    """{pair: the month up to and including its date}; one statement."""
    if not pairs:
        return {}
    first = min(on for _, on in pairs).replace(day=1)
    rows = conn().execute(_MONTH.where(*_between({who for who, _ in pairs}, first, max(on for _, on in pairs))))
    by_person: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_person[row.employee_id].append(row)
    return {(who, on): _month([row for row in by_person[who] if _counts(row.work_date, on)]) for who, on in set(pairs)}


def _people(user: SignedIn, on: date, employee_id: int | None = None) -> list[PersonDay]:
    rows = conn().execute(_asked(user, on, employee_id)).all()
    pairs = [(row.id, on) for row in rows]
    marks, issues, late = mark_rows(pairs), issue_rows(pairs), _late_days([row.id for row in rows], on)
    bare = [(row.id, on) for row in rows if row.status is None]
    expected, sites = expectations(bare, user.branch), set(conn().scalars(supervised_by(*user.acts_as)))
    shops, found = frozenset(sites) if user.employer == "client" else None, []
    for row in rows:
        pair = (row.id, on)
        day = None if row.status is None else DayResult(*(getattr(row, name) for name in RESULT_COLUMNS))
        hours = expected[pair] if day is None else expectation_of(day)
        said = _spoken(row) if row.word else None
        person = (row.id, row.staff_no, row.name, row.phone, on, day, hours, said)
        mine = tuple(issue.id for issue in issues[pair] if _is_approved_with(issue, sites))
        taps = tuple(mark for mark in marks[pair] if shops is None or mark.site_id in shops)
        asked = tuple(issue for issue in issues[pair] if shops is None or issue.site_id in {None, *shops})
        found.append(PersonDay(*person, taps, asked, late.get(row.id, 0), mine, shops))
    return found


def _is_approved_with(issue: IssueRow, sites: set[int]) -> bool:
    return issue.state == "open" and issue.kind in policy.SUPERVISORS_DECIDE and issue.site_id in sites


def _asked(user: SignedIn, on: date, employee_id: int | None) -> Any:
    day, word, speaker = AttendanceDay.__table__, Confirmation.__table__, Employee.__table__.alias("speaker")
    newest = (
        select(func.max(Confirmation.seq))
        .where(Confirmation.employee_id == Employee.id, Confirmation.work_date == on)
        .correlate(Employee)
        .scalar_subquery()
    )
    here = (Employee.joined_on <= on, or_(Employee.left_on.is_(None), Employee.left_on >= on))
    found = (
        select(Employee.id, Employee.staff_no, Employee.name, Employee.phone)
        .add_columns(*(day.c[name] for name in RESULT_COLUMNS))
        .add_columns(*(word.c[name] for name in _SAID), speaker.c.name.label("by"))
        .select_from(Employee)
        .outerjoin(day, and_(day.c.employee_id == Employee.id, day.c.work_date == on))
        .outerjoin(word, and_(word.c.employee_id == Employee.id, word.c.work_date == on, word.c.seq == newest))
        .outerjoin(speaker, speaker.c.id == word.c.by_id)
        .where(policy.supervised(user, on), *here)
        .order_by(Employee.name, Employee.id)
    )
    return found if employee_id is None else found.where(Employee.id == employee_id)


def _late_days(people: Collection[int], on: date) -> dict[int, int]:
    found = (
        select(AttendanceDay.employee_id, func.count())
        .where(*_between(people, on.replace(day=1), on), AttendanceDay.minutes_late > 0)
        .group_by(AttendanceDay.employee_id)
    )
    return {row[0]: row[1] for row in conn().execute(found)} if people else {}


def _between(people: Collection[int], first: date, last: date) -> tuple[Any, ...]:
    return AttendanceDay.employee_id.in_(list(people)), AttendanceDay.work_date.between(first, last)


def _of(employee_id: int, work_date: date) -> tuple[Any, ...]:
    return Confirmation.employee_id == employee_id, Confirmation.work_date == work_date


def _words() -> Any:
    return (
        select(*(getattr(Confirmation, name) for name in _SAID), Employee.name.label("by"))
        .join(Employee, Employee.id == Confirmation.by)
        .order_by(Confirmation.seq)
    )


def _spoken(row: Any) -> Spoken:
    return Spoken(row.seq, row.word, row.reason, row.note, row.by, row.at, row.bulk)


def _flag(condition: Any) -> Any:
    return cast(case((condition, 1), else_=0), Integer)


_MONTH = select(
    AttendanceDay.employee_id,
    AttendanceDay.work_date,
    _flag(AttendanceDay.scheduled).label("scheduled"),
    _flag(AttendanceDay.minutes_late > 0).label("late"),
    _flag(AttendanceDay.minutes_early > 0).label("early"),
    _flag(AttendanceDay.status == "absent").label("absent"),
    _flag(AttendanceDay.status == "missing_out").label("missing_out"),
    AttendanceDay.open_exceptions.label("exceptions"),
)


def _counts(work_date: date, on: date) -> bool:
    return on.replace(day=1) <= work_date <= on


def _month(rows: Collection[Any]) -> MonthSoFar:
    names = MonthSoFar.__dataclass_fields__
    return MonthSoFar(**{name: sum(getattr(row, name) for row in rows) for name in names})
