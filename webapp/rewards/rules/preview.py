"""What a rep-day is worth, was worth and would be worth."""

from dataclasses import dataclass

from webapp.rewards.rules.chain import Walked
from webapp.rules.rules import Line, Snapshot


@dataclass(frozen=True, slots=True)
class Preview:
    """Minor units. `posted` is in the ledger, `now` would be without the assumption, `after` with it.

    `lines` explain `after`; `days` are later days that change because the run of good days does, and
    `change` includes them.
    """

    currency: str
    posted: int
    now: int
    after: int
    lines: tuple[Line, ...] = ()
    now_lines: tuple[Line, ...] = ()
    days: tuple[Walked, ...] = ()
    slots: tuple[tuple[str, int, int], ...] = ()
    """(kind of rule, now, after) of every rule in force on the day, in order."""
    days_seen: tuple[Snapshot, Snapshot] | None = None
    """The day as it is, and as it would be."""
    runs: tuple[int, int] = (0, 0)
    """Days of the run up to and with this one, now and after."""

    @property
    def change(self) -> int:
        return self.after - self.now + sum(day.after - day.now for day in self.days)


@dataclass(frozen=True, slots=True)
class Earned:
    """One rep-day for the rep: `posted` is in the wallet, `pending` is earned and comes with the settlement.

    `waiting`: something still waits for a person or for the end of the day.
    """

    currency: str
    posted: int
    pending: int
    lines: tuple[Line, ...] = ()
    waiting: bool = False

    @property
    def total(self) -> int:
        return self.posted + self.pending
