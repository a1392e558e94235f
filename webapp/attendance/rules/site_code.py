"""What a store's code, typed by a rep, does to a check-in; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from webapp.core.errors import N_, words

TRIES = 5
TRY_WINDOW = timedelta(minutes=10)
SOON = timedelta(minutes=5)
"""How far from the tap a code may be typed and still say where the phone was at the tap."""
SETTLED_BY_CODE = frozenset({"uncertain", "cannot"})

Outcome = Literal["settled", "kept", "counts", "wrong", "used", "locked", "off", "digits"]


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """settled: it counts now. counts: it did already. kept: right, and a person decides with it. Others: not taken."""

    outcome: Outcome
    minutes: int = 0

    @property
    def right(self) -> bool:
        return self.outcome in ("settled", "kept", "counts")

    @property
    def code(self) -> str:
        """Of the words that say it."""
        return f"code_{self.outcome}"

    def with_tap(self, *, waits: bool) -> str:
        """Of the words beside the check-in it came with; "" for a right one that changed nothing."""
        if not waits:
            return "" if self.right else "sent_code_unneeded"
        return self.code if self.right else f"sent_code_{self.outcome}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is open about a check-in: the exception's kind, the verdict, and what is odd about the tap's time.

    lacking: a remark the place requires is missing, which no code makes up for.
    """

    kind: str
    verdict: str
    problem: str | None
    lacking: bool = False


def settles(doubt: Doubt, counted_at: datetime, typed_at: datetime, *, vouched: bool) -> bool:
    """A code says where somebody was when it was typed: it settles a doubtful place, never another one or a time."""
    about_the_place = doubt.kind in SETTLED_BY_CODE and doubt.verdict != "outside" and doubt.problem is None
    return about_the_place and not doubt.lacking and vouched and abs(typed_at - counted_at) <= SOON


def minutes_to_wait(wrong: Sequence[datetime], at: datetime) -> int:
    """0 while another try is allowed, else whole minutes until it is. `wrong`: moments of the tries not right."""
    recent = sorted((moment for moment in wrong if moment > at - TRY_WINDOW), reverse=True)
    if len(recent) < TRIES:
        return 0
    left = recent[TRIES - 1] + TRY_WINDOW - at
    return max(1, -(-left // timedelta(minutes=1)))


words(
    {
        "code_settled": N_("The code is right. Your check-in counts."),
        "code_counts": N_("The code is right. Your check-in counts already."),
        "code_kept": N_("The code is right. Your supervisor sees it and decides."),
        "code_wrong": N_(
            "These are not the store's digits now. They change every minute: look again and type the new ones."
        ),
        "code_used": N_("You have used these digits already. Wait for the next ones, they change every minute."),
        "code_locked": N_(
            "Five codes were not right. Try again in %(minutes)s min, or let your supervisor confirm you."
        ),
        "code_off": N_("This store shows no code. Your supervisor looks at your check-in."),
        "code_digits": N_("Type the six digits the store shows."),
    }
)
words(
    {
        "sent_code_wrong": N_(
            "You are checked in, but the digits were not the store's. "
            "Tap “Store code” and type those shown now, or wait for your supervisor."
        ),
        "sent_code_used": N_(
            "You are checked in, but you had used these digits already. "
            "Tap “Store code” and type the next ones, or wait for your supervisor."
        ),
        "sent_code_locked": N_(
            "You are checked in, but five codes were not right. "
            "Try again in %(minutes)s min, or let your supervisor confirm you."
        ),
        "sent_code_off": N_("You are checked in. This store shows no code, so your supervisor looks at it."),
        "sent_code_digits": N_(
            "You are checked in, but the code needs six digits. "
            "Tap “Store code” and type them, or wait for your supervisor."
        ),
        "sent_code_unneeded": N_("The code was not taken, and you need none: your check-in counts."),
        "state_by_code": N_("It counts: the store's code settled it."),
    }
)
