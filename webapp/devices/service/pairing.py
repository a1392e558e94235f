"""A quarter of an hour in which unknown devices that call may be noted; then each is accepted or dismissed."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.devices import policy
from webapp.devices.models import PairingWindow, UnknownSerial

OPEN_FOR = timedelta(minutes=15)


def open_window(*, by: SignedIn, branch_id: int, at: datetime) -> datetime:
    """From now on; an open one is made longer. Until when. Raises NotFound."""
    _may(by, branch_id)
    close_windows(branch_id=branch_id, at=at)
    until = at + OPEN_FOR
    row = {"branch_id": branch_id, "opened_by": by.id, "opened_at": at, "until": until}
    conn().execute(insert(PairingWindow), row)
    _audit(by, "pairing.opened", branch_id, {"until": until}, at)
    return until


def close_window(*, by: SignedIn, branch_id: int, at: datetime) -> None:
    """Now; those that wait stay. Raises NotFound."""
    _may(by, branch_id)
    if close_windows(branch_id=branch_id, at=at):
        _audit(by, "pairing.closed", branch_id, None, at)


def close_windows(*, branch_id: int, at: datetime) -> int:
    still = (PairingWindow.branch_id == branch_id, PairingWindow.until > at)
    return conn().execute(update(PairingWindow).where(*still).values(until=at)).rowcount


def dismiss(*, by: SignedIn, serial: str, at: datetime) -> None:
    """Not one of ours; it waits again when it calls in another window. Raises NotFound."""
    mine = (UnknownSerial.serial == serial, UnknownSerial.branch_id.in_(by.branch_ids))
    branch_id = conn().scalar(select(UnknownSerial.branch_id).where(*mine))
    if branch_id is None or not policy.can_edit(by, branch_id):
        raise NotFound("not_found")
    conn().execute(delete(UnknownSerial).where(*mine))
    _audit(by, "pairing.dismissed", branch_id, {"serial": serial}, at)


def _may(by: SignedIn, branch_id: int) -> None:
    if not policy.can_edit(by, branch_id):
        raise NotFound("not_found")


def _audit(by: SignedIn, action: str, branch_id: int, after: dict[str, object] | None, at: datetime) -> None:
    audit.record(
        actor_id=by.id, action=action, object_type="branch", object_id=branch_id, branch_id=branch_id,
        after=after, at=at,
    )  # fmt: skip
