"""What a branch decides about its attendance; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AttendancePolicy:
    """Of one branch (Branch.attendance holds what differs)."""

    correction_quota: int = 0
    """Corrections of missing times a person may ask for in a calendar month; 0: as many as they need."""
    correction_days: int = 31
    """How many days back a day can be asked about."""
    confirm_hours: int = 24
    """Within so many hours after a shift's end a supervisor is expected to have confirmed it."""
    decide_days: int = 3
    """Within so many working days HR is expected to have decided an exception."""
    repeat_seconds: int = 60
    """A punch so soon after the one before it is the same finger once more."""
    device_alone: str = "counts"
    """counts | waits: a day that only a device speaks for waits for a supervisor's word."""
    disagreement: str = "opens"
    """opens | silent: sources that disagree open an exception by themselves."""
    raw_days: int = 400
    """How long the bytes devices sent are kept."""


USUAL_POLICY = AttendancePolicy()


def read_policy(written: Mapping[str, Any] | None) -> AttendancePolicy:
    known = {name: (written or {})[name] for name in AttendancePolicy.__dataclass_fields__ if name in (written or {})}
    return AttendancePolicy(**known)
