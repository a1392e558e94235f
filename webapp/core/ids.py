"""Ids made by whoever observed something, and fingerprints of what they said."""

import hashlib
import json
import uuid

from werkzeug.routing import IntegerConverter, Map

from webapp.core.errors import N_, Invalid, words

LARGEST = 999_999_999


class IdConverter(IntegerConverter):
    """<int:...> in an address; a number beyond every row's is not found, before a database is asked for it."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int = LARGEST) -> None:
        super().__init__(map, fixed_digits, min, max)


def new_id() -> str:
    """A random UUID for a form served without JavaScript."""
    return str(uuid.uuid4())


def client_id(text: str, *, field: str = "client_id") -> str:
    """The canonical form of a UUID made on a phone. Raises Invalid."""
    try:
        return str(uuid.UUID(text))
    except (ValueError, AttributeError, TypeError):
        raise Invalid("bad_client_id", field) from None


def row_id(text: str | None) -> int | None:
    """A row's number as written in an address or a form; None for anything else, also for absurdly large ones."""
    written = (text or "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None


def fingerprint(content: object) -> str:
    """A stable hash of JSON-ready content, for "same id, same content"."""
    return hashlib.sha256(_sorted(content).encode()).hexdigest()[:32]


_sorted = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
words({"bad_client_id": N_("This form is damaged. Reload the page and try again.")})
