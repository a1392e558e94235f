"""What Today costs over the wire: page, styles, scripts, icons; all of it counted as sent."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.support import apps
from tests.support.company import build

COLD = 30 * 1024
WARM = 3 * 1024


def packed(body: bytes) -> int:
    return len(gzip.compress(body, 6, mtime=0))


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_today_is_light(app, client_as, language: str) -> None:
    shop = build().sites[0].id
    apps.speak(app, "R001", language)
    client = client_as("R001")
    page = client.get(f"/today?site={shop}")
    assert packed(page.data) <= WARM
    parts = set(re.findall(r' (?:href|src)="(/static/[^"#]+)', page.text))
    cold = packed(page.data) + sum(packed(client.get(part).data) for part in parts)
    assert len(parts) == 6  # the camera's script is the worker's, and counted there
    assert cold <= COLD
