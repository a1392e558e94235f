"""Months whose attendance is closed; pure."""

from datetime import date, timedelta

from webapp.core.errors import N_, words
from webapp.wallet.rules import month_of, month_span

SETTLES = timedelta(days=2)
"""A month can be closed when the day after its last one is over: no shift of it can still be running."""


def closes_from(month: str) -> date:
    """The first local date a month may be closed on. Raises Invalid."""
    return month_span(month)[1] + SETTLES


def never_closed(on: date, today: date) -> bool:
    """Today, yesterday and what comes belong to no month that could be closed; nothing need be looked up."""
    return on > today - SETTLES


def months_between(first: date, last: date) -> list[str]:
    """Every month that has a date of the span, in order; nothing when the span is empty."""
    months: list[str] = []
    on = first
    while on <= last:
        months.append(month_of(on))
        on = month_span(months[-1])[1] + timedelta(days=1)
    return months


words(
    {
        "month_closed": N_(
            "%(month)s is closed, so nothing in it can be changed."
            " HR can open it again under “Settlement”, “Months”, with a reason."
        ),
        "month_running": N_("This month can be closed from %(day)s on."),
        "month_closed_already": N_("%(name)s closed this month on %(day)s. Look at it again."),
        "month_not_closed": N_("This month is open already. Look at it again."),
        "month_before_start": N_("The branch has no attendance before %(day)s. Choose a later month."),
        "month_reason_needed": N_("Say why. Whoever looks at this month later reads it."),
        "month.closed": N_("Closed a month"),
        "month.reopened": N_("Opened a month again"),
        "object_month": N_("Month"),
    }
)
