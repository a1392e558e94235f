"""Phones people check in with: taken without asking up to the branch's limit, then somebody decides."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.people import policy
from webapp.people.models import Branch, Device, Employee
from webapp.people.rules import Sighting

_ACTS = {"bound": "device.bound", "refused": "device.refused", "removed": "device.removed"}
_COUNTED = frozenset({"bound", "removed"})
_GONE = frozenset({"refused", "removed"})


def see_devices(*, seen: Collection[Sighting]) -> list[int]:
    """Note the phones that signed; the ids of those that now wait for somebody's word.

    A phone is bound by itself while fewer than the limit ever were: with a removed one the change is asked about. One
    that a colleague signed with before is always asked about: somebody has to say that the two share it.
    """
    people = {one.employee_id for one in seen}
    limits = _lock(people)
    known: dict[int, dict[str, Device]] = defaultdict(dict)
    for noted in db.session.scalars(select(Device).where(Device.employee_id.in_(people))):
        known[noted.employee_id][noted.key] = noted
    theirs = _first_signed(seen)
    asking = []
    for one in sorted(seen, key=lambda sighting: sighting.first):
        mine = known[one.employee_id]
        device: Device | None = mine.get(one.key)
        if device is None:
            counted = sum(other.state in _COUNTED for other in mine.values())
            shared = theirs.get(one.key, one.employee_id) != one.employee_id
            state = "bound" if counted < limits[one.employee_id] and not shared else "waiting"
            device = mine[one.key] = Device(
                employee_id=one.employee_id, key=one.key, label=one.label[:60], first_seen=one.first,
                last_seen=one.last, state=state,
            )  # fmt: skip
            db.session.add(device)
            theirs.setdefault(one.key, one.employee_id)
            asking += [device] if state == "waiting" else []
            continue
        device.last_seen = max(device.last_seen, one.last)
        if device.state == "removed" and device.decided_at and one.last > device.decided_at:
            device.state = "waiting"
            asking.append(device)
    db.session.flush()
    return [device.id for device in asking]


def decide_device(
    *, by: SignedIn, device_id: int, decision: str, reason: str, at: datetime, replaces: int | None = None
) -> Device:
    """Approve or refuse a phone; whoever calls has checked that it is theirs to decide, never one's own.

    At the limit approving needs the phone it `replaces`. Raises Invalid, Conflict, NotFound.
    """
    device = _device(device_id)
    policy.check_not_self(by, db.session.get_one(Employee, device.employee_id))
    limit = _lock({device.employee_id})[device.employee_id]
    if device.state not in ("waiting", "refused") or decision == device.state:
        raise Conflict("device_decided")
    if decision == "refused":
        if not reason:
            raise Invalid("device_reason_needed", "reason")
        _set(device, "refused", by, reason, at)
        return device
    if decision != "bound":
        raise Invalid("not_a_choice", "decision")
    bound = {one.id: one for one in _bound(device.employee_id)}
    if replaces is not None and replaces not in bound:
        raise Invalid("not_a_choice", "replaces")
    if replaces is None and len(bound) >= limit:
        raise Invalid("device_replaces", "replaces", limit=limit)
    if replaces is not None:
        _set(bound[replaces], "removed", by, reason, at)
    _set(device, "bound", by, reason, at)
    return device


def remove_device(*, by: SignedIn, device_id: int, at: datetime, reason: str = "") -> Device | None:
    """One's own, or by whoever manages the person; when it signs again, somebody is asked. None when it was removed
    before. Raises NotFound.
    """
    device = _device(device_id)
    employee = db.session.get_one(Employee, device.employee_id)
    if by.id != employee.id and not policy.can_manage(by, employee):
        raise NotFound("not_found")
    if device.state == "removed":
        return None
    _set(device, "removed", by, reason, at)
    return device


def _first_signed(seen: Collection[Sighting]) -> dict[str, int]:
    """{key: who signed with it first}, of the keys that are known and still somebody's."""
    keys, kept = {one.key for one in seen}, Device.state.not_in(_GONE)
    rows = db.session.execute(
        select(Device.key, Device.employee_id).where(Device.key.in_(keys), kept).order_by(Device.first_seen.desc())
    )
    return {row.key: row.employee_id for row in rows}


def _device(device_id: int) -> Device:
    device = db.session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise NotFound("not_found")
    return device


def _bound(employee_id: int) -> list[Device]:
    return list(db.session.scalars(select(Device).where(Device.employee_id == employee_id, Device.state == "bound")))


def _lock(people: Collection[int]) -> dict[int, int]:
    """{person: limit of the branch}; one change of a person's phones at a time."""
    query = select(Employee.id, Branch.device_limit).join(Branch, Branch.id == Employee.branch_id)
    ordered = query.where(Employee.id.in_(sorted(people))).order_by(Employee.id)
    rows = db.session.execute(ordered.with_for_update(of=Employee, key_share=True))
    return {row.id: row.device_limit for row in rows}


def _set(device: Device, state: str, by: SignedIn, reason: str, at: datetime) -> None:
    before = device.state
    device.state, device.decided_by, device.decided_at, device.reason = state, by.id, at, reason[:300] or None
    employee = db.session.get_one(Employee, device.employee_id)
    audit.record(
        actor_id=by.id, action=_ACTS[state], object_type="employee", object_id=employee.id,
        branch_id=employee.branch_id, before={"device_state": before},
        after={"device_state": state, "device": device.label}, reason=reason or None, at=at,
    )  # fmt: skip
