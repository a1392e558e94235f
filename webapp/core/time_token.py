"""A page's proof of when it was made, for one person: an offline tap made on it cannot be older."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from flask import current_app

_LENGTH = 16  # of 43 characters: 96 bits, and short enough for every page


def give(person_id: int, at: datetime) -> str:
    """Seconds and a signature, bound to the person: `1772413500.x3k…`."""
    seconds = str(int(at.timestamp()))
    return f"{seconds}.{_sign(person_id, seconds)}"


def read(text: str, person_id: int) -> datetime | None:
    """When it was given; None when it is not one of ours, or another person's."""
    seconds, _, signature = text.partition(".")
    known = seconds.isascii() and seconds.isdigit() and len(seconds) <= 11 and signature.isascii()
    if not known or not hmac.compare_digest(signature, _sign(person_id, seconds)):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _sign(person_id: int, seconds: str) -> str:
    digest = hmac.digest(_key(), f"{person_id}.{seconds}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode()[:_LENGTH]


def _key() -> bytes:
    secret = current_app.config["SECRET_KEY"]
    known: dict[str, bytes] = current_app.extensions.setdefault("onsite_time_key", {})
    if secret not in known:
        known[secret] = hashlib.sha256(b"onsite time token|" + str(secret).encode()).digest()
    return known[secret]
