"""What a rep asks for: a mistake corrected, a deviation excused. A person decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from webapp.attendance.models import AttendanceException, CheckIn
from webapp.attendance.queries import days, days_and_branches, policy_of
from webapp.attendance.queries.corrections import requests_of
from webapp.attendance.rules import day_bounds, excusable
from webapp.attendance.rules.corrections import COUNTED, NEEDS_NOTE, NEEDS_TIME, overlaps, quota_of, what_of
from webapp.attendance.rules.words import EXCUSABLE, MISTAKES
from webapp.attendance.service.corrected_leave import kind_of_leave
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.attendance.service.evidence import Person
from webapp.attendance.service.held import check_month
from webapp.attendance.service.request_photos import Picture, attach
from webapp.core.db import conn
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.schedules.queries import expectation
from webapp.sites.queries import for_rep

_ASKED = select(func.count(), func.count().filter(AttendanceException.state == "open")).where(
    AttendanceException.employee_id == bindparam("who"),
    AttendanceException.work_date == bindparam("on"),
    AttendanceException.dedup_key.like(bindparam("prefix")),
)
_MINE = select(CheckIn.site_id).where(
    CheckIn.id == bindparam("id"), CheckIn.employee_id == bindparam("who"), CheckIn.work_date == bindparam("on")
)


def report_mistake(
    *,
    rep: Person,
    work_date: date,
    category: str,
    note: str = "",
    wanted_at: datetime | None = None,
    check_in_id: int | None = None,
    site_id: int | None = None,
    leave_kind: str = "",
    picture: Picture | None = None,
    at: datetime,
) -> int:
    """Say what is wrong with a day (or one check-in of it) and what would be right; the exception's id.

    What an approval does: the time counts; "field": present from the time (or the start of the shift) to its end, as
    field work; "leave": the day is leave of that kind, else of the branch's first. Raises Invalid with the field,
    NotFound, Conflict (asked already and not decided).
    """
    if category not in MISTAKES:
        raise Invalid("not_a_choice" if category else "required", "category")
    if wanted_at is None and (category in NEEDS_TIME or (category == "field" and not _has_hours(rep, work_date))):
        raise Invalid("time_needed", "at")
    if category in NEEDS_NOTE and not note.strip():
        raise Invalid("note_needed", "note")
    check_month(employee_id=rep.id, work_date=work_date, at=at)
    here = _site_of(rep, work_date, check_in_id)
    if category == "wrong_store" and site_id is not None:
        for_rep(rep, site_id)  # type: ignore[arg-type]
    params = {"category": category, "note": note.strip(), "own": True, **_wish(rep, work_date, wanted_at, at)}
    if site_id is not None:
        params["site_id"] = site_id
    if category == "leave":
        params["leave_kind"] = kind_of_leave(rep.branch_id, leave_kind)
    matter = Matter(rep.id, rep.branch_id, work_date, "mistake", params, check_in_id, here)
    return _open(rep, matter, f"{check_in_id or 0}|{category}", picture, at)


def ask_excuse(
    *,
    rep: Person,
    work_date: date,
    kind: str,
    note: str,
    wanted_at: datetime | None = None,
    picture: Picture | None = None,
    at: datetime,
) -> int:
    """Explain a late, early, missing or absent day; the exception's id. Raises Invalid, Conflict."""
    if kind not in EXCUSABLE:
        raise Invalid("not_a_choice" if kind else "required", "kind")
    if not note.strip():
        raise Invalid("note_needed", "note")
    check_month(employee_id=rep.id, work_date=work_date, at=at)
    day = days([(rep.id, work_date)]).get((rep.id, work_date))
    if day is None or kind not in excusable(day):
        raise Invalid("nothing_to_excuse")
    params = {"note": note.strip(), "own": True, **_wish(rep, work_date, wanted_at, at)}
    return _open(rep, Matter(rep.id, rep.branch_id, work_date, kind, params), "", picture, at)


@dataclass(frozen=True, slots=True)
class Matter:
    """Something about a day that a person must decide, before it is an exception."""

    employee_id: int
    branch_id: int
    work_date: date
    kind: str
    params: Mapping[str, Any]
    check_in_id: int | None = None
    site_id: int | None = None


def open_matter(*, matter: Matter, about: str = "", check: Callable[[], None] | None = None, at: datetime) -> int:
    """Open an exception in the branch the day belongs to; its id. Raises Conflict (open already).

    `about` tells matters of one kind and day apart. `check` is asked under the person's lock.
    """
    lock_people(ids=[matter.employee_id])
    key = f"{matter.kind}|{matter.employee_id}|{matter.work_date}|{about}"
    asked = {"who": matter.employee_id, "on": matter.work_date, "prefix": f"{key}#%"}
    total, waiting = conn().execute(_ASKED, asked).one()
    if waiting:
        raise Conflict("already_asked")
    if check is not None:
        check()
    row = {**{name: getattr(matter, name) for name in Matter.__dataclass_fields__}, "dedup_key": f"{key}#{total + 1}"}
    pair = (matter.employee_id, matter.work_date)
    row |= {"branch_id": days_and_branches([pair])[1][pair].id}
    row |= {"params": dict(matter.params), "opened_at": at, "state": "open", "state_seq": 0}
    opened = conn().execute(insert(AttendanceException).returning(AttendanceException.id), row).scalar_one()
    rebuild_day(employee_id=matter.employee_id, work_date=matter.work_date, at=at)
    return opened


def closes_on(rep: Person, work_date: date, at: datetime) -> date:
    """The last date a day can be asked about. Raises Invalid when that is over, or the day has not come."""
    closes = work_date + timedelta(days=policy_of(rep.branch_id).correction_days)
    today = at.astimezone(rep.branch.zone).date()
    if today > closes:
        raise Invalid("correction_closed", on=closes)
    if work_date > today:
        raise Invalid("day_in_future")
    return closes


def _open(rep: Person, matter: Matter, about: str, picture: Picture | None, at: datetime) -> int:
    opened = open_matter(matter=matter, about=about, check=lambda: _check(rep, matter), at=at)
    if picture is not None:
        attach(exception_id=opened, picture=picture, at=at)
    return opened


def _check(rep: Person, matter: Matter) -> None:
    """Counted where nobody else of this person's counts at the same time: two tabs never ask for one too many.

    Raises Conflict (something that waits asks for the same), Invalid (the month's corrections are used).
    """
    what = what_of(matter.kind, dict(matter.params))
    known = requests_of(rep.id, matter.work_date)
    if matter.check_in_id is None and overlaps(what, matter.work_date, known):
        raise Conflict("already_asked_day")
    settings = policy_of(rep.branch_id)
    if what in COUNTED and quota_of(known, settings.correction_quota).left == 0:
        closes = matter.work_date + timedelta(days=settings.correction_days)
        raise Invalid("quota_used", limit=settings.correction_quota, on=closes)


def _has_hours(rep: Person, work_date: date) -> bool:
    """Is it known when the day should have begun?"""
    day = days([(rep.id, work_date)]).get((rep.id, work_date))
    expected = day or expectation(rep.id, work_date, rep.branch)
    return expected.scheduled and expected.starts_at is not None


def _wish(rep: Person, work_date: date, wanted_at: datetime | None, at: datetime) -> dict[str, Any]:
    closes_on(rep, work_date, at)
    if wanted_at is None:
        return {}
    first, last = day_bounds(work_date, rep.branch.zone)
    if not first <= wanted_at <= min(last, at):
        raise Invalid("time_outside_day", "at")
    return {"at": wanted_at.astimezone(UTC).isoformat()}


def _site_of(rep: Person, work_date: date, check_in_id: int | None) -> int | None:
    if check_in_id is None:
        return None
    row = conn().execute(_MINE, {"id": check_in_id, "who": rep.id, "on": work_date}).first()
    if row is None:
        raise NotFound("not_found")
    return row.site_id
