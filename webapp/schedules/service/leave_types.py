"""Kinds of leave, what a branch allows, and days given to one person."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.people.models import Branch
from webapp.schedules.models import LeaveType
from webapp.schedules.queries.leave import leave_types
from webapp.schedules.rules import STEPS, LeavePolicy, read_leave_policy, written_leave_policy
from webapp.schedules.service.common import office

MOST_HALVES = 732
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class LeaveTypeFields:
    name_en: str
    name_zh: str
    half_days: bool
    yearly_halves: int | None
    note_needed: bool
    prorated: bool = False
    carry_halves: int = 0
    carry_months: int | None = None


def create_leave_type(*, by: SignedIn | None, branch_id: int, fields: LeaveTypeFields, at: datetime) -> int:
    """Its id. Raises NotFound, Forbidden, Invalid with the field."""
    office(by, branch_id)
    known = leave_types(branch_id, archived=True)
    _check(fields, known)
    code = _code(fields.name_en, {one.code for one in known})
    last = max((one.position for one in known), default=-1)
    made = LeaveType(branch_id=branch_id, code=code, position=last + 1, version=1, **asdict(fields))
    db.session.add(made)
    db.session.flush()
    _record(by, "leave_type.created", made, None, asdict(fields), at)
    return made.id


def change_leave_type(
    *, by: SignedIn | None, leave_type_id: int, fields: LeaveTypeFields, version: int, at: datetime
) -> None:
    """Days a year count for the whole of every year, past ones too. Raises NotFound, Forbidden, Invalid, Conflict."""
    one = _find(by, leave_type_id)
    if one.version != version:
        raise Conflict("leave_type_changed")
    _check(fields, [other for other in leave_types(one.branch_id, archived=True) if other.id != one.id])
    before, after = audit.changed({name: getattr(one, name) for name in asdict(fields)}, asdict(fields))
    if not after:
        return
    for name, value in after.items():
        setattr(one, name, value)
    one.version += 1
    _record(by, "leave_type.changed", one, before, after, at)


def archive_leave_type(*, by: SignedIn | None, leave_type_id: int, archived: bool, at: datetime) -> None:
    """What is not asked for any more; leave of it stays what it is. Raises NotFound, Forbidden, Invalid."""
    one = _find(by, leave_type_id)
    if (one.archived_at is not None) == archived:
        return
    if archived and len(leave_types(one.branch_id)) == 1:
        raise Invalid("leave_last_type")
    one.archived_at, one.version = at if archived else None, one.version + 1
    _record(by, "leave_type.archived" if archived else "leave_type.unarchived", one, None, None, at)


def move_leave_type(*, by: SignedIn | None, leave_type_id: int, at: datetime) -> None:
    """One place up in the list people choose from. Raises NotFound, Forbidden."""
    one = _find(by, leave_type_id)
    listed = leave_types(one.branch_id)
    place = next((n for n, other in enumerate(listed) if other.id == one.id), 0)
    if place == 0:
        return
    listed.insert(place - 1, listed.pop(place))
    for position, other in enumerate(listed):
        other.position = position
    _record(by, "leave_type.moved", one, {"position": place + 1}, {"position": place}, at)


def set_leave_policy(
    *, by: SignedIn | None, branch_id: int, policy: LeavePolicy, version: int | None = None, at: datetime
) -> None:
    """Counts for what is asked for from now on. `version`: of the branch as it was looked at.

    Raises NotFound, Forbidden, Invalid with the field, Conflict.
    """
    office(by, branch_id)
    if not policy.chain or not set(policy.chain) <= set(STEPS):
        raise Invalid("leave_chain", "chain")
    bounds = (("hr_from_halves", MOST_HALVES), ("notice_days", 90), ("back_days", 90))
    for name, most in bounds:
        if not 0 <= getattr(policy, name) <= most:
            raise Invalid("too_high" if getattr(policy, name) > most else "too_low", name, limit=most)
    branch = db.session.get(Branch, branch_id, with_for_update=True)
    if branch is None:
        raise NotFound("not_found", "branch_id")
    if version is not None and branch.version != version:
        raise Conflict("changed_meanwhile")
    before, after = audit.changed(_plain(read_leave_policy(branch.leave_policy)), _plain(policy))
    if not after:
        return
    branch.leave_policy = written_leave_policy(policy)
    branch.version += 1
    audit.record(
        actor_id=by.id if by else None, action="branch.leave", object_type="branch", object_id=branch_id,
        branch_id=branch_id, before=before, after=after, at=at,
    )  # fmt: skip


def _plain(policy: LeavePolicy) -> dict[str, Any]:
    return {
        "leave_chain": list(policy.chain), "hr_from_halves": policy.hr_from_halves,
        "notice_days": policy.notice_days, "back_days": policy.back_days,
    }  # fmt: skip


def _find(by: SignedIn | None, leave_type_id: int) -> LeaveType:
    one = db.session.get(LeaveType, leave_type_id, with_for_update=True)
    if one is None:
        raise NotFound("not_found")
    office(by, one.branch_id)
    return one


def _check(fields: LeaveTypeFields, others: list[LeaveType]) -> None:
    for name in ("name_en", "name_zh"):
        if not getattr(fields, name):
            raise Invalid("required", name)
        if getattr(fields, name).casefold() in {getattr(other, name).casefold() for other in others}:
            raise Invalid("leave_type_taken", name, name=getattr(fields, name))
    _check_counts(fields)


def _check_counts(fields: LeaveTypeFields) -> None:
    bounds = (
        ("yearly", fields.yearly_halves, 0, MOST_HALVES, MOST_HALVES // 2),
        ("carry", fields.carry_halves, 0, MOST_HALVES, MOST_HALVES // 2),
        ("carry_months", fields.carry_months, 1, MOST_MONTHS, MOST_MONTHS),
    )
    for name, value, low, high, limit in bounds:
        if value is not None and not low <= value <= high:
            raise Invalid("too_high" if value > high else "too_low", name, limit=limit if value > high else low)
    if fields.yearly_halves is None and (fields.prorated or fields.carry_halves):
        raise Invalid("leave_not_counted", "yearly")


def _code(name: str, taken: set[str]) -> str:
    """A short code nobody sees, which never changes."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:9].strip("-") or "kind"
    number, code = 1, stem
    while code in taken:
        number, code = number + 1, f"{stem}-{number + 1}"
    return code


def _record(
    by: SignedIn | None, action: str, one: LeaveType, before: dict | None, after: dict | None, at: datetime
) -> None:
    audit.record(
        actor_id=by.id if by else None, action=action, object_type="leave_type", object_id=one.id,
        branch_id=one.branch_id, before=before, after=after, at=at,
    )  # fmt: skip
