"""What money does to a person's accounts: pure arithmetic on whole minor units."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from webapp.core.errors import Invalid
from webapp.core.money import exponent, share

KINDS = ("available", "reserved", "recovery", "expense", "payable", "clearing")
EARNED = ("reward", "adjustment")
Leg = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Posting:
    """Something earned (amount > 0) or corrected (amount < 0). `kind` is reward or adjustment."""

    idem_key: str
    kind: str
    amount: int
    effective_on: date
    meta: Mapping[str, Any] = field(default_factory=dict)
    actor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Balances:
    """available + recovery = earned - paid - swept - reserved; recovery is 0 or negative."""

    available: int = 0
    reserved: int = 0
    recovery: int = 0
    earned: int = 0
    paid: int = 0
    swept: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a branch allows: smallest withdrawal, most per day (None: no limit), share in basis points."""

    minimum: int
    daily_limit: int | None
    share_bp: int = 10_000

    @property
    def percent(self) -> str:
        return f"{self.share_bp / 100:g}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken ledger invariant: `code` names it (I1 …), `params` say where."""

    code: str
    params: Mapping[str, Any]


def default_terms(currency: str) -> Terms:
    """At least 1.00, at most 5,000.00 a day."""
    unit = 10 ** exponent(currency)
    return Terms(minimum=unit, daily_limit=5_000 * unit)


def earn(amount: int, *, available: int, recovery: int) -> list[Leg]:
    """Legs of something earned or corrected.

    A credit first fills what was paid too much; a correction takes from available down to zero, the rest
    waits in recovery and is offset by later rewards only.
    """
    return [("expense", -amount), *_into_hand(amount, available=available, recovery=recovery)]


def hold(amount: int) -> list[Leg]:
    return [("available", -amount), ("reserved", amount)]


def give_back(amount: int, *, recovery: int) -> list[Leg]:
    """A refused or cancelled hold; what was paid too much meanwhile is filled first."""
    return [("reserved", -amount), *_into_hand(amount, available=0, recovery=recovery)]


def pay_out(amount: int) -> list[Leg]:
    return [("reserved", -amount), ("clearing", amount)]


def sweep(amount: int) -> list[Leg]:
    return [("available", -amount), ("payable", amount)]


def withdrawable(available: int, *, taken: int, asked_today: int, terms: Terms) -> int:
    """The most that can be asked for now. `taken`: held or paid out since the last payslip."""
    most = by_share(available, taken=taken, terms=terms)
    return most if terms.daily_limit is None else max(0, min(most, terms.daily_limit - asked_today))


def by_share(available: int, *, taken: int, terms: Terms) -> int:
    """The branch's share of all the money since the last payslip, less what was taken of it.

    In one step or in many, it comes to the same.
    """
    return max(0, min(available, share(available + taken, terms.share_bp) - taken))


def check_request(amount: int, *, available: int, taken: int, asked_today: int, terms: Terms) -> None:
    """Raises Invalid for the amount, with the number that says why."""
    if amount < terms.minimum:
        raise Invalid("withdraw_too_little", "amount", minimum=terms.minimum)
    if amount > available:
        raise Invalid("withdraw_above_available", "amount", available=available)
    if amount > (limit := by_share(available, taken=taken, terms=terms)):
        raise Invalid("withdraw_above_share", "amount", limit=limit, percent=terms.percent)
    if terms.daily_limit is not None and asked_today + amount > terms.daily_limit:
        left = max(0, terms.daily_limit - asked_today)
        raise Invalid("withdraw_above_daily_limit", "amount", limit=terms.daily_limit, left=left)


def open_date(work_date: date, today: date, closed: Collection[str]) -> date:
    """The day something about `work_date` is booked on: itself, or in the first month after it that is open."""
    first = work_date.replace(day=1)
    if month_of(first) not in closed:
        return work_date
    while month_of(first) in closed:
        first = next_month(first)
    return max(first, min(today, next_month(first) - timedelta(days=1)))


def month_of(on: date) -> str:
    return f"{on:%Y-%m}"


def next_month(on: date) -> date:
    """The first day of the month after the one `on` lies in."""
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_span(month: str) -> tuple[date, date]:
    """First and last day of "2026-11". Raises Invalid."""
    try:
        first = date.fromisoformat(f"{month}-01")
        return first, next_month(first) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise Invalid("bad_month", "month") from None


def entry_rows(legs: Sequence[Leg], book: dict[str, list[int]]) -> list[dict[str, int]]:
    """Entries continuing the accounts in `book` ({kind: [id, balance, version]}), which is moved on."""
    rows = []
    for kind, amount in legs:
        account = book[kind]
        account[1] += amount
        account[2] += 1
        rows.append(
            {"account_id": account[0], "amount": amount, "balance_after": account[1], "account_version": account[2]}
        )
    return rows


def _into_hand(amount: int, *, available: int, recovery: int) -> list[Leg]:
    if amount > 0:
        filled = min(amount, -recovery)
        parts = [("recovery", filled), ("available", amount - filled)]
    else:
        taken = max(amount, -available)
        parts = [("available", taken), ("recovery", amount - taken)]
    return [(kind, part) for kind, part in parts if part]
