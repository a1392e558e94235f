"""Photos of visits: where one belongs, which there are, who may look, and which show the same as an earlier one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, func, select, union
from sqlalchemy.orm import aliased

from webapp.attendance import policy
from webapp.attendance.models import AttendanceException, CheckIn, CheckInVoid, ExceptionPhoto, Photo, PhotoBand
from webapp.attendance.rules.photos import Shot, differ, likeness, near_bands
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, Invalid, NotFound, TooEarly
from webapp.core.ids import client_id as canonical
from webapp.people.models import Employee
from webapp.sites.models import Site
from webapp.sites.queries import fences

MOST = 10
"""Photos one visit may have."""
AGAIN = timedelta(days=7)
_KEPT: tuple[Any, ...] = (Photo, ExceptionPhoto)
_AT_ONCE = 40
"""Photos compared in one statement; each asks for 68 bands."""


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo of a visit, as pages show it."""

    id: int
    check_in_id: int
    width: int
    height: int
    taken_at: datetime
    received_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A photo that shows what an earlier one of another visit showed. `bits` of 64 differ; 0 for the same file."""

    photo_id: int
    check_in_id: int
    kind: Literal["same", "alike"]
    bits: int
    other_photo_id: int
    other_check_in_id: int
    other_employee_id: int
    other_branch_id: int
    other_name: str
    other_site: str | None
    other_at: datetime
    other_on: date


def photo_place(employee_id: int, check_in: str) -> Any:
    """The check-in a photo belongs to: id, branch_id, site_id, work_date.

    Raises TooEarly (not heard of yet), Conflict (taken back), Invalid (the store takes no photos, or has enough).
    """
    known = {"who": employee_id, "client": canonical(check_in, field="check_in")}
    row = conn().execute(_PLACE, known).first()
    if row is None:
        raise TooEarly("photo_early", "check_in")
    if row.void_at is not None:
        raise Conflict("visit_gone")
    site = fences([row.site_id]).get(row.site_id) if row.site_id else None
    if not row.asked and (site is None or site.policy.photo == "none"):
        raise Invalid("photo_not_wanted", "photo")
    if row.photos >= MOST:
        raise Invalid("photo_enough", "photo", limit=MOST)
    return row


def photo_sent(employee_id: int, client_id: str) -> Any:
    """What became of a photo sent before: id, check_in_id, sent_sha256; None when it never arrived whole."""
    return conn().execute(_SENT, {"who": employee_id, "client": client_id}).first()


def photos_of(check_in_ids: Collection[int], seen_by: SignedIn | None = None) -> dict[int, list[PhotoRow]]:
    """{check-in: its photos in the order they were taken}, those `seen_by` may open; one statement."""
    found: dict[int, list[PhotoRow]] = defaultdict(list)
    asked = _OF
    if seen_by is not None:
        asked = asked.join(CheckIn, CheckIn.id == Photo.check_in_id).where(policy.photos_seen_by(seen_by))
    for row in conn().execute(asked, {"ids": sorted(check_in_ids)}) if check_in_ids else ():
        found[row.check_in_id].append(PhotoRow(*row))
    return found


def photo_file(user: SignedIn, photo_id: int) -> str:
    """The name of a photo's file. Raises NotFound: not theirs to see, or no longer kept."""
    asked = (
        select(Photo.sha256)
        .join(CheckIn, CheckIn.id == Photo.check_in_id)
        .where(Photo.id == photo_id, Photo.deleted_at.is_(None), policy.photos_seen_by(user))
    )
    name = conn().execute(asked).scalar()
    if name is None:
        raise NotFound("not_found")
    return name


def kept_files(names: Collection[str]) -> set[str]:
    """Those that some photo, or a picture of a request, still needs."""
    found = [select(one.sha256).where(one.sha256.in_(list(names)), one.deleted_at.is_(None)) for one in _KEPT]
    return set(conn().scalars(union(*found))) if names else set()


def lately_expired(*, at: datetime) -> list[str]:
    """Files whose removal is made sure of once more: a process may have died between the row and its file."""
    return list(conn().scalars(union(*(select(one.sha256).where(one.deleted_at >= at - AGAIN) for one in _KEPT))))


def photo_repeats(check_in_ids: Collection[int]) -> dict[int, list[Repeat]]:
    """{check-in: how its photos repeat earlier ones of other visits}, the most alike first for each photo.

    Only what arrived later is a repeat, so whoever sent it first is not blamed. Two statements for forty photos.
    """
    rows = conn().execute(_SHOTS.where(Photo.check_in_id.in_(list(check_in_ids)))).all() if check_in_ids else []
    found: dict[int, list[Repeat]] = defaultdict(list)
    for start in range(0, len(rows), _AT_ONCE):
        mine = [_shot(row) for row in rows[start : start + _AT_ONCE]]
        others = conn().execute(_candidates(mine)).all()
        for shot in mine:
            repeats = sorted(_repeats(shot, others), key=lambda repeat: (repeat.bits, repeat.other_photo_id))
            found[shot.check_in_id] += repeats[:1]
    return {check_in_id: repeats for check_in_id, repeats in found.items() if repeats}


def _repeats(shot: Shot, others: Collection[Any]) -> list[Repeat]:
    found = []
    for row in others:
        other = _shot(row)
        kind = likeness(shot, other)
        if kind is not None:
            bits = 0 if kind == "same" else _differ(shot, other)
            what = (
                row.id,
                row.check_in_id,
                row.employee_id,
                row.branch_id,
                row.name,
                row.site,
                row.received_at,
                row.work_date,
            )
            found.append(Repeat(shot.id, shot.check_in_id, kind, bits, *what))
    return found


def _differ(one: Shot, other: Shot) -> int:
    return differ(one.phash, other.phash) if one.phash is not None and other.phash is not None else 0


def _candidates(shots: Collection[Shot]) -> Any:
    """Earlier photos with the same file or a band near one of these, each found by its index; the rule decides."""
    near = {band for shot in shots if shot.phash is not None for band in near_bands(shot.phash)}
    found = union(
        select(PhotoBand.photo_id).where(PhotoBand.band.in_(sorted(near))),
        select(Photo.id).where(Photo.sha256.in_({shot.sha256 for shot in shots})),
        select(Photo.id).where(Photo.sent_sha256.in_({shot.sent_sha256 for shot in shots})),
    ).subquery()
    return _SHOTS.where(Photo.id.in_(select(found.c[0])), Photo.id < max(shot.id for shot in shots))


def _shot(row: Any) -> Shot:
    return Shot(*row[:8])


_ISSUE = AttendanceException.__table__
_PLACE = (
    select(
        CheckIn.id,
        CheckIn.branch_id,
        CheckIn.site_id,
        CheckIn.work_date,
        CheckInVoid.at.label("void_at"),
        select(func.count())
        .select_from(Photo)
        .where(Photo.check_in_id == CheckIn.id)
        .correlate(CheckIn)
        .scalar_subquery()
        .label("photos"),
        select(func.count())
        .select_from(_ISSUE)
        .where(_ISSUE.c.employee_id == CheckIn.employee_id, _ISSUE.c.work_date == CheckIn.work_date)
        .where(_ISSUE.c.check_in_id == CheckIn.id, _ISSUE.c.kind == "photo", _ISSUE.c.state == "open")
        .correlate(CheckIn)
        .scalar_subquery()
        .label("asked"),
    )
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .where(CheckIn.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"), CheckIn.kind == "in")
)
_SENT = select(Photo.id, Photo.check_in_id, Photo.sent_sha256).where(
    Photo.employee_id == bindparam("who"), Photo.client_id == bindparam("client")
)
_OF = (
    select(*(getattr(Photo, name) for name in PhotoRow.__dataclass_fields__))
    .where(Photo.check_in_id.in_(bindparam("ids", expanding=True)))
    .order_by(Photo.taken_at, Photo.id)
)
_whose = aliased(Employee)
_SHOTS = (
    select(
        Photo.id, Photo.check_in_id, Photo.employee_id, CheckIn.site_id, CheckIn.work_date, Photo.sha256,
        Photo.sent_sha256, Photo.phash, Photo.branch_id, _whose.name, Site.name.label("site"), Photo.received_at,
    )
    .join(CheckIn, CheckIn.id == Photo.check_in_id)
    .join(_whose, _whose.id == Photo.employee_id)
    .outerjoin(Site, Site.id == CheckIn.site_id)
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .where(CheckInVoid.check_in_id.is_(None))
    .order_by(Photo.id)
)  # fmt: skip
