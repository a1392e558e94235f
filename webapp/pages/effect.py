"""What a decision changes, before it is made: the day, the run of good days, the money, the pay of the month."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.core.i18n import _ as gettext
from webapp.core.i18n import date_text, say
from webapp.payroll import queries as payroll
from webapp.rewards.rules import Preview
from webapp.rules.rules import Snapshot
from webapp.wallet import queries as wallet
from webapp.wallet.rules import month_of, open_date

Change = tuple[str, str, str]
"""(what, now, after) in words."""
Sums = tuple[str, int, int]
"""(what, now, after) in minor units."""


@dataclass(frozen=True, slots=True)
class Booked:
    """Where the difference ends up. `wallet`: when the day is settled; `pay`: None for people we do not pay."""

    wallet: tuple[int, int]
    pay: tuple[int, int] | None
    month: str


def day_changes(preview: Preview) -> list[Change]:
    """Status, times and run, those that are the same too, so that it is seen that they are."""
    if preview.days_seen is None:
        return []
    now, after = preview.days_seen
    found = [(gettext("Status"), _status(now), _status(after)), (gettext("Came"), *_each(now, after, "first_in"))]
    for label, name in ((gettext("Late"), "minutes_late"), (gettext("Left early"), "minutes_early")):
        if getattr(now, name) or getattr(after, name):
            found.append((label, _minutes(getattr(now, name)), _minutes(getattr(after, name))))
    return [*found, (gettext("Days on time in a row"), str(preview.runs[0]), str(preview.runs[1]))]


def reward_changes(preview: Preview) -> list[Sums]:
    """One for each kind of rule that pays before or after."""
    found: dict[str, tuple[int, int]] = {}
    for kind, now, after in preview.slots:
        before = found.get(kind, (0, 0))
        found[kind] = (before[0] + now, before[1] + after)
    return [(say(f"rule_name_{kind}"), now, after) for kind, (now, after) in found.items() if now or after]


def later_changes(preview: Preview) -> list[Sums]:
    return [(date_text(one.work_date), one.now, one.after) for one in preview.days]


def booked(preview: Preview, employee_id: int, branch_id: int, timezone: str, *, at: datetime) -> Booked | None:
    """For HR: the wallet once the day is settled, and the net pay of the month the difference is booked in."""
    if preview.days_seen is None:
        return None
    today, closed = at.astimezone(ZoneInfo(timezone)).date(), wallet.closed_months([branch_id])[branch_id]
    figures = wallet.balances_of([employee_id], preview.currency)[employee_id]
    held = figures.available + figures.recovery
    pending = preview.now - preview.posted
    month = month_of(open_date(preview.days_seen[0].work_date, today, closed))
    later = [one for one in preview.days if month_of(open_date(one.work_date, today, closed)) == month]
    change = preview.after - preview.now + sum(one.after - one.now for one in later)
    pay = payroll.estimate_change(employee_id, month, pending, pending + change)
    return Booked((held + pending, held + pending + preview.change), pay, month)


def _status(day: Snapshot) -> str:
    return say(f"status_{day.status}")


def _each(now: Snapshot, after: Snapshot, name: str) -> tuple[str, str]:
    none = gettext("none yet")
    return getattr(now, name) or none, getattr(after, name) or none


def _minutes(number: int) -> str:
    return gettext("%(number)s min", number=number)
