"""What money does to a person's accounts."""

from webapp.wallet.rules import words as _words
from webapp.wallet.rules.money import (
    EARNED,
    KINDS,
    Balances,
    Leg,
    Posting,
    Problem,
    Terms,
    by_share,
    check_request,
    default_terms,
    earn,
    entry_rows,
    give_back,
    hold,
    month_of,
    month_span,
    next_month,
    open_date,
    pay_out,
    sweep,
    withdrawable,
)

__all__ = [
    "EARNED", "KINDS", "Balances", "Leg", "Posting", "Problem", "Terms", "_words", "by_share", "check_request",
    "default_terms", "earn", "entry_rows", "give_back", "hold", "month_of", "month_span", "next_month", "open_date",
    "pay_out", "sweep", "withdrawable",
]  # fmt: skip
