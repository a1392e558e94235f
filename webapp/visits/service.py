"""Visits: opened by a check-in, finished by a check-out, gone when the check-in is taken back."""

import contextlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import aliased

from webapp.attendance import service as attendance
from webapp.attendance.models import CheckIn
from webapp.attendance.rules import Evidence
from webapp.attendance.rules.site_code import CodeAnswer
from webapp.attendance.service import Person, Recorded
from webapp.core.db import conn
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.ids import client_id as canonical
from webapp.core.prepared import Prepared
from webapp.sites.queries import fences
from webapp.sites.service import propose_position
from webapp.visits.models import Visit
from webapp.visits.rules import OUTCOMES


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """`visit_id` of the visit that was opened or finished; `code`: what became of the store's digits, if any came."""

    recorded: Recorded
    visit_id: int
    code: CodeAnswer | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """How a visit ended. `check_in` is the client id of its check-in."""

    check_in: str
    outcome: str
    note: str = ""
    next_on: date | None = None


def check_in(*, rep: Person, evidence: Evidence, site_id: int, at: datetime) -> CheckInResult:
    """Arrive at a site; earlier visits stay as they are. At a site nobody has placed the position is suggested.

    Digits of the store that came with it are judged after it: whatever is wrong with them, the arrival stays.
    Raises NotFound, Conflict.
    """
    recorded = attendance.waiting_ticket(rep=rep, evidence=evidence, site_id=site_id, at=at)
    recorded = recorded or attendance.check_in(rep=rep, evidence=evidence, site_id=site_id, at=at)
    visit_id = (
        conn().execute(_BY_CHECK_IN, {"id": recorded.check_in_id}).scalar_one()
        if recorded.duplicate
        else _open(rep, evidence, recorded, site_id, at)
    )
    return CheckInResult(recorded, visit_id, _judge_code(rep, evidence, recorded, at))


def _open(rep: Person, evidence: Evidence, recorded: Recorded, site_id: int, at: datetime) -> int:
    row = {
        "employee_id": rep.id,
        "branch_id": rep.branch_id,
        "site_id": site_id,
        "work_date": recorded.work_date,
        "check_in_id": recorded.check_in_id,
        "started_at": recorded.counted_at,
        "state": "open",
        "note": "",
    }
    if recorded.site is not None and not recorded.site.placed:
        _suggest_position(rep, evidence, site_id, at)
    return _OPEN.run(row).scalar_one()


def _judge_code(rep: Person, evidence: Evidence, recorded: Recorded, at: datetime) -> CodeAnswer | None:
    if not evidence.code:
        return None
    with contextlib.suppress(DomainError):  # taken back meanwhile: nothing is left to judge
        return attendance.enter_code(
            rep_id=rep.id, client_id=recorded.client_id, digits=evidence.code, token=evidence.token, at=at,
            typed_at=evidence.code_at or evidence.tapped_at, sent_at=evidence.sent_at,
        )  # fmt: skip
    return None


def check_out(*, rep: Person, evidence: Evidence, finish: Finish, at: datetime) -> CheckInResult:
    """Finish a visit, of today or of an earlier day, wherever the rep is by now.

    Raises Invalid with the field, Conflict (taken back, finished by another entry, same id with other content).
    """
    if finish.outcome not in OUTCOMES:
        raise Invalid("required" if not finish.outcome else "not_a_choice", "outcome")
    said_at = min(at, evidence.tapped_at or at)  # what was right at the tap is right however late it arrives
    if finish.next_on is not None and finish.next_on < said_at.astimezone(rep.branch.zone).date():
        raise Invalid("next_in_past", "next_on")
    attendance.lock_people(ids=[rep.id])
    visit = (
        conn().execute(_OF_CHECK_IN, {"who": rep.id, "client": canonical(finish.check_in, field="check_in")}).first()
    )
    if visit is None:
        raise Invalid("check_out_first", "check_in")
    if visit.finished_by not in (None, evidence.client_id):
        raise Conflict("visit_finished")
    if visit.state == "void":
        raise Conflict("visit_gone")
    site = fences([visit.site_id]).get(visit.site_id) if visit.site_id else None
    content = [finish.check_in, finish.outcome, finish.note, str(finish.next_on)]
    recorded = attendance.check_out(
        rep=rep, evidence=evidence, site=site, work_date=visit.work_date, content=content, at=at
    )
    if not recorded.duplicate:
        _close(visit.id, max(recorded.counted_at, visit.started_at), recorded.check_in_id, finish)
    return CheckInResult(recorded, visit.id)


def undo(*, rep: Person, client_id: str, evidence: Evidence | None = None, at: datetime) -> int:
    """Take a check-in (its visit is gone) or a check-out (its visit is open again) back; the visit's id.

    `evidence` says when it was tapped. Raises NotFound, Invalid (more than 30 seconds ago).
    """
    attendance.lock_people(ids=[rep.id])
    key = canonical(client_id)
    visit = conn().execute(_TOUCHED, {"who": rep.id, "client": key}).first()
    also = [visit.check_out_id] if visit and visit.kind == "in" and visit.check_out_id else []
    attendance.undo(employee_id=rep.id, client_id=key, also=also, evidence=evidence, at=at)
    if visit is None:
        return 0
    if visit.kind == "in":
        changes = {"state": "void", "check_out_id": None}
    else:
        changes = {
            "state": "open",
            "check_out_id": None,
            "ended_at": None,
            "outcome": None,
            "note": "",
            "next_on": None,
        }
    conn().execute(update(Visit).where(Visit.id == visit.id).values(changes))
    return visit.id


def _suggest_position(rep: Person, evidence: Evidence, site_id: int, at: datetime) -> None:
    """A position too rough to place a shop is no reason to refuse the check-in."""
    fix = evidence.fix
    if fix is None or fix.accuracy_m is None:
        return
    with contextlib.suppress(DomainError):
        propose_position(
            rep=rep,
            site_id=site_id,
            client_id=evidence.client_id,
            lat=fix.lat,
            lng=fix.lng,
            accuracy_m=fix.accuracy_m,
            at=at,
        )


def _close(visit_id: int, ended_at: datetime, check_out_id: int, finish: Finish) -> None:
    row = {
        "id_": visit_id,
        "check_out_id": check_out_id,
        "ended_at": ended_at,
        "state": "done",
        "outcome": finish.outcome,
        "note": finish.note,
        "next_on": finish.next_on,
    }
    conn().execute(_CLOSE, row)


_OUT = aliased(CheckIn)
_OPEN = Prepared(insert(Visit).returning(Visit.id))
_CLOSE = (
    update(Visit)
    .where(Visit.id == bindparam("id_"))
    .values({name: bindparam(name) for name in ("check_out_id", "ended_at", "state", "outcome", "note", "next_on")})
)
_BY_CHECK_IN = select(Visit.id).where(Visit.check_in_id == bindparam("id"))
_OF_CHECK_IN = (
    select(
        Visit.id,
        Visit.site_id,
        Visit.work_date,
        Visit.started_at,
        Visit.state,
        _OUT.client_id.label("finished_by"),
    )
    .join(CheckIn, CheckIn.id == Visit.check_in_id)
    .outerjoin(_OUT, _OUT.id == Visit.check_out_id)
    .where(CheckIn.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"))
)
_TOUCHED = (
    select(Visit.id, Visit.check_out_id, CheckIn.kind)
    .join(CheckIn, (CheckIn.id == Visit.check_in_id) | (CheckIn.id == Visit.check_out_id))
    .where(CheckIn.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"))
)
