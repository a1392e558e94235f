"""Stops the product's clock, in this process and in the ones it starts."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webapp.core import clock


class Frozen:
    """`freeze("2026-03-02T09:00+08:00")` stops the clock there; again to move it; `.forward(minutes=5)`."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._file = Path(os.environ["ONSITE_TEST_CLOCK"])

    def __call__(self, at: datetime | str) -> datetime:
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        if moment.tzinfo is None:
            raise ValueError("say the zone: '2026-03-02T09:00+08:00'")
        self._stack.close()
        self._stack.enter_context(clock.set(moment, testing=True))
        # In one step, because a child that finds the file empty would follow the real clock.
        fresh = self._file.with_name("clock.new")
        fresh.write_text(moment.astimezone(UTC).isoformat())
        fresh.replace(self._file)
        return moment.astimezone(UTC)

    def forward(self, **delta: float) -> datetime:
        """Move on by timedelta(**delta)."""
        return self(clock.now() + timedelta(**delta))

    def release(self) -> None:
        self._stack.close()
        self._file.unlink(missing_ok=True)
