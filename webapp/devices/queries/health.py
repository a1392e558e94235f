"""The health page: every device with how it was last heard. The same few statements for one and for hundreds."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, text
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.devices import policy
from webapp.devices.adapters import adapters
from webapp.devices.models import DeviceRequest, HeldDecision, RawPunch, Terminal, TerminalSite, TerminalState
from webapp.devices.rules import Known, alarms
from webapp.devices.rules.alarms import NOT_REACHED, SILENT, SKEW_S
from webapp.people.models import Branch
from webapp.sites.models import Site

PAGE = 25
WAITING = text("raw_punch.state in ('unmapped','held')")
"""Word for word as in the partial index, which is used only then."""
UNMAPPED: ColumnElement[bool] = and_(WAITING, RawPunch.state == literal_column("'unmapped'"))
_NEWEST = (
    select(HeldDecision.decision)
    .where(HeldDecision.raw_punch_id == RawPunch.id)
    .order_by(HeldDecision.seq.desc())
    .limit(1)
    .scalar_subquery()
)
UNDECIDED: ColumnElement[bool] = func.coalesce(_NEWEST, "reopen") == "reopen"
HELD: ColumnElement[bool] = and_(WAITING, RawPunch.state == literal_column("'held'"), UNDECIDED)
_SORTS: dict[str, Any] = {
    "name": Terminal.name,
    "branch": Branch.name,
    "kind": Terminal.kind,
    "seen": TerminalState.seen_at,
    "clock": func.abs(TerminalState.skew_s),
}


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """What the list shows; everything comes from the address."""

    q: str = ""
    branch_id: int | None = None
    state: str = "current"
    """current (active or paused) | active | paused | retired | all"""
    alarm: str = ""
    """any | silent | quiet | clock | pull"""
    sort: str = "name"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a device waits for a person: ids nobody has, punches held back, requests nobody has read."""

    ids: int = 0
    held: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """One device and how it stands. `row` holds the columns of Terminal and TerminalState."""

    row: Row[Any]
    sites: list[str] = field(default_factory=list)
    waiting: Waiting = Waiting()
    kept: int = 0
    """Punches of it that we have."""
    alarms: tuple[str, ...] = ()

    @property
    def lag_s(self) -> int | None:
        """How old its newest punch was when punches last came."""
        if self.row.received_at is None or self.row.punched_at is None:
            return None
        return max(0, round((self.row.received_at - self.row.punched_at).total_seconds()))


@dataclass(frozen=True, slots=True)
class DevicePage:
    rows: list[Device]
    total: int
    page: int
    pages: int


def devices(user: SignedIn, wanted: DeviceFilter, at: datetime) -> DevicePage:
    """One page; a page number beyond the end gives the last page."""
    found = _filtered(user, wanted, at)
    total = conn().scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, wanted.page), pages)
    rows = list(conn().execute(found.offset((page - 1) * PAGE).limit(PAGE)))
    return DevicePage(_told(rows, at), total, page, pages)


def device(user: SignedIn, terminal_id: int, at: datetime) -> Device | None:
    """One of them, with everything the list says about it; None when it is not theirs."""
    rows = list(conn().execute(_select(user).where(Terminal.id == terminal_id)))
    return _told(rows, at)[0] if rows else None


def any_device(user: SignedIn) -> bool:
    return conn().execute(policy.visible_to(user).with_only_columns(Terminal.id).limit(1)).first() is not None


def late(user: SignedIn, at: datetime) -> int:
    """How many devices are silent, so that what happened there is not known yet."""
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    here = select(func.count()).select_from(Terminal).join(TerminalState, TerminalState.terminal_id == Terminal.id)
    return conn().scalar(here.where(Terminal.id.in_(mine), _silent(at))) or 0


def known(row: Row[Any]) -> Known:
    """What the alarms are judged by."""
    adapter = adapters().get(row.kind)
    told = row.alarms or {}
    return Known(
        state=row.state,
        calls=adapter is not None and adapter.calls,
        asked=adapter is not None and adapter.pull is not None,
        seen_at=row.seen_at,
        skew_s=row.skew_s,
        pull_problem=row.last_error,
        quiet="quiet" in told,
    )


def _told(rows: list[Row[Any]], at: datetime) -> list[Device]:
    ids = [row.id for row in rows]
    sites, waiting, kept = sites_of(ids), _waiting(ids), _kept(ids)
    return [
        Device(row, sites.get(row.id, []), waiting[row.id], kept.get(row.id, 0), alarms(known(row), at)) for row in rows
    ]


def sites_of(ids: Collection[int]) -> dict[int, list[str]]:
    names = (
        select(TerminalSite.terminal_id, Site.name)
        .join(Site, Site.id == TerminalSite.site_id)
        .where(TerminalSite.terminal_id.in_(ids))
        .order_by(Site.name)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for terminal_id, name in conn().execute(names) if ids else ():
        found[terminal_id].append(name)
    return found


def _waiting(ids: Collection[int]) -> Mapping[int, Waiting]:
    def counted(what: Any, model: Any, *where: Any) -> dict[int, int]:
        query = select(model.terminal_id, what).where(model.terminal_id.in_(ids), *where).group_by(model.terminal_id)
        return {row[0]: row[1] for row in conn().execute(query)} if ids else {}

    pins = counted(func.count(RawPunch.pin.distinct()), RawPunch, UNMAPPED)
    held = counted(func.count(), RawPunch, HELD)
    unread = counted(func.count(), DeviceRequest, DeviceRequest.read_at.is_(None))
    return {one: Waiting(pins.get(one, 0), held.get(one, 0), unread.get(one, 0)) for one in ids}


def _kept(ids: Collection[int]) -> dict[int, int]:
    query = select(RawPunch.terminal_id, func.count()).where(RawPunch.terminal_id.in_(ids))
    return {row[0]: row[1] for row in conn().execute(query.group_by(RawPunch.terminal_id))} if ids else {}


def _select(user: SignedIn) -> Select[Any]:
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    state = [column for column in TerminalState.__table__.c if column.name not in ("terminal_id",)]
    return (
        select(Terminal.__table__, *state, Branch.name.label("branch"), Branch.timezone.label("branch_zone"))
        .join(Branch, Branch.id == Terminal.branch_id)
        .outerjoin(TerminalState, TerminalState.terminal_id == Terminal.id)
        .where(Terminal.id.in_(mine))
    )


def _filtered(user: SignedIn, wanted: DeviceFilter, at: datetime) -> Select[Any]:
    found = _select(user)
    if wanted.q:
        at_site = select(TerminalSite.terminal_id).join(Site, Site.id == TerminalSite.site_id)
        named = [
            column.icontains(wanted.q, autoescape=True) for column in (Terminal.name, Terminal.serial, Terminal.host)
        ]
        there = at_site.where(Site.name.icontains(wanted.q, autoescape=True))
        found = found.where(or_(Terminal.id.in_(there), *named))
    if wanted.branch_id:
        found = found.where(Terminal.branch_id == wanted.branch_id)
    if wanted.state == "current":
        found = found.where(Terminal.state != "retired")
    elif wanted.state != "all":
        found = found.where(Terminal.state == wanted.state)
    if wanted.alarm:
        found = found.where(_alarmed(wanted.alarm, at))
    key = _SORTS.get(wanted.sort.removeprefix("-"), Terminal.name)
    order = key.desc().nulls_last() if wanted.sort.startswith("-") else key.nulls_last()
    return found.order_by(order, Terminal.id)


def _alarmed(code: str, at: datetime) -> ColumnElement[bool]:
    """The rules of rules/alarms.py, asked of the database."""
    said = {
        "silent": _silent(at),
        "clock": func.abs(TerminalState.skew_s) > SKEW_S,
        "quiet": TerminalState.alarms["quiet"].as_string().is_not(None),
        "pull": TerminalState.last_error.is_not(None),
    }
    chosen = list(said.values()) if code == "any" else [said[code]]
    return and_(Terminal.state == "active", or_(*chosen))


def _silent(at: datetime) -> ColumnElement[bool]:
    calls = [code for code, adapter in adapters().items() if adapter.calls]
    asked = [code for code, adapter in adapters().items() if adapter.pull is not None and not adapter.calls]
    return and_(
        Terminal.state == "active",
        or_(
            and_(Terminal.kind.in_(calls), TerminalState.seen_at < at - SILENT),
            and_(Terminal.kind.in_(asked), TerminalState.seen_at < at - NOT_REACHED),
        ),
    )
