"""What the next settlement of a branch will post, from the same evaluation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp.rewards.queries.costs import posted_of
from webapp.rewards.queries.load import load_all
from webapp.rewards.queries.runs import marked, waiting
from webapp.rewards.rules.due import BranchDue
from webapp.rewards.rules.plan import outcomes, worth

BATCH = 200
MEAN_DAYS = 7


@dataclass(frozen=True, slots=True)
class Forecast:
    """Rep-days of the next date that wait, minor units they would post now, and the mean of the last dates.

    `undecided` of the rep-days wait for a person or for the end of the day; `changed` settled ones are looked
    at again.
    """

    work_date: date
    rep_days: int
    amount: int
    mean: int | None
    undecided: int
    changed: int


def forecast(branch: BranchDue, *, at: datetime) -> Forecast:
    """The next date as it stands; today's when everything before is settled."""
    pairs = waiting(branch.id, branch.next_date)
    amount = undecided = 0
    for start in range(0, len(pairs), BATCH):
        for work in load_all(pairs[start : start + BATCH], at=at, booking=False).works.values():
            found = list(outcomes(work))
            amount += worth(found) - work.before.posted
            undecided += any(outcome.pending for _, outcome in found)
    changed = len(marked(branch.id, branch.settled_through)) if branch.settled_through else 0
    return Forecast(branch.next_date, len(pairs), amount, _mean(branch), undecided, changed)


def _mean(branch: BranchDue) -> int | None:
    first = branch.next_date - timedelta(days=MEAN_DAYS)
    posted = posted_of(branch.id, first, branch.next_date - timedelta(days=1))
    return sum(posted.values()) // len(posted) if posted else None
