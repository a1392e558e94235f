"""A rep typed the code of the store: what that settles, and what a person gets to see of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import String, bindparam, cast, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance.models import AttendanceException, CheckIn, CheckInVoid, CodeTry, CodeUse, Verdict
from webapp.attendance.rules import Judgement, Token, place_tap, trusted
from webapp.attendance.rules.outcome import asks_remark
from webapp.attendance.rules.site_code import TRY_WINDOW, CodeAnswer, Doubt, minutes_to_wait, settles
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.core.db import conn, is_postgres
from webapp.core.errors import Conflict, NotFound
from webapp.sites.queries import fences
from webapp.sites.queries.codes import code_secret
from webapp.sites.rules import FencePolicy
from webapp.sites.rules.codes import matching_step, read_digits


def enter_code(
    *,
    rep_id: int,
    client_id: str,
    digits: str,
    typed_at: datetime | None = None,
    sent_at: datetime | None = None,
    token: Token | None = None,
    at: datetime,
) -> CodeAnswer:
    """Judge digits typed for one's own check-in. Wrong ones are an answer, not an error: they have to be counted.

    `typed_at`, `sent_at`: the phone's clock, for a code that waited in the outbox; `token` vouches for it.
    Raises NotFound (no such check-in, no store), Conflict (taken back).
    """
    lock_people(ids=[rep_id])
    row = conn().execute(_CHECK_IN, {"who": rep_id, "client": client_id}).first()
    if row is None or row.site_id is None:
        raise NotFound("not_found")
    if row.void_at is not None:
        raise Conflict("visit_gone")
    typed = read_digits(digits)
    if typed is None:
        return CodeAnswer("digits")
    secret = code_secret(row.site_id)
    if secret is None:
        return CodeAnswer("off")
    policy = fences([row.site_id])[row.site_id].policy
    tap = trusted(
        place_tap(typed_at, at, sent_at, token) if typed_at else place_tap(at, at, None), at, policy.offline_hours
    )
    return _judge(row, secret, Typed(typed, tap.counted_at, tap.problem is None, policy), at)


@dataclass(frozen=True, slots=True)
class Typed:
    """Six digits, when they were typed, whether more than the phone says so, and what the place asks for."""

    digits: str
    at: datetime
    vouched: bool
    policy: FencePolicy


def _judge(row: Any, secret: str, typed: Typed, at: datetime) -> CodeAnswer:
    about = {"employee_id": row.employee_id, "site_id": row.site_id, "check_in_id": row.id}
    if minutes := _minutes_to_wait(row, at):
        return CodeAnswer("locked", minutes)
    step = matching_step(secret, typed.digits, typed.at)
    if step is None:
        _put(CodeTry, {**about, "digits": typed.digits, "typed_at": typed.at, "at": at})
        minutes = _minutes_to_wait(row, at)
        return CodeAnswer("locked", minutes) if minutes else CodeAnswer("wrong")
    use = {**about, "step": step, "typed_at": typed.at, "received_at": at, "vouched": typed.vouched}
    if not _put(CodeUse, use) and not _is_the_same(use):
        return CodeAnswer("used")
    return _settle(row, typed, at)


def _settle(row: Any, typed: Typed, at: datetime) -> CodeAnswer:
    """What the code answers is approved by no person: decided_by stays empty, and a person may open it again."""
    if row.state is None or row.state == "approved":
        return CodeAnswer("counts")
    said = row.params or {}
    lacking = asks_remark(Judgement(row.verdict, row.reason), typed.policy) and not said.get("remark")
    doubt = Doubt(row.doubt, row.verdict, said.get("problem"), lacking)
    if row.state != "open" or row.state_seq or not settles(doubt, row.counted_at, typed.at, vouched=typed.vouched):
        return CodeAnswer("kept")
    changes = {"state": "approved", "decided_at": at}
    conn().execute(update(AttendanceException).where(AttendanceException.id == row.exception_id).values(changes))
    rebuild_day(employee_id=row.employee_id, work_date=row.work_date, at=at, tell=True)
    return CodeAnswer("settled")


def _minutes_to_wait(row: Any, at: datetime) -> int:
    asked = {"who": row.employee_id, "site": row.site_id, "since": at - TRY_WINDOW}
    return minutes_to_wait(list(conn().scalars(_WRONG, asked)), at)


def _put(model: Any, values: Mapping[str, Any]) -> bool:
    """False when this is known already."""
    return conn().execute(_insert(model, is_postgres()), values).first() is not None


def _is_the_same(use: Mapping[str, Any]) -> bool:
    known = conn().execute(_USED, {name: use[name] for name in ("employee_id", "site_id", "step")}).scalar()
    return known == use["check_in_id"]


@cache
def _insert(model: Any, postgres: bool) -> Any:
    query = (postgresql if postgres else sqlite).insert(model)
    return query.on_conflict_do_nothing().returning(model.id)


_WRONG = select(CodeTry.at).where(
    CodeTry.employee_id == bindparam("who"), CodeTry.site_id == bindparam("site"), CodeTry.at > bindparam("since")
)
_USED = select(CodeUse.check_in_id).where(
    CodeUse.employee_id == bindparam("employee_id"),
    CodeUse.site_id == bindparam("site_id"),
    CodeUse.step == bindparam("step"),
)
_CHECK_IN = (
    select(
        CheckIn.id,
        CheckIn.employee_id,
        CheckIn.site_id,
        CheckIn.work_date,
        CheckIn.counted_at,
        CheckInVoid.at.label("void_at"),
        Verdict.verdict,
        Verdict.reason,
        AttendanceException.id.label("exception_id"),
        AttendanceException.kind.label("doubt"),
        AttendanceException.state,
        AttendanceException.state_seq,
        AttendanceException.params,
    )
    .join(Verdict, Verdict.check_in_id == CheckIn.id)
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .outerjoin(AttendanceException, AttendanceException.dedup_key == "check_in|" + cast(CheckIn.id, String))
    .where(CheckIn.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"), CheckIn.kind == "in")
)
