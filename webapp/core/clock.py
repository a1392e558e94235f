"""The only place that reads the clock; tests may replace it, production may not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

_frozen: datetime | None = None
_file: Path | None = None


def now() -> datetime:
    """The present moment, aware UTC."""
    if _frozen is not None:
        return _frozen
    if _file is not None:
        return _read(_file)
    return datetime.now(UTC)


def allow_test_clock(*, testing: bool) -> None:
    """Follow the file named by ONSITE_TEST_CLOCK (ISO 8601 UTC); refused outside tests."""
    global _file
    path = os.environ.get("ONSITE_TEST_CLOCK")
    if path and not testing:
        raise RuntimeError("ONSITE_TEST_CLOCK is set, but this is not a test (ONSITE_TESTING=1)")
    _file = Path(path) if path else None


@contextmanager
def set(moment: datetime, *, testing: bool = True) -> Iterator[None]:  # noqa: A001 - reads as clock.set(...)
    """Stop the clock at `moment` inside the block; only for tests and for replaying the past."""
    global _frozen
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before


def _read(path: Path) -> datetime:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return datetime.now(UTC)
    return datetime.fromisoformat(text.strip()).astimezone(UTC) if text.strip() else datetime.now(UTC)
