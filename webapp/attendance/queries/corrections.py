"""What a rep asked for in a month, and the picture sent with it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from webapp.attendance import policy
from webapp.attendance.models import AttendanceException, Decision, ExceptionPhoto
from webapp.attendance.queries.settings import policy_of
from webapp.attendance.rules.corrections import Quota, Request, month_span, quota_of, what_of
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound

_issue = AttendanceException.__table__.c
_MONTH = select(
    _issue.id, _issue.work_date, _issue.kind, _issue.params, _issue.state, _issue.check_in_id
).where(
    _issue.employee_id == bindparam("who"),
    _issue.work_date.between(bindparam("first"), bindparam("last")),
    _issue.state != "withdrawn",
)  # fmt: skip


def requests_of(employee_id: int, on: date) -> list[Request]:
    """What somebody asked for themselves about dates of the month of `on`, without what they took back."""
    first, last = month_span(on)
    rows = conn().execute(_MONTH, {"who": employee_id, "first": first, "last": last})
    return [
        Request(row.id, row.work_date, what_of(row.kind, row.params), row.state, row.check_in_id)
        for row in rows
        if row.params.get("own")
    ]


def correction_of_leave(employee_id: int, on: date, recorded_at: datetime) -> int | None:
    """The approved correction that took a day of leave, if one did: both are of the same moment."""
    made = (
        select(AttendanceException.id)
        .join(Decision, Decision.exception_id == AttendanceException.id)
        .where(AttendanceException.employee_id == employee_id, AttendanceException.work_date == on)
        .where(AttendanceException.kind == "mistake", AttendanceException.state == "approved")
        .where(Decision.decision == "approved", Decision.at == recorded_at)
    )
    return conn().scalar(made.limit(1))


def quota(employee_id: int, branch_id: int, on: date) -> Quota:
    """How many corrections of the month of `on` are used; two statements, one where there is no limit."""
    limit = policy_of(branch_id).correction_quota
    return quota_of(requests_of(employee_id, on), limit) if limit else Quota()


def request_photo_file(user: SignedIn, exception_id: int) -> str:
    """The name of the file of the picture sent with a request. Raises NotFound: not theirs to see, or not kept."""
    asked = (
        select(ExceptionPhoto.sha256)
        .join(AttendanceException, AttendanceException.id == ExceptionPhoto.exception_id)
        .where(ExceptionPhoto.exception_id == exception_id, ExceptionPhoto.deleted_at.is_(None), policy.seen_by(user))
    )
    name = conn().execute(asked.order_by(ExceptionPhoto.seq).limit(1)).scalar()
    if name is None:
        raise NotFound("not_found")
    return str(name)


def request_photos(exception_ids: list[int]) -> dict[int, Any]:
    """{request: its picture (width, height, received_at, deleted_at)}"""
    pictures = select(ExceptionPhoto.__table__).where(ExceptionPhoto.exception_id.in_(exception_ids))
    return {row.exception_id: row for row in conn().execute(pictures)} if exception_ids else {}
