"""How leave is asked for and counted; pure. Days are counted in halves, so that nothing is ever a fraction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEAVE_TYPES = (
    ("annual", "Annual leave", "年假"),
    ("sick", "Sick leave", "病假"),
    ("personal", "Personal leave", "事假"),
    ("other", "Other leave", "其他假"),
)
"""What a new branch begins with: code, English, Chinese."""


@dataclass(frozen=True, slots=True)
class LeavePolicy:
    """Of one branch (Branch.leave_policy holds what differs)."""

    chain: tuple[str, ...] = ("supervisor", "hr")
    """Who answers, in order: supervisor | hr."""
    hr_from_halves: int = 0
    """HR answers only what takes at least so many half days; 0: everything."""
    notice_days: int = 0
    """Asked for at least so many days ahead; 0: today is enough."""
    back_days: int = 3
    """How many days back leave (sick, mostly) may be asked for."""


def read_leave_policy(written: Mapping[str, Any] | None) -> LeavePolicy:
    known = {name: (written or {})[name] for name in LeavePolicy.__dataclass_fields__ if name in (written or {})}
    if "chain" in known:
        known["chain"] = tuple(known["chain"])
    return LeavePolicy(**known)
