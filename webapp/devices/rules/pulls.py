"""When a device may be asked: by one at a time, with a pause, and again when whoever asked is gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

EVERY = timedelta(minutes=10)
AFTER_REFUSAL = timedelta(hours=1)
"""Devices lock out whoever shows a wrong password too often."""
PAUSE = timedelta(seconds=30)
LEASE = timedelta(minutes=20)
"""Longer than any pull may take."""
WHOLE_EVERY = timedelta(hours=20)
OVERLAP = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last time a device was asked; `by` is the process, as "host:number"."""

    by: str
    began: datetime
    ended: datetime | None = None
    whole: datetime | None = None
    """When everything was last asked for and given."""
    short: int = 0
    """How many fewer records came than it said it holds, when it was last asked for everything."""

    def written(self) -> dict[str, Any]:
        """As it is kept."""
        times = {"began": self.began, "ended": self.ended, "whole": self.whole}
        short = {"short": self.short} if self.short else {}
        return {"by": self.by} | short | {name: at.isoformat() for name, at in times.items() if at}


def attempt(kept: Any) -> Attempt | None:
    """What `written` wrote."""
    if not isinstance(kept, dict) or "began" not in kept:
        return None
    ended, whole = (datetime.fromisoformat(kept[name]) if kept.get(name) else None for name in ("ended", "whole"))
    began = datetime.fromisoformat(kept["began"])
    return Attempt(str(kept.get("by", "")), began, ended, whole, int(kept.get("short") or 0))


def free_from(last: Attempt | None, *, lives: bool, at: datetime) -> datetime:
    """From when it may be asked. `lives`: the process that asked last is not known to be dead."""
    if last is None:
        return at
    if last.ended is not None:
        return last.ended + PAUSE
    return last.began + LEASE if lives else last.began


def is_due(last: Attempt | None, at: datetime, *, refused: bool = False) -> bool:
    """It is asked by itself again. `refused`: it did not take our password the last time."""
    return last is None or at - last.began >= (AFTER_REFUSAL if refused else EVERY) - PAUSE


def since(last: Attempt | None, heard_through: datetime | None, at: datetime) -> datetime | None:
    """From when on to ask a device that can be asked for a part; None: for everything, as it is once a day.

    What a clock gone wrong dates into the past is only found by asking for everything.
    """
    if last is None or last.whole is None or heard_through is None or at - last.whole >= WHOLE_EVERY:
        return None
    return heard_through - OVERLAP


def same_device(typed: str, told: str | None) -> bool:
    """Brands print only the end of a long serial on the box; a device that tells none is believed."""
    if told is None:
        return True
    typed, told = typed.strip().upper(), told.strip().upper()
    return typed == told or (len(typed) >= 6 and told.endswith(typed))
