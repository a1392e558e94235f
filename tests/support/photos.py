"""A phone that sends photos in parts, as static/js/upload.js does."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from webapp.core import clock


class Upload:
    """One photo of the check-in with this client id."""

    def __init__(self, client: Any, check_in: str, data: bytes, **known: Any) -> None:
        self.client, self.data = client, data
        sha, moment = hashlib.sha256(data).hexdigest(), clock.now().isoformat()
        values = {"id": str(uuid4()), "check_in": check_in, "size": len(data), "sha": sha, "taken_at": moment}
        self.asked = {**values, **known}

    def part(self, offset: int = 0, length: int | None = None, **changes: Any) -> Any:
        """Some bytes; none with length 0, which only asks."""
        body = self.data[offset : len(self.data) if length is None else offset + length]
        address = "/photos?" + urlencode({**self.asked, "offset": offset, **changes})
        return self.client.hx("POST", address, data=body, content_type="application/octet-stream")

    def have(self, **changes: Any) -> int:
        return int(self.part(0, 0, **changes).headers["X-Onsite-Have"])
