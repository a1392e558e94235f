"""When was a tap? What the phone's clock says, held between two moments the server knows; pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

ON_TIME = timedelta(seconds=120)
OLDEST_TAP = timedelta(days=60)
_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Token:
    """The newest page the phone had seen before the tap: `at` on our clock, `seen` on the phone's.

    at None: it is not one we gave this person.
    """

    at: datetime | None
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap on the server's clock: the moment that counts, the phone's skew, and what is odd about it.

    missing_out: a check-out made when its day was over; it says how the visit went, not when it ended.
    `why` is the reason of a late_arrival or clock, see words.py. `late`: it waited on the phone.
    """

    counted_at: datetime
    skew_s: int
    problem: Literal["late_arrival", "clock", "missing_out"] | None
    why: str | None = None
    late: bool = False

    @property
    def vouched(self) -> bool:
        """Is its moment one the server can stand for?"""
        return self.problem is None or self.why == "old"


def place_tap(tapped_at: datetime, received_at: datetime, sent_at: datetime | None, token: Token | None = None) -> Tap:
    """Believe a tap that arrives within two minutes of it; a later one needs a token, see `trusted`.

    With the phone's time of sending its clock error cancels out: what counts is how long the tap waited.
    """
    waited = (sent_at or received_at) - tapped_at
    skew = max(-_LIMIT, min(_LIMIT, round((received_at - tapped_at).total_seconds())))
    if waited < -ON_TIME or waited > OLDEST_TAP:
        return Tap(received_at, skew, "clock", "ahead" if waited < -ON_TIME else "ancient")
    counted, late = min(received_at - waited, received_at), waited > ON_TIME
    if token is not None and token.at is None:
        return Tap(counted, skew, "clock", "forged", late)
    if not late:
        return Tap(counted, skew, None)
    if token is None:
        return Tap(counted, skew, "late_arrival", "unvouched", late)
    if wrong := _contradiction(counted, received_at, sent_at, token):
        return Tap(counted, skew, "clock", wrong, late)
    return Tap(counted, skew, "late_arrival", "old", late)


def trusted(tap: Tap, received_at: datetime, offline_hours: float) -> Tap:
    """A late tap that lies between its token and its arrival counts by itself, up to this age."""
    if tap.why == "old" and received_at - tap.counted_at <= timedelta(hours=offline_hours):
        return replace(tap, problem=None, why=None)
    return tap


def _contradiction(counted: datetime, received_at: datetime, sent_at: datetime | None, token: Token) -> str | None:
    """The phone's clock must be wrong by the same amount when it saw the page and when it sent."""
    assert token.at is not None
    if counted < token.at - ON_TIME:
        return "before_token"
    wrong_at_sending = (sent_at or received_at) - received_at
    wrong_before = token.seen - token.at if token.seen else timedelta(0)
    return "moved" if abs(wrong_at_sending - wrong_before) > ON_TIME else None
