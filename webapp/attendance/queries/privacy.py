"""What was taken of a person, and who looked at it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from webapp.attendance.models import CheckIn, Photo, PositionView
from webapp.core.db import conn
from webapp.people.models import Branch, Device, Employee
from webapp.sites.models import Site

PAGE = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """One check-in or check-out. position: exact | coarse | none."""

    id: int
    kind: str
    counted_at: datetime
    received_at: datetime
    site: str | None
    position: str
    accuracy_m: float | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    role: str
    at: datetime


def taken_of(employee_id: int, page: int) -> tuple[list[Taken], int]:
    """(rows of the page, newest first; how many there are)."""
    total = conn().scalar(select(func.count()).select_from(CheckIn).where(CheckIn.employee_id == employee_id)) or 0
    query = (
        select(
            CheckIn.id, CheckIn.kind, CheckIn.counted_at, CheckIn.received_at, Site.name, CheckIn.lat,
            CheckIn.id > Branch.coarse_through, CheckIn.accuracy_m, Device.label,
        )
        .join(Branch, Branch.id == CheckIn.branch_id)
        .outerjoin(Site, Site.id == CheckIn.site_id)
        .outerjoin(Device, and_(Device.employee_id == CheckIn.employee_id, Device.key == CheckIn.device_key))
        .where(CheckIn.employee_id == employee_id)
        .order_by(CheckIn.work_date.desc(), CheckIn.tapped_at.desc(), CheckIn.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    return [_taken(*row) for row in conn().execute(query)], total


@dataclass(frozen=True, slots=True)
class Kept:
    """Photos that are kept of somebody; `oldest`: when the first of them arrived."""

    number: int
    oldest: datetime | None


def photos_kept(employee_id: int) -> Kept:
    query = select(func.count(), func.min(Photo.received_at))
    row = conn().execute(query.where(Photo.employee_id == employee_id, Photo.deleted_at.is_(None))).one()
    return Kept(*row)


def looks_at(check_in_ids: Collection[int]) -> dict[int, list[Look]]:
    """Who looked at each, in order."""
    found: dict[int, list[Look]] = defaultdict(list)
    query = (
        select(PositionView.check_in_id, Employee.name, Employee.role, PositionView.at)
        .join(Employee, Employee.id == PositionView.viewer_id)
        .where(PositionView.check_in_id.in_(sorted(check_in_ids)))
        .order_by(PositionView.at, PositionView.viewer_id)
    )
    for row in conn().execute(query) if check_in_ids else ():
        found[row.check_in_id].append(Look(row.name, row.role, row.at))
    return found


def noted(viewer_id: int, on: date, check_in_ids: Collection[int]) -> set[int]:
    """Those whose look of that day is written down already."""
    mine = (PositionView.viewer_id == viewer_id, PositionView.viewed_on == on)
    query = select(PositionView.check_in_id).where(*mine, PositionView.check_in_id.in_(sorted(check_in_ids)))
    return set(conn().scalars(query)) if check_in_ids else set()


def _taken(
    id: int, kind: str, counted_at: datetime, received_at: datetime, site: str | None, lat: float | None, exact: bool,
    accuracy_m: float | None, phone: str | None,
) -> Taken:  # fmt: skip
    position = "none" if lat is None else "exact" if exact else "coarse"
    return Taken(id, kind, counted_at, received_at, site, position, accuracy_m, phone)
