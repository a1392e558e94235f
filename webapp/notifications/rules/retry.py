"""When a message that did not arrive is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

MAX_ATTEMPTS = 6
_PAUSES = (15, 60, 300, 1800, 7200)
_LONGEST = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `gone`: nobody is there any more; `refused`: trying again changes nothing."""

    what: Literal["sent", "again", "refused", "gone"]
    problem: str | None = None
    answer: str = ""
    retry_after: int | None = None


def next_try(outcome: Outcome, attempts: int, at: datetime) -> datetime | None:
    """The moment of the next attempt, or None when there is none. Waits as long as the other side asks for."""
    if outcome.what != "again" or attempts >= MAX_ATTEMPTS:
        return None
    pause = timedelta(seconds=_PAUSES[min(attempts, len(_PAUSES)) - 1])
    if outcome.retry_after is not None:
        pause = max(pause, min(timedelta(seconds=outcome.retry_after), _LONGEST))
    return at + pause
