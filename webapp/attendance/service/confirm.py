"""A supervisor's word about who was there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from webapp.attendance import policy
from webapp.attendance.models import AttendanceException, Confirmation, Decision
from webapp.attendance.queries import days, days_and_branches
from webapp.attendance.rules import is_clean
from webapp.attendance.rules.justify import check_reason, suggested
from webapp.attendance.rules.words import ABSENT_REASONS
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.attendance.service.decide import spoken, write_decision
from webapp.attendance.service.held import check_month
from webapp.attendance.service.telling import tell_absent, tell_confirmed, tell_undone
from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, DomainError, Invalid, NotFound
from webapp.people.models import Employee

_NOTE_NEEDED = frozenset({"no_show", "other"})
_LAST = (
    select(Confirmation.seq, Confirmation.word, Confirmation.by, Confirmation.at, Employee.name)
    .join(Employee, Employee.id == Confirmation.by)
    .where(Confirmation.employee_id == bindparam("who"), Confirmation.work_date == bindparam("on"))
    .order_by(Confirmation.seq.desc())
    .limit(1)
)
_OPEN = select(AttendanceException.__table__).where(
    AttendanceException.employee_id == bindparam("who"),
    AttendanceException.work_date == bindparam("on"),
    AttendanceException.state == "open",
)
_BY_THIS = (
    select(AttendanceException.__table__)
    .where(AttendanceException.employee_id == bindparam("who"), AttendanceException.work_date == bindparam("on"))
    .where(AttendanceException.state == "approved")
)


@dataclass(frozen=True, slots=True)
class Bulk:
    """Who was confirmed, and who needs a look: {employee_id: code}."""

    confirmed: list[int]
    left: dict[int, str]


def confirm(
    *,
    by: SignedIn,
    employee_id: int,
    work_date: date,
    at: datetime,
    bulk: bool = False,
    reason: str | None = None,
    note: str = "",
) -> None:
    """Say that somebody was there; one by one this also approves their open check-ins at the confirmer's sites.

    reason: why, where the evidence is not clean; the one that fits it when none is given. The same person again
    changes nothing. Raises NotFound (not theirs to confirm), Invalid (no check-in; with `bulk`,
    anything that needs a look), Conflict with who and when (somebody else did, and nothing is left to approve).
    """
    note = spoken(note, "note")
    check_reason(reason, note)
    last = _begin(by, employee_id, work_date, at)
    day = days([(employee_id, work_date)]).get((employee_id, work_date))
    waiting = conn().execute(_OPEN, {"who": employee_id, "on": work_date}).all()
    if day is None or (day.first_in is None and not any(row.check_in_id for row in waiting)):
        raise Invalid("nothing_to_confirm")
    if bulk and not is_clean(day):
        raise Invalid("look_first")
    mine = [row for row in waiting if row.check_in_id is not None and policy.can_decide(by, row)]
    if last is not None and last.word == "present" and not mine:
        _check_same(by, last)
        return
    reason = reason or suggested((row.kind, row.params) for row in waiting)
    seq = _say(by, employee_id, work_date, at, last, word="present", bulk=bulk, reason=reason, note=note)
    for row in mine:
        write_decision(by=by, exception=row, decision="approved", reason="", params={"confirmation": seq}, at=at)
    tell_confirmed(by=by, pair=(employee_id, work_date), seq=seq, reason=reason, note=note, at=at)
    rebuild_day(employee_id=employee_id, work_date=work_date, at=at, tell=True)


def confirm_clean(*, by: SignedIn, employee_ids: Collection[int], work_date: date, at: datetime) -> Bulk:
    """Confirm many at once; those that need a look are left, with the reason."""
    confirmed, left = [], {}
    for employee_id in sorted(set(employee_ids)):
        try:
            confirm(by=by, employee_id=employee_id, work_date=work_date, at=at, bulk=True)
            confirmed.append(employee_id)
        except DomainError as error:
            left[employee_id] = error.code
    return Bulk(confirmed, left)


def undo_confirmation(
    *, by: SignedIn, employee_id: int, work_date: date, at: datetime, own: bool = False, seen: int | None = None
) -> None:
    """Take the last word back, and with it the approvals it gave. Nothing happens when there is none.

    own: nothing else than one's own confirmation. seen: the word that was on the screen; Conflict when it is not
    the last one any more.
    """
    last = _begin(by, employee_id, work_date, at)
    if last is None or last.word == "undone" or (own and (last.by_id, last.word) != (by.id, "present")):
        return
    if seen is not None and seen != last.seq:
        raise Conflict("conflict")
    seq = _say(by, employee_id, work_date, at, last, word="undone")
    for row in conn().execute(_BY_THIS, {"who": employee_id, "on": work_date}).all():
        if _decided_with(row.id, row.state_seq) == last.seq:
            write_decision(by=by, exception=row, decision="reopened", reason="", params=None, at=at)
    tell_undone(by=by, pair=(employee_id, work_date), seq=seq, at=at)
    rebuild_day(employee_id=employee_id, work_date=work_date, at=at, tell=True)


def mark_absent(*, by: SignedIn, employee_id: int, work_date: date, reason: str, note: str = "", at: datetime) -> None:
    """Say that somebody was not there. Raises NotFound, Invalid with the field."""
    if reason not in ABSENT_REASONS:
        raise Invalid("not_a_choice" if reason else "required", "reason")
    note = spoken(note, "note")
    if reason in _NOTE_NEEDED and not note:
        raise Invalid("note_needed", "note")
    last = _begin(by, employee_id, work_date, at)
    if work_date > at.astimezone(by.branch.zone).date():
        raise Invalid("day_in_future")
    seq = _say(by, employee_id, work_date, at, last, word="absent", reason=reason, note=note)
    tell_absent(by=by, pair=(employee_id, work_date), seq=seq, reason=reason, note=note, at=at)
    rebuild_day(employee_id=employee_id, work_date=work_date, at=at, tell=True)


def _check_same(by: SignedIn, last: Any) -> None:
    if last.by_id != by.id:
        raise Conflict("already_confirmed", name=last.name, at=last.at.astimezone(by.branch.zone))


def _decided_with(exception_id: int, seq: int) -> int | None:
    """The confirmation a decision came with, if any."""
    asked = select(Decision.params).where(Decision.exception_id == exception_id, Decision.seq == seq)
    params = conn().execute(asked).scalar()
    return params.get("confirmation") if params else None


def _begin(by: SignedIn, employee_id: int, work_date: date, at: datetime) -> Any:
    lock_people(ids=[employee_id])
    if employee_id == by.id:
        raise Invalid("own_decision")
    if not policy.can_confirm(by, employee_id, work_date):
        raise NotFound("not_found")
    check_month(employee_id=employee_id, work_date=work_date, at=at)
    return conn().execute(_LAST, {"who": employee_id, "on": work_date}).first()


def _say(
    by: SignedIn,
    employee_id: int,
    work_date: date,
    at: datetime,
    last: Any,
    *,
    word: str,
    reason: str | None = None,
    note: str = "",
    bulk: bool = False,
) -> int:
    seq, pair = last.seq + 1 if last else 1, (employee_id, work_date)
    row = {
        "employee_id": employee_id,
        "work_date": work_date,
        "seq": seq,
        "word": word,
        "reason": reason,
        "note": note,
        "by_id": by.id,
        "at": at,
        "bulk": bulk,
    }
    conn().execute(insert(Confirmation), row)
    audit.record(
        actor_id=by.id,
        action=f"attendance.{word}",
        object_type="attendance_day",
        object_id=f"{employee_id}|{work_date}",
        branch_id=days_and_branches([pair])[1][pair].id,
        before={"word": last.word} if last else None,
        after={"word": word, "reason": reason, "bulk": bulk, **policy.standing_for(by, employee_id, work_date)},
        reason=note or None,
        at=at,
    )
    return seq
