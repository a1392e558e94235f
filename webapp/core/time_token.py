"""A page's proof of when it was made, for one person: an offline tap made on it cannot be older."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from functools import lru_cache

from flask import current_app

_LENGTH = 16  # of 43 characters: 96 bits, and short enough for every page


def give(person_id: int, at: datetime) -> str:
    """Seconds and a signature, bound to the person: `1772413500.x3k…`."""
    seconds = str(int(at.timestamp()))
    return f"{seconds}.{_sign(person_id, seconds, _keys()[0])}"


def read(text: str, person_id: int) -> datetime | None:
    """When it was given; None when it is not one of ours, or another person's."""
    seconds, _, signature = text.partition(".")
    known = seconds.isascii() and seconds.isdigit() and len(seconds) <= 11 and signature.isascii()
    if not known or not any(hmac.compare_digest(signature, _sign(person_id, seconds, key)) for key in _keys()):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def _sign(person_id: int, seconds: str, key: bytes) -> str:
    digest = hmac.digest(key, f"{person_id}.{seconds}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode()[:_LENGTH]


def _keys() -> tuple[bytes, ...]:
    """The newest first; what an earlier SECRET_KEY signed still counts while it is a fallback."""
    config = current_app.config
    return tuple(_key(str(one)) for one in (config["SECRET_KEY"], *(config.get("SECRET_KEY_FALLBACKS") or ())))


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"onsite time token|" + secret.encode()).digest()
