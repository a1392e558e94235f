"""Refusals about money with amounts, times and states as people read them."""

from typing import Any

from webapp.core.errors import WORDS, DomainError
from webapp.core.i18n import date_text, money_text, say, when_text
from webapp.wallet.rules import month_span

_MONEY = ("available", "minimum", "limit", "left")


def worded(error: DomainError, currency: str) -> DomainError:
    """The same error, its parameters as text; `currency` of the amounts in it."""
    params: dict[str, Any] = dict(error.params)
    for name in _MONEY:
        if name in params:
            params[name] = money_text(params[name], currency)
    if "when" in params:
        params["when"] = when_text(params["when"])
    if "month" in params:
        params["month"] = date_text(month_span(params["month"])[0], "month")
    if "state" in params:
        words = (f"withdrawal_state_{params['state']}", f"pay_state_{params['state']}")
        params["state"] = next((say(word) for word in words if word in WORDS), params["state"])
    return type(error)(error.code, error.field, **params)
