"""Phones people check in with."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people import policy
from webapp.people.models import Branch, Device, Employee

MOST = 100


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One phone of one person. state: bound | waiting | refused | removed."""

    id: int
    employee_id: int
    key: str
    label: str
    first_seen: datetime
    last_seen: datetime
    state: str
    decided_at: datetime | None
    reason: str | None
    person: str
    branch_id: int
    limit: int
    decided_by: str | None


def devices_of(employee_id: int) -> list[DeviceRow]:
    """The newest first; the ones removed too."""
    return _some(Device.employee_id == employee_id)


def waiting_devices(whose: ColumnElement[bool]) -> list[DeviceRow]:
    """Those that ask, of the people a condition on Employee (and Device) names."""
    return _some(Device.state == "waiting", whose)


def a_device(device_id: int, whose: ColumnElement[bool]) -> DeviceRow:
    """Raises NotFound."""
    found = _some(Device.id == device_id, whose)
    if not found:
        raise NotFound("not_found")
    return found[0]


def owner_of(user: SignedIn, device_id: int) -> int:
    """Whose phone it is, of the people one sees. Raises NotFound."""
    mine = policy.visible_to(user).with_only_columns(Employee.id)
    owner = conn().scalar(select(Device.employee_id).where(Device.id == device_id, Device.employee_id.in_(mine)))
    if owner is None:
        raise NotFound("not_found")
    return owner


def others_with(keys: Collection[str], employee_id: int, user: SignedIn) -> dict[str, list[str]]:
    """Who else signed with these phones; names only of the viewer's branches, "" for others."""
    query = (
        select(Device.key, Employee.name, Employee.branch_id)
        .join(Employee, Employee.id == Device.employee_id)
        .where(Device.key.in_(sorted(keys)), Device.employee_id != employee_id)
        .order_by(Employee.name)
        .limit(MOST)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in conn().execute(query) if keys else ():
        found[row.key].append(row.name if row.branch_id in user.branch_ids else "")
    return found


def _some(*conditions: ColumnElement[bool]) -> list[DeviceRow]:
    query = (
        select(
            Device.id, Device.employee_id, Device.key, Device.label, Device.first_seen, Device.last_seen, Device.state,
            Device.decided_at, Device.reason, Employee.name, Employee.branch_id, Branch.device_limit, _by.name,
        )
        .join(Employee, Employee.id == Device.employee_id)
        .join(Branch, Branch.id == Employee.branch_id)
        .outerjoin(_by, _by.id == Device.decided_by)
        .where(*conditions)
        .order_by(Device.first_seen.desc(), Device.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return [DeviceRow(*row) for row in conn().execute(query)]


_by = aliased(Employee)
