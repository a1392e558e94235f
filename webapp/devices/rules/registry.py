"""What can be said about a device, checked field by field."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from webapp.core.errors import N_, Invalid, words
from webapp.people.rules import check_timezone

FORMS = ("auto", "hours", "minutes", "hhmm")
STATES = ("active", "paused", "retired")
NETWORKS = 20
_SERIAL = re.compile(r"[A-Za-z0-9_-]{4,32}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:_-]{0,198}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Fields:
    """A device as the office describes it; `user`, `password` and `key` empty: as they were."""

    serial: str
    name: str
    kind: str
    site_ids: tuple[int, ...]
    timezone: str
    tz_form: str = "auto"
    host: str = ""
    port: int | None = None
    user: str = ""
    password: str = ""
    key: str = ""
    """What a pushing device sends along (ComKey), or what a sender signs with."""
    forget: bool = False
    """Take back the password or the key."""
    networks: str = ""
    trusts_keys: bool = False
    sites_since: datetime | None = None
    """When its sites changed, if they do; None: now."""


def check_fields(fields: Fields, *, asked: bool, signs: bool) -> dict[str, object]:
    """The columns without secrets. `asked`: a device we call, `signs`: one with a secret. Raises Invalid."""
    if fields.tz_form not in FORMS:
        raise Invalid("not_a_choice", "tz_form")
    check_timezone(fields.timezone)
    _secrets(fields, asked=asked, signs=signs)
    return {
        "serial": check_serial(fields.serial),
        "name": _text(fields.name, "name", 60),
        "kind": fields.kind,
        "timezone": fields.timezone,
        "tz_form": fields.tz_form,
        "host": check_host(fields.host) if asked else None,
        "port": _port(fields.port) if asked else None,
        "networks": check_networks(fields.networks) or None,
        "trusts_keys": fields.trusts_keys,
    }


def check_serial(text: str) -> str:
    """Raises Invalid."""
    serial = text.strip()
    if not serial:
        raise Invalid("required", "serial")
    if not _SERIAL.fullmatch(serial):
        raise Invalid("device_serial", "serial")
    return serial


def check_networks(text: str) -> list[str]:
    """Networks or single addresses, one beside the other, as CIDR. Raises Invalid."""
    found: list[str] = []
    for part in re.split(r"[\s,;，；]+", text.strip()):
        if not part:
            continue
        try:
            found.append(str(ip_network(part, strict=False)))
        except ValueError:
            raise Invalid("device_network", "networks", part=part[:50]) from None
    if len(found) > NETWORKS:
        raise Invalid("device_networks", "networks", limit=NETWORKS)
    return list(dict.fromkeys(found))


def check_host(text: str) -> str:
    """A name or an address, without scheme or path. Raises Invalid."""
    host = text.strip()
    if not host:
        raise Invalid("required", "host")
    if not _HOST.fullmatch(host):
        raise Invalid("device_host", "host")
    return host


def spellings(pin: str, lines: Sequence[str]) -> list[str]:
    """How an id is written in these lines, where leading zeros make a difference: ["7", "007"]; else nothing."""
    if not pin.isdigit():
        return []
    heads = (re.match(r"\s*(\d{1,24})\b", line) for line in lines)
    found = sorted({head[1] for head in heads if head and head[1].lstrip("0") == pin}, key=len)
    return found if len(found) > 1 else []


def _secrets(fields: Fields, *, asked: bool, signs: bool) -> None:
    if asked and ":" in fields.user:
        raise Invalid("device_user", "user")
    for name in ("user", "password", "key"):
        if len(getattr(fields, name)) > 64:
            raise Invalid("too_long", name, limit=64)
    if signs and fields.key and len(fields.key) < 16:
        raise Invalid("too_short", "key", limit=16)


def _text(text: str, field: str, limit: int) -> str:
    if not text.strip():
        raise Invalid("required", field)
    if len(text.strip()) > limit:
        raise Invalid("too_long", field, limit=limit)
    return text.strip()


def _port(port: int | None) -> int:
    if port is None:
        raise Invalid("required", "port")
    if not 1 <= port <= 65535:
        raise Invalid("device_port", "port")
    return port


words(
    {
        "device_serial": N_(
            "A serial number has 4 to 32 letters, digits, - or _. It stands on the back of the device."
        ),
        "device_serial_taken": N_(
            "A device with this serial number is registered already, perhaps in another branch or retired. "
            "Whoever has it there changes its serial number first."
        ),
        "device_network": N_("%(part)s is no network. Write such as 192.168.1.0/24, one in each line."),
        "device_networks": N_("At most %(limit)s networks."),
        "device_host": N_("Write only the name or address, such as 192.168.1.201."),
        "device_port": N_("A port lies between 1 and 65535."),
        "device_user": N_("A user name has no colon."),
        "device_site_unknown": N_(
            "No site of this branch, or more than one, is called %(text)s. Choose one from the list."
        ),
        "device_no_site": N_("Choose at least one site whose people use it."),
        "device_changed": N_("Somebody changed this device meanwhile. Look again."),
        "device_key_missing": N_("Write the secret it signs with; at least 16 characters."),
        "device_gone": N_("It no longer waits. Open the pairing window and let the device call again."),
    }
)
words(
    {
        "tz_form_auto": N_("By itself"),
        "tz_form_hours": N_("Whole hours, such as 8"),
        "tz_form_minutes": N_("Minutes, such as 330"),
        "tz_form_hhmm": N_("Hours and minutes, such as +08:00"),
        "terminal_state_active": N_("In use"),
        "terminal_state_paused": N_("Paused"),
        "terminal_state_retired": N_("Retired"),
    }
)
