"""The bytes devices sent go when their time is over; the punches read out of them stay, with their lines."""

from datetime import datetime

from sqlalchemy import func, select, update

from webapp.core.db import conn
from webapp.devices.models import DeviceRequest

BATCH = 200


def forget_bodies(*, terminal_id: int, before: datetime, limit: int = BATCH) -> int:
    """Empty what came before a moment and was read; how many. Call until it answers 0.

    Files stay: somebody may import one again with other answers, and bytes once gone are never put back.
    """
    old = (
        select(DeviceRequest.id)
        .where(DeviceRequest.terminal_id == terminal_id, DeviceRequest.received_at < before)
        .where(DeviceRequest.source != "file")
        .where(DeviceRequest.read_at.is_not(None), func.length(DeviceRequest.body) > 0)
        .order_by(DeviceRequest.received_at)
        .limit(limit)
    )
    ids = list(conn().scalars(old))
    if ids:
        conn().execute(update(DeviceRequest).where(DeviceRequest.id.in_(ids)).values(body=b""))
    return len(ids)
