"""Whose the ids on devices are, were and will be, and since when the devices are there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.engine import Row
from sqlalchemy.sql.elements import ColumnElement

from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.devices import policy
from webapp.devices.models import PinHolder, Terminal
from webapp.people.models import Branch, Employee

PAGE = 50
Span = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class HolderPage:
    rows: list[Row[Any]]
    """id, branch_id, branch, terminal_id, terminal (null: all devices), pin, employee_id, name, staff_no, left_on,
    first_on, last_on"""
    total: int
    page: int
    pages: int


def holders(user: SignedIn, *, terminal_id: int | None = None, q: str = "", page: int = 1) -> HolderPage:
    """By id, the newest first. Of a device: those of its whole branch too, they hold there as well."""
    found = _holders(user).where(_matches(q))
    if terminal_id is not None:
        branch_id = select(Terminal.branch_id).where(Terminal.id == terminal_id).scalar_subquery()
        everywhere = and_(PinHolder.terminal_id.is_(None), PinHolder.branch_id == branch_id)
        found = found.where(or_(PinHolder.terminal_id == terminal_id, everywhere))
    total = conn().scalar(select(func.count()).select_from(found.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, page), pages)
    ordered = found.order_by(PinHolder.branch_id, PinHolder.pin, PinHolder.first_on.desc(), PinHolder.id.desc())
    rows = conn().execute(ordered.offset((number - 1) * PAGE).limit(PAGE))
    return HolderPage(list(rows), total, number, pages)


def holder(user: SignedIn, holder_id: int) -> Row[Any]:
    """Raises NotFound: not theirs, or taken back."""
    row = conn().execute(_holders(user).where(PinHolder.id == holder_id)).first()
    if row is None:
        raise NotFound("not_found")
    return row


def holder_devices(user: SignedIn) -> list[tuple[int, str]]:
    """(id, name) of every device, the retired ones too: what they sent still belongs to somebody."""
    mine = policy.visible_to(user).with_only_columns(Terminal.id, Terminal.name).order_by(Terminal.name, Terminal.id)
    return [(row.id, row.name) for row in conn().execute(mine)]


def enrolled(terminal_ids: Collection[int], people: Collection[int]) -> dict[tuple[int, int], list[Span]]:
    """{(device, person): when an id on that very device was theirs}; what holds for a whole branch says nothing."""
    rows = select(PinHolder.terminal_id, PinHolder.employee_id, PinHolder.first_on, PinHolder.last_on).where(
        PinHolder.terminal_id.in_(list(terminal_ids)), PinHolder.employee_id.in_(list(people))
    )
    found: dict[tuple[int, int], list[Span]] = {}
    for terminal_id, employee_id, first_on, last_on in conn().execute(rows) if terminal_ids and people else ():
        found.setdefault((terminal_id, employee_id), []).append((first_on, last_on))
    return found


def registered_on(terminal_ids: Collection[int]) -> dict[int, date]:
    """{device: the date it was registered, in its branch's zone}."""
    rows = (
        select(Terminal.id, Terminal.created_at, Branch.timezone)
        .join(Branch, Branch.id == Terminal.branch_id)
        .where(Terminal.id.in_(list(terminal_ids)))
    )
    found = conn().execute(rows) if terminal_ids else ()
    return {row.id: row.created_at.astimezone(ZoneInfo(row.timezone)).date() for row in found}


def _holders(user: SignedIn) -> Select[Any]:
    return (
        select(
            PinHolder.id, PinHolder.branch_id, Branch.name.label("branch"), PinHolder.terminal_id,
            Terminal.name.label("terminal"), PinHolder.pin, PinHolder.employee_id, Employee.name, Employee.staff_no,
            Employee.left_on, PinHolder.first_on, PinHolder.last_on,
        )
        .join(Employee, Employee.id == PinHolder.employee_id)
        .join(Branch, Branch.id == PinHolder.branch_id)
        .outerjoin(Terminal, Terminal.id == PinHolder.terminal_id)
        .where(PinHolder.branch_id.in_(user.branch_ids if user.role in OFFICE else ()))
    )  # fmt: skip


def _matches(text: str) -> ColumnElement[bool]:
    """Every word is the id, or somewhere in the person's name or staff number."""
    found = (
        or_(
            PinHolder.pin == (word.lstrip("0") if word.isdigit() else word),
            Employee.name.icontains(word, autoescape=True),
            Employee.staff_no.icontains(word, autoescape=True),
        )
        for word in text.split()[:5]
    )
    return and_(true(), *found)
