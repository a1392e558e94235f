"""Reading again what nobody could read."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from webapp.core import audit, outbox
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.devices.models import BadLine, DeviceRequest
from webapp.devices.service.registry import locked


def read_again(*, by: SignedIn, terminal_id: int, at: datetime) -> int:
    """Every body of a device that holds a line nobody could read, and that is still kept; how many. Raises NotFound."""
    known = locked(by, terminal_id)
    bad = select(BadLine.request_id).where(BadLine.terminal_id == terminal_id, BadLine.request_id.is_not(None))
    kept = (DeviceRequest.id.in_(bad), func.length(DeviceRequest.body) > 0)
    bodies = conn().execute(update(DeviceRequest).where(*kept).values(read_at=None)).rowcount
    if not bodies:
        return 0
    conn().execute(delete(BadLine).where(BadLine.request_id.in_(select(DeviceRequest.id).where(*kept))))
    outbox.put("device_request", str(terminal_id), {"terminal_id": terminal_id}, at)
    audit.record(
        actor_id=by.id, action="terminal.read_again", object_type="terminal", object_id=terminal_id,
        branch_id=known.branch_id, after={"bodies": bodies}, at=at,
    )  # fmt: skip
    return bodies
