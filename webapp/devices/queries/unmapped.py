"""Ids on devices that are nobody's yet, with what hints at whose they are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.devices import policy
from webapp.devices.models import PinHolder, RawPunch, Terminal
from webapp.devices.queries.health import UNMAPPED
from webapp.devices.rules import pin_of, spellings
from webapp.people.models import Employee

PAGE = 50
SAMPLES = 3
Key = tuple[int, str]
"""(terminal_id, pin)"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody whose staff number is the id."""

    employee_id: int
    staff_no: str
    name: str
    joined_on: date


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose the id is or was at another time."""

    name: str
    first_on: date
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """One id. `row`: terminal_id, terminal, branch_id, pin, count, first, last (device times), low, high (lines)."""

    row: Row[Any]
    samples: list[str] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    spelled: list[str] = field(default_factory=list)
    """The ways it is written, where leading zeros make two people's ids one."""

    @property
    def proposal(self) -> Proposal | None:
        """Only where exactly one person fits and nothing speaks against it."""
        return self.proposals[0] if len(self.proposals) == 1 and not self.spelled else None

    @property
    def first_on(self) -> date | None:
        """From when the proposed person can have used it."""
        seen = _date(self.row.first)
        return max(seen, self.proposal.joined_on) if seen and self.proposal else seen


@dataclass(frozen=True, slots=True)
class UnmappedPage:
    rows: list[Unmapped]
    total: int
    page: int
    pages: int


def unmapped(user: SignedIn, *, terminal_id: int | None = None, page: int = 1) -> UnmappedPage:
    """The ids with most punches first."""
    found = _groups(user)
    if terminal_id is not None:
        found = found.where(RawPunch.terminal_id == terminal_id)
    total = conn().scalar(select(func.count()).select_from(found.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, page), pages)
    ordered = found.order_by(func.count().desc(), RawPunch.terminal_id, RawPunch.pin)
    rows = list(conn().execute(ordered.offset((number - 1) * PAGE).limit(PAGE)))
    return UnmappedPage(_told(rows), total, number, pages)


def unmapped_count(user: SignedIn) -> int:
    """Ids nobody has, over all devices."""
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    pins = select(RawPunch.terminal_id, RawPunch.pin).where(UNMAPPED, RawPunch.terminal_id.in_(mine)).distinct()
    return conn().scalar(select(func.count()).select_from(pins.subquery())) or 0


def unmapped_one(user: SignedIn, terminal_id: int, pin: str) -> Unmapped:
    """Raises NotFound: not theirs, or no longer unmapped."""
    rows = list(conn().execute(_groups(user).where(RawPunch.terminal_id == terminal_id, RawPunch.pin == pin)))
    if not rows:
        raise NotFound("not_found")
    return _told(rows)[0]


def _groups(user: SignedIn) -> Select[Any]:
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    return (
        select(
            RawPunch.terminal_id, Terminal.name.label("terminal"), Terminal.branch_id, Terminal.timezone, RawPunch.pin,
            func.count().label("punches"), func.min(RawPunch.device_time).label("first"),
            func.max(RawPunch.device_time).label("last"), func.min(RawPunch.line).label("low"),
            func.max(RawPunch.line).label("high"),
        )
        .join(Terminal, Terminal.id == RawPunch.terminal_id)
        .where(UNMAPPED, RawPunch.terminal_id.in_(mine))
        .group_by(RawPunch.terminal_id, Terminal.name, Terminal.branch_id, Terminal.timezone, RawPunch.pin)
    )  # fmt: skip


def _told(rows: Sequence[Row[Any]]) -> list[Unmapped]:
    keys = [(row.terminal_id, row.pin) for row in rows]
    samples, people, holders = _samples(keys), _people(rows), _holders(rows)
    return [
        Unmapped(
            row,
            samples.get((row.terminal_id, row.pin), []),
            people.get((row.branch_id, row.pin), []),
            [holder for where, holder in holders.get((row.branch_id, row.pin), []) if where in (None, row.terminal_id)],
            spellings(row.pin, [row.low, row.high]),
        )
        for row in rows
    ]


def _samples(keys: Sequence[Key]) -> dict[Key, list[str]]:
    """The newest times of each id, as its device showed them."""
    if not keys:
        return {}
    place = func.row_number().over(
        partition_by=(RawPunch.terminal_id, RawPunch.pin), order_by=RawPunch.device_time.desc()
    )
    inner = (
        select(RawPunch.terminal_id, RawPunch.pin, RawPunch.device_time, place.label("place"))
        .where(UNMAPPED, tuple_(RawPunch.terminal_id, RawPunch.pin).in_(keys))
        .subquery()
    )
    found: dict[Key, list[str]] = defaultdict(list)
    for row in conn().execute(select(inner).where(inner.c.place <= SAMPLES).order_by(inner.c.place)):
        found[row.terminal_id, row.pin].append(row.device_time)
    return found


def _people(rows: Iterable[Row[Any]]) -> dict[tuple[int, str], list[Proposal]]:
    """{(branch, pin): those who have it as their staff number}"""
    wanted = {(row.branch_id, row.pin) for row in rows}
    if not wanted:
        return {}
    bare = func.ltrim(Employee.staff_no, "0")
    query = select(Employee.id, Employee.branch_id, Employee.staff_no, Employee.name, Employee.joined_on).where(
        Employee.branch_id.in_({branch for branch, _ in wanted}), bare.in_({pin.lstrip("0") for _, pin in wanted})
    )
    found: dict[tuple[int, str], list[Proposal]] = defaultdict(list)
    for row in conn().execute(query.order_by(Employee.staff_no)):
        key = (row.branch_id, pin_of(row.staff_no) or "")
        if key in wanted:
            found[key].append(Proposal(row.id, row.staff_no, row.name, row.joined_on))
    return found


def _holders(rows: Iterable[Row[Any]]) -> dict[tuple[int, str], list[tuple[int | None, Holder]]]:
    keys = sorted({(row.branch_id, row.pin) for row in rows})
    if not keys:
        return {}
    query = (
        select(PinHolder.branch_id, PinHolder.pin, PinHolder.terminal_id, Employee.name, PinHolder.first_on,
               PinHolder.last_on)
        .join(Employee, Employee.id == PinHolder.employee_id)
        .where(tuple_(PinHolder.branch_id, PinHolder.pin).in_(keys))
        .order_by(PinHolder.first_on)
    )  # fmt: skip
    found: dict[tuple[int, str], list[tuple[int | None, Holder]]] = defaultdict(list)
    for row in conn().execute(query):
        found[row.branch_id, row.pin].append((row.terminal_id, Holder(row.name, row.first_on, row.last_on)))
    return found


def _date(device_time: str) -> date | None:
    try:
        return date.fromisoformat(device_time[:10])
    except ValueError:
        return None
