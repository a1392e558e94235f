"""Where punches came from, for the pages that show them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from webapp.core.db import conn
from webapp.devices.models import DeviceRequest, HeldDecision, RawPunch, Terminal
from webapp.people.models import Employee


@dataclass(frozen=True, slots=True)
class PunchSource:
    """A raw punch as the device has it. `quality`, and who granted its time where that was in doubt."""

    raw_id: int
    device: str
    device_time: str
    status: str | None
    source: str
    live: bool
    received_at: datetime
    quality: str
    ip: str | None
    granted_by: str | None
    reason: str | None


def punch_sources(raw_ids: Collection[int]) -> dict[int, PunchSource]:
    """One statement."""
    if not raw_ids:
        return {}
    rows = conn().execute(_sources().where(RawPunch.id.in_(sorted(raw_ids))))
    return {row[0]: PunchSource(*row) for row in rows}


def device_names(terminal_ids: Collection[int]) -> dict[int, str]:
    asked = select(Terminal.id, Terminal.name).where(Terminal.id.in_(sorted(terminal_ids)))
    return {row.id: row.name for row in conn().execute(asked)} if terminal_ids else {}


def _sources() -> Any:
    every = HeldDecision.__table__.alias("every_decision").c
    last = select(func.max(every.seq)).where(every.raw_punch_id == RawPunch.id).scalar_subquery()
    said = HeldDecision.__table__.c
    return (
        select(RawPunch.id, Terminal.name, RawPunch.device_time, RawPunch.status, RawPunch.source, RawPunch.live)
        .add_columns(RawPunch.received_at, RawPunch.quality, DeviceRequest.ip, Employee.name, said.reason)
        .select_from(RawPunch)
        .join(Terminal, Terminal.id == RawPunch.terminal_id)
        .outerjoin(DeviceRequest, DeviceRequest.id == RawPunch.request_id)
        .outerjoin(HeldDecision, and_(said.raw_punch_id == RawPunch.id, said.seq == last))
        .outerjoin(Employee, Employee.id == said.by_id)
    )
