"""Held punches in a list of all that waits: their keys, and the rows of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.merged import Narrow, before, key, local_day, narrowed
from webapp.devices import policy
from webapp.devices.models import PinHolder, RawPunch, Terminal
from webapp.devices.queries.health import HELD
from webapp.people.models import Branch, Employee


def held_keys(user: SignedIn, at: datetime, to: Narrow, *, rank: int) -> Select[Any]:
    """Nobody knows the day of a punch whose time is not believed: the day it arrived stands for it."""
    late = before(to.late, Terminal.branch_id, RawPunch.received_at)
    where: dict[str, Any] = {"branch_id": Terminal.branch_id, "opened_at": RawPunch.received_at, "late": late}
    where |= {"day": local_day(RawPunch.received_at, Terminal.branch_id, to.zones, at)}
    person = func.coalesce(_holder(Employee.name), RawPunch.pin)
    columns = key("held_punch", id=RawPunch.id, person=person, place=Terminal.name, rank=rank, **where)
    found = _of(select(*columns), user).where(HELD, _own(user) if to.own else ~_own(user))
    number = func.coalesce(_holder(Employee.staff_no), "")
    return narrowed(found, to, spots=(person, number, RawPunch.pin, Terminal.name), **where)


def held_some(user: SignedIn, ids: Collection[int]) -> list[Row[Any]]:
    """These, as far as the person sees them. `held`: nobody has decided about it; `waits`: for this person."""
    found = select(
        RawPunch.id, RawPunch.pin, RawPunch.device_time, RawPunch.received_at, RawPunch.quality, Terminal.branch_id,
        Terminal.name.label("terminal"), _holder(Employee.name).label("name"),
        _holder(Employee.staff_no).label("staff_no"), Branch.name.label("branch"), Branch.timezone,
        HELD.label("held"), and_(HELD, ~_own(user)).label("waits"),
    )  # fmt: skip
    found = _of(found, user).join(Branch, Branch.id == Terminal.branch_id)
    return list(conn().execute(found.where(RawPunch.id.in_(list(ids)))))


def _of(found: Select[Any], user: SignedIn) -> Select[Any]:
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    return found.join(Terminal, Terminal.id == RawPunch.terminal_id).where(RawPunch.terminal_id.in_(mine))


def _own(user: SignedIn) -> ColumnElement[bool]:
    """Nobody decides about a punch of their own."""
    return func.coalesce(_holder(Employee.id), 0) == user.id


def _holder(column: Any) -> Any:
    """Of whoever had the id on this device last."""
    return (
        select(column)
        .join(PinHolder, PinHolder.employee_id == Employee.id)
        .where(PinHolder.branch_id == Terminal.branch_id, PinHolder.pin == RawPunch.pin)
        .where(or_(PinHolder.terminal_id.is_(None), PinHolder.terminal_id == RawPunch.terminal_id))
        .order_by(PinHolder.first_on.desc(), PinHolder.id.desc())
        .limit(1)
        .correlate(RawPunch, Terminal)
        .scalar_subquery()
    )
