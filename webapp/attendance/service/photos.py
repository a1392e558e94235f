"""Photos of visits: written down once, asked for where a store needs one, and gone when their time is over."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from webapp.attendance.models import AttendanceException, Photo, PhotoBand
from webapp.attendance.queries.photos import photo_place, photo_sent
from webapp.attendance.rules.photos import bands
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.attendance.service.request_photos import expire_request_photos
from webapp.core.db import conn
from webapp.core.errors import Conflict
from webapp.people.models import Branch


@dataclass(frozen=True, slots=True)
class Taken:
    """One photo as it arrived; the file `sha256` is already kept. `check_in` is the client id of its check-in."""

    client_id: str
    check_in: str
    sha256: str
    sent_sha256: str
    phash: int | None
    width: int
    height: int
    size: int
    taken_at: datetime | None = None


def record_photo(*, employee_id: int, taken: Taken, at: datetime) -> int:
    """Write a photo down and let go what waited for it; its check-in's id. The same again changes nothing.

    Raises TooEarly, Conflict (other content under this id, a visit taken back), Invalid: see photo_place.
    """
    lock_people(ids=[employee_id])
    known = photo_sent(employee_id, taken.client_id)
    if known is not None:
        if known.sent_sha256 != taken.sent_sha256:
            raise Conflict("same_id_other_content")
        return known.check_in_id
    place = photo_place(employee_id, taken.check_in)
    photo_id = conn().execute(insert(Photo).returning(Photo.id), _row(employee_id, taken, place, at)).scalar_one()
    if taken.phash is not None:
        conn().execute(insert(PhotoBand), [{"band": band, "photo_id": photo_id} for band in bands(taken.phash)])
    waiting = (
        AttendanceException.employee_id == employee_id,
        AttendanceException.work_date == place.work_date,
        AttendanceException.check_in_id == place.id,
    )
    let_go = update(AttendanceException).where(*waiting, AttendanceException.kind == "photo")
    conn().execute(let_go.where(AttendanceException.state == "open").values(state="withdrawn"))
    rebuild_day(employee_id=employee_id, work_date=place.work_date, at=at, tell=True)
    return place.id


def ask_for_photo(
    *, check_in_id: int, employee_id: int, branch_id: int, site_id: int, work_date: date, at: datetime
) -> int:
    """The check-in counts once its photo is here, or a person says that it counts without."""
    row = {
        "dedup_key": f"photo|{check_in_id}",
        "employee_id": employee_id,
        "branch_id": branch_id,
        "work_date": work_date,
        "kind": "photo",
        "check_in_id": check_in_id,
        "site_id": site_id,
        "opened_at": at,
        "params": {},
        "state": "open",
        "state_seq": 0,
    }
    return conn().execute(_ASK, row).scalar_one()


def expire_photos(*, branch_id: int, at: datetime, limit: int) -> list[str]:
    """Photos, those sent with requests too, kept long enough by the branch's setting are no longer kept: the names of
    their files.

    Call until it answers nothing; the file goes after the row says so.
    """
    days = conn().execute(select(Branch.photo_days).where(Branch.id == branch_id)).scalar_one()
    kept = (Photo.branch_id == branch_id, Photo.deleted_at.is_(None), Photo.received_at < at - timedelta(days=days))
    rows = conn().execute(select(Photo.id, Photo.sha256).where(*kept).order_by(Photo.received_at).limit(limit)).all()
    if rows:
        conn().execute(update(Photo).where(Photo.id.in_([row.id for row in rows])).values(deleted_at=at))
    sent = expire_request_photos(branch_id=branch_id, days=days, at=at, limit=limit)
    return [*(row.sha256 for row in rows), *sent]


def _row(employee_id: int, taken: Taken, place: Any, at: datetime) -> dict[str, Any]:
    return {
        "client_id": taken.client_id,
        "employee_id": employee_id,
        "branch_id": place.branch_id,
        "check_in_id": place.id,
        "sha256": taken.sha256,
        "sent_sha256": taken.sent_sha256,
        "phash": taken.phash,
        "width": taken.width,
        "height": taken.height,
        "size": taken.size,
        "taken_at": taken.taken_at or at,
        "received_at": at,
    }


_ASK = insert(AttendanceException).returning(AttendanceException.id)
