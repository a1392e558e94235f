"""Mending when a device was moved."""

from datetime import datetime

from sqlalchemy import update

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, Invalid
from webapp.devices.models import Terminal
from webapp.devices.queries.stays import stays_of
from webapp.devices.rules import stays as rules
from webapp.devices.service.registry import locked
from webapp.devices.service.stays import again_at, keep_stays


def redate(*, by: SignedIn, terminal_id: int, version: int, since: datetime, at: datetime) -> None:
    """Its last move was at another moment than was said. Raises NotFound, Conflict, Invalid."""
    known = locked(by, terminal_id)
    if known.version != version:
        raise Conflict("device_changed")
    before = stays_of(terminal_id)
    last = rules.last_move(before)
    if last is None:
        raise Invalid("device_never_moved", "sites_since")
    rules.check_since(since, at, rules.move_before(before), strictly=True)
    if since == last:
        return
    conn().execute(update(Terminal).where(Terminal.id == terminal_id).values(version=version + 1))
    keep_stays(terminal_id, rules.redated(before, since))
    sites = {stay.site_id for stay in before if last in (stay.from_at, stay.until_at)}
    again_at(terminal_id, sites, min(last, since), max(last, since), at)
    audit.record(
        actor_id=by.id, action="terminal.redated", object_type="terminal", object_id=terminal_id,
        branch_id=known.branch_id, before={"since": last}, after={"since": since}, at=at,
    )  # fmt: skip
