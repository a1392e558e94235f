"""Whose an id on a device is, from one date to another; what came before follows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, true, update

from webapp.core import audit
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.devices.models import PinHolder, RawPunch, Terminal
from webapp.devices.rules import pin_of
from webapp.devices.service.digest import look_again
from webapp.people.models import Branch, Employee

_holder = PinHolder.__table__.c


def assign(
    *,
    by: SignedIn,
    branch_id: int,
    terminal_id: int | None,
    pin: str,
    employee_id: int,
    first_on: date,
    last_on: date | None,
    at: datetime,
) -> int:
    """An id is this person's, on one device or on all of the branch; its punches so far are looked at again.

    Raises NotFound, Forbidden, Invalid with the field, Conflict (somebody else's at that time).
    """
    _check_branch(by, branch_id)
    norm = pin_of(pin)
    if not norm:
        raise Invalid("pin_bad", "pin")
    if last_on is not None and last_on < first_on:
        raise Invalid("pin_order", "last_on")
    _check_person(by, employee_id)
    terminals = _terminals(branch_id, terminal_id)
    _lock(branch_id)
    _check_free(branch_id, terminal_id, norm, first_on, last_on)
    row = {"branch_id": branch_id, "terminal_id": terminal_id, "pin": norm, "employee_id": employee_id,
           "first_on": first_on, "last_on": last_on, "recorded_by": by.id, "recorded_at": at}  # fmt: skip
    holder_id = conn().execute(insert(PinHolder).returning(_holder.id), row).scalar_one()
    _note(by, "pin.assigned", holder_id, branch_id, None, row, at)
    _again(terminals, norm, at)
    return int(holder_id)


def release(*, by: SignedIn, holder_id: int, last_on: date | None, at: datetime) -> None:
    """The id is theirs until `last_on` only; None: it never was. Its punches are looked at again.

    Raises NotFound, Forbidden, Invalid.
    """
    row = conn().execute(select(PinHolder.__table__).where(_holder.id == holder_id)).first()
    if row is None or row.branch_id not in by.branch_ids:
        raise NotFound("not_found")
    _check_branch(by, row.branch_id)
    if row.employee_id == by.id:
        raise Invalid("own_decision")
    if last_on is not None and last_on < row.first_on:
        raise Invalid("pin_order", "last_on")
    if last_on is not None and row.last_on is not None and last_on > row.last_on:
        raise Invalid("pin_longer", "last_on")
    mine = _holder.id == holder_id
    change: Any = delete(PinHolder) if last_on is None else update(PinHolder).values(last_on=last_on)
    conn().execute(change.where(mine))
    before = {name: getattr(row, name) for name in ("terminal_id", "pin", "employee_id", "first_on", "last_on")}
    _note(by, "pin.released", holder_id, row.branch_id, before, None if last_on is None else {"last_on": last_on}, at)
    _again(_terminals(row.branch_id, row.terminal_id), row.pin, at)


def _check_branch(by: SignedIn, branch_id: int) -> None:
    if branch_id not in by.branch_ids:
        raise NotFound("not_found")
    if by.role not in OFFICE:
        raise Forbidden("forbidden")


def _check_person(by: SignedIn, employee_id: int) -> None:
    if employee_id == by.id:
        raise Invalid("own_decision", "employee_id")
    branch = conn().scalar(select(Employee.branch_id).where(Employee.id == employee_id))
    if branch is None or branch not in by.branch_ids:
        raise Invalid("pin_nobody", "employee_id")


def _check_free(branch_id: int, terminal_id: int | None, pin: str, first_on: date, last_on: date | None) -> None:
    """On the same device, or on the same branch, an id is one person's at a time.

    Whoever did not work here then held nothing (rules/holders.py), so nothing of theirs is in the way.
    """
    same = _holder.terminal_id.is_(None) if terminal_id is None else _holder.terminal_id == terminal_id
    starts = (_holder.first_on <= last_on) & (Employee.joined_on <= last_on) if last_on else true()
    taken = (
        select(Employee.name, _holder.first_on, _holder.last_on)
        .join(Employee, Employee.id == _holder.employee_id)
        .where(_holder.branch_id == branch_id, _holder.pin == pin, same, starts)
        .where(or_(_holder.last_on.is_(None), _holder.last_on >= first_on))
        .where(or_(Employee.left_on.is_(None), Employee.left_on >= first_on))
        .order_by(_holder.first_on)
    )
    if row := conn().execute(taken).first():
        raise Conflict("pin_taken", "pin", pin=pin, name=row.name, since=row.first_on)


def _terminals(branch_id: int, terminal_id: int | None) -> list[int]:
    """Whose raw punches this is about. Raises NotFound."""
    mine = select(Terminal.id).where(Terminal.branch_id == branch_id).order_by(Terminal.id)
    found = list(conn().scalars(mine if terminal_id is None else mine.where(Terminal.id == terminal_id)))
    if terminal_id is not None and not found:
        raise NotFound("not_found", "terminal_id")
    return found


def _lock(branch_id: int) -> None:
    """One assignment in a branch at a time; SQLite has one writer anyway.

    Not against those who only refer to the branch: a digest at work does, and this will wait for it.
    """
    conn().execute(select(Branch.id).where(Branch.id == branch_id).with_for_update(key_share=True))


def _again(terminals: list[int], pin: str, at: datetime) -> None:
    raw = RawPunch.__table__.c
    if terminals:
        look_again(terminal_ids=terminals, which=(raw.pin == pin) & raw.state.in_(("mapped", "unmapped")), at=at)


def _note(by: SignedIn, what: str, holder_id: int, branch_id: int, before: Any, after: Any, at: datetime) -> None:
    hidden = {"branch_id", "recorded_by", "recorded_at"}
    kept = {name: value for name, value in after.items() if name not in hidden} if after else None
    audit.record(
        actor_id=by.id, action=what, object_type="pin_holder", object_id=holder_id, branch_id=branch_id,
        before=before, after=kept, at=at,
    )  # fmt: skip
