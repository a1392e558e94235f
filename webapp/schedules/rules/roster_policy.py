"""What a branch decides about its rosters; pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from webapp.core.errors import Invalid

MOST_TELL_DAYS = 14


@dataclass(frozen=True, slots=True)
class RosterPolicy:
    """Of one branch (Branch.roster_policy holds what differs)."""

    tell_days: int = 2
    """Changes of so many next days (1: today) are told by themselves; 0: only by hand."""
    own_order: bool = True
    """Reps may put the visits of an own day into another order."""

    def checked(self) -> "RosterPolicy":
        """Itself. Raises Invalid with the field."""
        if self.tell_days < 0:
            raise Invalid("too_low", "tell_days", limit=0)
        if self.tell_days > MOST_TELL_DAYS:
            raise Invalid("too_high", "tell_days", limit=MOST_TELL_DAYS)
        return self


def read_roster_policy(written: Mapping[str, Any] | None) -> RosterPolicy:
    known = written or {}
    return RosterPolicy(**{name: known[name] for name in RosterPolicy.__dataclass_fields__ if name in known})


def written_roster_policy(policy: RosterPolicy) -> dict[str, Any]:
    """What differs from the usual, for storing."""
    usual = asdict(RosterPolicy())
    return {name: value for name, value in asdict(policy).items() if value != usual[name]}
