from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.stack import Stack


@pytest.fixture
def stack(db_url: str) -> Iterator[Stack]:
    running = Stack(db_url, fork=True)
    with running.app.app_context():
        yield running
    running.stop()
