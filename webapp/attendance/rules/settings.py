"""What a branch decides about its attendance; pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from webapp.attendance.rules.signals.settings import within
from webapp.core.errors import Invalid


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

    def checked(self) -> "AttendancePolicy":
        """Itself. Raises Invalid with the field."""
        for name, (least, most) in BOUNDS.items():
            within(getattr(self, name), least, most, name)
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise Invalid("not_a_choice", name)
        return self

    def flat(self) -> dict[str, Any]:
        return asdict(self)


USUAL_POLICY = AttendancePolicy()
BOUNDS: Mapping[str, tuple[int, int]] = {
    "correction_quota": (0, 31),
    "correction_days": (1, 92),
    "confirm_hours": (1, 168),
    "decide_days": (1, 30),
    "repeat_seconds": (0, 600),
    "raw_days": (60, 3650),
}
CHOICES: Mapping[str, tuple[str, ...]] = {"device_alone": ("counts", "waits"), "disagreement": ("opens", "silent")}
MAKES_DAYS = frozenset({"repeat_seconds", "device_alone"})
"""A change of these makes days come out differently."""


def read_policy(written: Mapping[str, Any] | None) -> AttendancePolicy:
    if not written:
        return USUAL_POLICY
    return AttendancePolicy(
        **{name: written[name] for name in AttendancePolicy.__dataclass_fields__ if name in written}
    )


def written_policy(policy: AttendancePolicy) -> dict[str, Any]:
    """Only what differs from the usual."""
    return {name: value for name, value in policy.flat().items() if value != getattr(USUAL_POLICY, name)}
