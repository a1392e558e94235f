"""Which devices there are: registered, changed, paused, retired."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.core.secrets import opened, seal
from webapp.devices import policy
from webapp.devices.adapters import Adapter, adapters
from webapp.devices.models import Terminal, TerminalSite, TerminalState, UnknownSerial
from webapp.devices.rules import STATES, Fields, check_fields
from webapp.devices.service.calls import free_key
from webapp.devices.service.stays import use_at
from webapp.sites.models import Site

_TOLD = ("serial", "name", "kind", "timezone", "tz_form", "host", "port", "networks", "trusts_keys")


def register(*, by: SignedIn | None, branch_id: int, fields: Fields, at: datetime) -> int:
    """A new device of a branch. Raises Invalid with the field, NotFound (not their branch)."""
    if by is not None and not policy.can_edit(by, branch_id):
        raise NotFound("not_found")
    adapter = _adapter(fields.kind)
    values = _checked(fields, adapter)
    if adapter.signs and not fields.key:
        raise Invalid("device_key_missing", "key")
    _free(fields.serial.strip())
    sites = _sites(branch_id, fields.site_ids)
    made = {"created_at": at, "created_by": by.id if by else None, "state": "active", "version": 1}
    row = {**values, **_secrets(fields, adapter, None), **made, "branch_id": branch_id}
    terminal_id = conn().scalar(insert(Terminal).returning(Terminal.id), row) or 0
    use_at(terminal_id=terminal_id, sites=sites, since=None, at=at)
    _carry_over(terminal_id, values["serial"])
    after = {**{name: values[name] for name in _TOLD}, "sites": sorted(sites.values())}
    _audit(by, "terminal.registered", terminal_id, branch_id, None, after, at)
    return terminal_id


def change(*, by: SignedIn, terminal_id: int, version: int, fields: Fields, at: datetime) -> bool:
    """Describe it anew; True when a device that calls must be restarted to learn its new time zone.

    Raises NotFound, Conflict, Invalid.
    """
    known = locked(by, terminal_id)
    if known.version != version:
        raise Conflict("device_changed")
    adapter = _adapter(fields.kind)
    values, sites = _checked(fields, adapter), _sites(known.branch_id, fields.site_ids)
    if adapter.signs and not (fields.key or (known.secret and not fields.forget)):
        raise Invalid("device_key_missing", "key")
    if values["serial"] != known.serial:
        _free(str(values["serial"]))
    old_sites = _sites_of(terminal_id)
    before = {**{name: getattr(known, name) for name in _TOLD}, "sites": sorted(old_sites.values())}
    told = audit.changed(before, {**values, "sites": sorted(sites.values())})
    secrets = _secrets(fields, adapter, known)
    for name in [name for name, value in secrets.items() if value != getattr(known, name)]:
        told[0]["password"], told[1]["password"] = _dots(getattr(known, name)), _dots(secrets[name])
    conn().execute(
        update(Terminal).where(Terminal.id == terminal_id).values({**values, **secrets, "version": version + 1})
    )
    if fields.forget and adapter.calls and secrets["comm_key_hash"] is None:
        free_key(terminal_id=terminal_id, at=at)
    told[1].update(_moved(terminal_id, old_sites, sites, fields.sites_since, at))
    if told[1]:
        _audit(by, "terminal.changed", terminal_id, known.branch_id, *told, at)
    return adapter.calls and any(name in told[1] for name in ("timezone", "tz_form"))


def set_state(*, by: SignedIn, terminal_id: int, state: str, at: datetime) -> None:
    """active | paused | retired; nothing it sent is lost by any of them. Raises NotFound, Invalid."""
    if state not in STATES:
        raise Invalid("not_a_choice", "state")
    known = locked(by, terminal_id)
    if known.state == state:
        return
    conn().execute(update(Terminal).where(Terminal.id == terminal_id).values(state=state))
    _audit(by, "terminal.state", terminal_id, known.branch_id, {"state": known.state}, {"state": state}, at)


def locked(by: SignedIn, terminal_id: int) -> Row[Any]:
    """The device's row, for changing it; what it sends meanwhile is stored all the same. Raises NotFound."""
    mine = policy.visible_to(by).where(Terminal.id == terminal_id).with_only_columns(*Terminal.__table__.c)
    row = conn().execute(mine.with_for_update(key_share=True)).first()
    if row is None:
        raise NotFound("not_found")
    return row


def _adapter(kind: str) -> Adapter:
    if kind not in adapters():
        raise Invalid("not_a_choice" if kind else "required", "kind")
    return adapters()[kind]


def _checked(fields: Fields, adapter: Adapter) -> dict[str, Any]:
    return check_fields(fields, asked=adapter.pull is not None, signs=adapter.signs)


def _free(serial: str) -> None:
    if conn().execute(select(Terminal.id).where(Terminal.serial == serial)).first():
        raise Invalid("device_serial_taken", "serial")


def _sites(branch_id: int, ids: Collection[int]) -> dict[int, str]:
    """{id: name} of sites of the branch. Raises Invalid."""
    if not ids:
        raise Invalid("device_no_site", "sites")
    known = select(Site.id, Site.name).where(Site.id.in_(ids), Site.branch_id == branch_id)
    found: dict[int, str] = {row.id: row.name for row in conn().execute(known)}
    if len(found) != len(set(ids)):
        raise Invalid("not_a_choice", "sites")
    return found


def _moved(
    terminal_id: int, old: Collection[int], sites: Collection[int], since: datetime | None, at: datetime
) -> dict[str, datetime]:
    """What the audit trail says beside the names of the sites. Raises Invalid."""
    if set(sites) != set(old):
        use_at(terminal_id=terminal_id, sites=sites, since=since, at=at)
        return {"since": since} if since else {}
    if since:
        raise Invalid("device_since_alone", "sites_since")
    return {}


def _sites_of(terminal_id: int) -> dict[int, str]:
    here = select(Site.id, Site.name).join(TerminalSite, TerminalSite.site_id == Site.id)
    return {row.id: row.name for row in conn().execute(here.where(TerminalSite.terminal_id == terminal_id))}


def _secrets(fields: Fields, adapter: Adapter, known: Row[Any] | None) -> dict[str, str | None]:
    """What is not typed again stays; a password nobody changed keeps the user it belongs to."""
    old = {"secret": known.secret if known else None, "comm_key_hash": known.comm_key_hash if known else None}
    if fields.forget:
        old = dict.fromkeys(old)
    if adapter.pull is not None:
        before = parted(old["secret"])
        typed = (fields.user or before[0], fields.password or before[1])
        same = typed == before
        return {**old, "secret": old["secret"] if same else seal(_joined(*typed))}
    if adapter.signs:
        return {"secret": seal(fields.key) if fields.key else old["secret"], "comm_key_hash": None}
    sent = sha256(fields.key.encode()).hexdigest() if fields.key else old["comm_key_hash"]
    return {"secret": None, "comm_key_hash": sent}


def parted(sealed: str | None) -> tuple[str, str]:
    """(user, password) a device is asked with."""
    text = (opened(sealed) or "") if sealed else ""
    user, colon, password = text.partition(":")
    return (user, password) if colon else ("", text)


def _joined(user: str, password: str) -> str:
    return f"{user}:{password}" if user or ":" in password else password


def _carry_over(terminal_id: int, serial: Any) -> None:
    """What is known of a serial that has called already."""
    waiting = (
        conn().execute(delete(UnknownSerial).where(UnknownSerial.serial == serial).returning(UnknownSerial)).first()
    )
    if waiting is not None:
        row = {"terminal_id": terminal_id, "ip": waiting.ip, "info": waiting.told, "send_again": False}
        conn().execute(insert(TerminalState), row)


def _dots(secret: str | None) -> str | None:
    return "…" if secret else None


def _audit(
    by: SignedIn | None, action: str, terminal_id: int, branch_id: int, before: Any, after: Any, at: datetime
) -> None:
    audit.record(
        actor_id=by.id if by else None, action=action, object_type="terminal", object_id=terminal_id,
        branch_id=branch_id, before=before, after=after, at=at,
    )  # fmt: skip
