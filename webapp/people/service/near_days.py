"""Somebody's near days may be other ones than they were told: whoever makes them so leaves word of it here."""

from datetime import datetime, timedelta

from webapp.core import outbox

ROSTER_CHANGED = "roster_changed"
QUIET, MOST = timedelta(minutes=7), timedelta(minutes=30)
"""So long after the last change, and never longer after the first: corrections ring once."""


def tell_person_later(*, employee_id: int, at: datetime) -> None:
    _later(str(employee_id), {"employee_id": employee_id}, at)


def tell_branch_later(*, branch_id: int, at: datetime) -> None:
    """Whomever of the branch it concerns."""
    _later(f"branch {branch_id}", {"branch_id": branch_id}, at)


def _later(key: str, payload: dict[str, int], at: datetime) -> None:
    outbox.put_after_quiet(ROSTER_CHANGED, key, payload, at, quiet=QUIET, most=MOST)
