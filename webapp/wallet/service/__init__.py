"""Verbs of the wallet."""

from webapp.wallet.service.ledger import close_month, close_person, post, sweep
from webapp.wallet.service.withdrawals import (
    approve_withdrawal,
    cancel_withdrawal,
    check_withdrawal,
    refuse_withdrawal,
    request_withdrawal,
    set_terms,
)

__all__ = [
    "approve_withdrawal",
    "cancel_withdrawal",
    "check_withdrawal",
    "close_month",
    "close_person",
    "post",
    "refuse_withdrawal",
    "request_withdrawal",
    "set_terms",
    "sweep",
]
