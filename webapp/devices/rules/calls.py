"""May a device that calls be heard? Pure."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network

STEADY = timedelta(minutes=2)
LIVE_LINES = 5


@dataclass(frozen=True, slots=True)
class Call:
    """What a call shows of who makes it. `key` is the secret some firmware sends along, "" for none."""

    ip: str | None
    key: str = ""
    handshake: bool = False


def refusal(*, state: str, networks: Sequence[str], key_hash: str | None, always_key: bool, call: Call) -> str | None:
    """Why a registered device is not heard: state | network | key; None when it is.

    `always_key`: it has shown its key outside a handshake, so it shows it in every request.
    """
    if state != "active":
        return "state"
    if networks and not within(call.ip, networks):
        return "network"
    if key_hash is None:
        return None
    if call.key:
        return None if hmac.compare_digest(key_hash, key_mark(call.key)) else "key"
    return "key" if call.handshake or always_key else None


def within(ip: str | None, networks: Sequence[str]) -> bool:
    """Is the address in one of the networks?"""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ip_network(network, strict=False) for network in networks)


def key_mark(key: str) -> str:
    """What is kept of a key."""
    return sha256(key.encode()).hexdigest()


def is_live(*, lines: int, heard_through: datetime | None, again: bool, at: datetime) -> bool:
    """Sent as it happens: few lines, from a device in steady contact that was not asked for its memory.

    `heard_through` only moves between calls that follow each other closely; the first ones after a silence bring what
    happened meanwhile.
    """
    return not again and lines <= LIVE_LINES and heard_through is not None and at - heard_through <= 2 * STEADY
