"""Reading the wallet."""

from webapp.wallet.queries.checks import booked_rewards, problems, swept
from webapp.wallet.queries.entries import Filters, Row, Statement, entries_behind, entry, statement
from webapp.wallet.queries.figures import (
    available_of,
    balances,
    balances_of,
    closed_months,
    earned_between,
    held_and_paid,
)
from webapp.wallet.queries.requests import (
    WithdrawalFilters,
    asked_today,
    branches_of,
    own_withdrawals,
    requested,
    taken,
    terms,
    withdrawal,
    withdrawals,
    withdrawals_of,
)

__all__ = [
    "Filters", "Row", "Statement", "WithdrawalFilters", "asked_today", "available_of", "balances", "balances_of",
    "booked_rewards", "branches_of", "closed_months", "earned_between", "entries_behind", "entry", "held_and_paid",
    "own_withdrawals", "problems", "requested", "statement", "swept", "taken", "terms", "withdrawal", "withdrawals",
    "withdrawals_of",
]  # fmt: skip
