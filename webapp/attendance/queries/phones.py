"""Which phones signed what, and whose new phones a person decides about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, false, func, or_, select

from webapp.attendance import policy
from webapp.attendance.models import CheckIn
from webapp.core.authz import SignedIn
from webapp.core.db import UTCDateTime, conn
from webapp.people.models import Device, Employee
from webapp.people.queries.devices import DeviceRow, a_device, waiting_devices
from webapp.people.rules import Sighting
from webapp.sites.models import SiteSupervisor

AGAIN = timedelta(hours=1)
"""How much later a known phone must sign to be written down again; one that was removed, at once."""


@dataclass(frozen=True, slots=True)
class AskingPhone:
    """`since`: when it began to wait, this time."""

    id: int
    employee_id: int
    key: str
    name: str
    branch_id: int
    team_id: int | None
    since: datetime


def unnoticed(pairs: Collection[tuple[int, date]]) -> list[Sighting]:
    """Phones whose right signature on these days says something that is not written down yet. One statement."""
    found: dict[tuple[int, str], Sighting] = {}
    asked = {"people": sorted({who for who, _ in pairs}), "dates": sorted({on for _, on in pairs})}
    for row in conn().execute(_SIGNED, asked) if pairs else ():
        removed = row.state == "removed" and row.decided_at is not None and row.received_at > row.decided_at
        if row.last_seen is not None and row.received_at <= row.last_seen + AGAIN and not removed:
            continue
        key = (row.employee_id, row.device_key)
        first = found[key].first if key in found else row.received_at
        label = found[key].label if key in found else (row.extra or {}).get("device", "")
        found[key] = Sighting(row.employee_id, row.device_key, label, first, row.received_at)
    return list(found.values())


def days_signed_with(employee_id: int, key: str, *, since: date) -> list[date]:
    """Work dates from `since` on with a check-in this phone signed for them."""
    mine = (CheckIn.employee_id == employee_id, CheckIn.device_key == key, CheckIn.work_date >= since)
    return list(conn().scalars(select(CheckIn.work_date).where(*mine).distinct().order_by(CheckIn.work_date)))


def asking(pairs: Collection[tuple[int, date]]) -> list[AskingPhone]:
    """Phones of these people that wait for somebody's word."""
    rows = conn().execute(_ASKING, {"people": sorted({who for who, _ in pairs})}) if pairs else ()
    return [AskingPhone(*row) for row in rows]


def deciders(phone: AskingPhone, *, on: date) -> list[int]:
    """Who is asked about a phone: the supervisors of the team and of the stores it checked in at lately."""
    here = (CheckIn.employee_id == phone.employee_id, CheckIn.device_key == phone.key)
    stores = select(CheckIn.site_id).where(*here, CheckIn.work_date >= on - policy.LATELY)
    theirs = select(SiteSupervisor.employee_id).where(SiteSupervisor.site_id.in_(stores))
    mine = Employee.team_id == phone.team_id if phone.team_id is not None else false()
    query = select(Employee.id).where(
        Employee.role == "supervisor", Employee.branch_id == phone.branch_id, Employee.id != phone.employee_id,
        or_(Employee.left_on.is_(None), Employee.left_on >= on), or_(mine, Employee.id.in_(theirs)),
    )  # fmt: skip
    return list(conn().scalars(query.order_by(Employee.id)))


def new_phones(user: SignedIn, at: datetime) -> list[DeviceRow]:
    """Phones that wait for this person's word."""
    return waiting_devices(policy.phones_decided_by(user, at))


def phone_to_decide(user: SignedIn, device_id: int, at: datetime) -> DeviceRow:
    """Raises NotFound."""
    return a_device(device_id, policy.phones_decided_by(user, at))


_ASKING = (
    select(
        Device.id, Device.employee_id, Device.key, Employee.name, Employee.branch_id, Employee.team_id,
        func.coalesce(Device.decided_at, Device.first_seen, type_=UTCDateTime),
    )
    .join(Employee, Employee.id == Device.employee_id)
    .where(Device.state == "waiting", Device.employee_id.in_(bindparam("people", expanding=True)))
    .order_by(Device.id)
)  # fmt: skip
_SIGNED = (
    select(
        CheckIn.employee_id, CheckIn.device_key, CheckIn.received_at, CheckIn.extra,
        Device.last_seen, Device.state, Device.decided_at,
    )
    .outerjoin(Device, and_(Device.employee_id == CheckIn.employee_id, Device.key == CheckIn.device_key))
    .where(
        CheckIn.employee_id.in_(bindparam("people", expanding=True)),
        CheckIn.work_date.in_(bindparam("dates", expanding=True)),
        CheckIn.device_key.is_not(None),
        CheckIn.signed.is_(True),
    )
    .order_by(CheckIn.received_at, CheckIn.id)
)  # fmt: skip
