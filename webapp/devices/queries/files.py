"""Which devices a file can be of, and what became of one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from webapp.core.db import conn
from webapp.devices.models import DeviceRequest, RawPunch, Terminal
from webapp.people.models import Employee


@dataclass(frozen=True, slots=True)
class FileOf:
    """A device as the file pages need it."""

    id: int
    serial: str
    name: str
    branch_id: int
    zone: str
    options: Any


@dataclass(frozen=True, slots=True)
class FileImport:
    """A file that was taken in. `read_at` is null while its lines are being read; the counts come with it."""

    id: int
    terminal_id: int
    device: str
    kind: str
    params: Any
    received_at: datetime
    by: str | None
    read_at: datetime | None
    lines: int
    new: int
    bad: int
    skipped: int

    @property
    def known(self) -> int:
        return self.lines - self.new


def file_devices(branch_ids: Collection[int]) -> list[FileOf]:
    """Devices of these branches that are not retired, by name."""
    query = _devices().where(Terminal.branch_id.in_(branch_ids)).order_by(Terminal.name, Terminal.id)
    return [FileOf(*row) for row in conn().execute(query)]


def file_device(serial: str) -> FileOf | None:
    row = conn().execute(_devices().where(Terminal.serial == serial)).first()
    return FileOf(*row) if row else None


def known_at(terminal_ids: Collection[int], punches: Sequence[tuple[str, str]]) -> dict[int, int]:
    """How many of these (id, time) each device is known to have."""
    pairs = tuple_(RawPunch.pin, RawPunch.device_time).in_(punches)
    query = select(RawPunch.terminal_id, func.count()).where(RawPunch.terminal_id.in_(terminal_ids), pairs)
    return {row[0]: row[1] for row in conn().execute(query.group_by(RawPunch.terminal_id))} if punches else {}


def file_imported(branch_ids: Collection[int], request_id: int) -> FileImport | None:
    mine = (DeviceRequest.id == request_id, Terminal.branch_id.in_(branch_ids))
    return _import(_imports().where(*mine))


def file_imported_before(terminal_id: int, kind: str, sha256: str) -> FileImport | None:
    same = (DeviceRequest.terminal_id == terminal_id, DeviceRequest.kind == kind, DeviceRequest.sha256 == sha256)
    return _import(_imports().where(*same))


def still_held(found: FileImport) -> int:
    """Punches of this file whose time waits for a decision."""
    mine = (RawPunch.terminal_id == found.terminal_id, RawPunch.state == "held", RawPunch.request_id == found.id)
    return conn().scalar(select(func.count()).where(*mine)) or 0


def _devices() -> Select[Any]:
    columns = (Terminal.id, Terminal.serial, Terminal.name, Terminal.branch_id, Terminal.timezone)
    return select(*columns, Terminal.file_options).where(Terminal.state != "retired")


def _imports() -> Select[Any]:
    counts = (func.coalesce(getattr(DeviceRequest, name), 0) for name in ("lines", "new", "bad", "skipped"))
    return (
        select(
            DeviceRequest.id,
            DeviceRequest.terminal_id,
            Terminal.name,
            DeviceRequest.kind,
            DeviceRequest.params,
            DeviceRequest.received_at,
            Employee.name.label("by"),
            DeviceRequest.read_at,
            *counts,
        )
        .join(Terminal, Terminal.id == DeviceRequest.terminal_id)
        .outerjoin(Employee, Employee.id == DeviceRequest.params["by"].as_integer())
        .where(DeviceRequest.source == "file")
    )


def _import(query: Select[Any]) -> FileImport | None:
    row = conn().execute(query).first()
    return FileImport(*row) if row else None
