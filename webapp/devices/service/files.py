"""Files taken from a device by hand: kept as bytes like everything a device sends, and read by the same job."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select, update

from webapp.core import audit, outbox
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import N_, Conflict, NotFound, words
from webapp.devices.models import BadLine, DeviceRequest, Terminal
from webapp.devices.service.store import store_request


def import_file(
    *,
    by: SignedIn | None,
    terminal_id: int,
    name: str,
    body: bytes,
    kind: str,
    answers: Mapping[str, str],
    machine: str | None,
    at: datetime,
) -> tuple[int, bool]:
    """Keep the file and have it read; (its request, whether it has to be read).

    The same file with the same answers is not read twice. With other answers it is: a column chosen wrongly is
    mended by importing the file once more.
    """
    terminal = _mine(by, terminal_id)
    params = {"name": name[-200:], "by": by.id if by else None, "answers": dict(answers)}
    kept: dict[str, Any] = {"terminal_id": terminal_id, "kind": kind, "body": body, "zone": terminal.timezone, "at": at}
    new = store_request(source="file", params=params, ip=None, **kept)
    request_id, earlier = _request(terminal_id, kind, body)
    again = not new and (earlier or {}).get("answers") != params["answers"]
    if again:
        _read_again(request_id, terminal_id, params, earlier, at)
    _remember(terminal, kind, answers, machine)
    if new or again:
        said = ", ".join(f"{code}={value}" for code, value in answers.items())
        after = {"file": params["name"], "format": kind, "answers": said or None}
        known: dict[str, Any] = {"object_id": terminal_id, "branch_id": terminal.branch_id, "after": after}
        audit.record(
            actor_id=by.id if by else None, action="terminal.file_imported", object_type="terminal", at=at, **known
        )
    return request_id, new or again


def _mine(by: SignedIn | None, terminal_id: int) -> Terminal:
    terminal = db.session.get(Terminal, terminal_id)
    if terminal is None or (by is not None and (by.role not in OFFICE or terminal.branch_id not in by.branch_ids)):
        raise NotFound("not_found")
    if terminal.state == "retired":
        raise Conflict("file_of_retired", "terminal_id")
    return terminal


def _request(terminal_id: int, kind: str, body: bytes) -> tuple[int, Any]:
    same = (DeviceRequest.kind == kind, DeviceRequest.sha256 == sha256(body).hexdigest())
    query = select(DeviceRequest.id, DeviceRequest.params).where(DeviceRequest.terminal_id == terminal_id, *same)
    row = conn().execute(query).one()
    return row.id, row.params


def _read_again(request_id: int, terminal_id: int, params: dict[str, Any], earlier: Any, at: datetime) -> None:
    """What it was read as before stays in its parameters; punches stay too, lines nobody could read are judged anew."""
    params["earlier"] = [*(earlier or {}).get("earlier", []), (earlier or {}).get("answers")]
    conn().execute(delete(BadLine).where(BadLine.request_id == request_id))
    values = {"params": params, "read_at": None}
    conn().execute(update(DeviceRequest).where(DeviceRequest.id == request_id).values(values))
    outbox.put("device_request", str(terminal_id), {"terminal_id": terminal_id}, at)


def _remember(terminal: Terminal, kind: str, answers: Mapping[str, str], machine: str | None) -> None:
    """The next file of the device need not be asked about."""
    options = {**(terminal.file_options or {}), "format": kind, kind: dict(answers)}
    if machine:
        options["machine"] = machine
    conn().execute(update(Terminal).where(Terminal.id == terminal.id).values(file_options=options))


words(
    {
        "file_of_retired": N_("This device is retired. Choose the one that took its place."),
        "terminal.file_imported": N_("Imported a file of the device"),
        "field_format": N_("Format"),
        "field_answers": N_("Answers to its questions"),
        "object_terminal": N_("Attendance device"),
    }
)
