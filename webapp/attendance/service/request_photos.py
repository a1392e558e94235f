"""The picture somebody sends with what they ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, tuple_, update

from webapp.attendance.models import AttendanceException, ExceptionPhoto
from webapp.core.db import conn


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture written anew whose file `sha256` is already kept."""

    sha256: str
    width: int
    height: int
    size: int


def attach(*, exception_id: int, picture: Picture, at: datetime) -> None:
    row = {"exception_id": exception_id, "seq": 1, "received_at": at}
    row |= {name: getattr(picture, name) for name in Picture.__dataclass_fields__}
    conn().execute(insert(ExceptionPhoto), row)


def expire_request_photos(*, branch_id: int, days: int, at: datetime, limit: int) -> list[str]:
    """Pictures kept long enough are no longer kept: the names of their files."""
    own = ExceptionPhoto
    old = (
        select(own.exception_id, own.seq, own.sha256)
        .join(AttendanceException, AttendanceException.id == own.exception_id)
        .where(AttendanceException.branch_id == branch_id, own.deleted_at.is_(None))
        .where(own.received_at < at - timedelta(days=days))
    )
    rows = conn().execute(old.order_by(own.received_at).limit(limit)).all()
    if rows:
        gone = tuple_(own.exception_id, own.seq).in_([(row.exception_id, row.seq) for row in rows])
        conn().execute(update(own).where(gone).values(deleted_at=at))
    return [row.sha256 for row in rows]
