"""Verbs of the wallet."""

from webapp.wallet.service.ledger import post, sweep

__all__ = ["post", "sweep"]
