"""What the next settlement of a branch will post, from the same evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import OperationalError

from webapp.rewards.queries.costs import posted_of
from webapp.rewards.queries.days import Pair
from webapp.rewards.queries.load import load_all
from webapp.rewards.queries.runs import marked, waiting
from webapp.rewards.rules import Work
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
    pairs = waiting(branch.id, branch.next_date, aside=True)
    amount = undecided = 0
    for start in range(0, len(pairs), BATCH):
        for posts, waits in _each(pairs[start : start + BATCH], at):
            amount, undecided = amount + posts, undecided + waits
    changed = len(marked(branch.id, branch.settled_through)) if branch.settled_through else 0
    return Forecast(branch.next_date, len(pairs), amount, _mean(branch), undecided, changed)


def _each(pairs: Sequence[Pair], at: datetime) -> list[tuple[int, bool]]:
    """(what it posts, does it wait) of each rep-day. What cannot be computed posts nothing: it will be put aside."""
    try:
        works = load_all(pairs, at=at, booking=False).works.values()
        return [_one(work) for work in works]
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - whatever it was, the page is where people come to see it
        return [] if len(pairs) == 1 else [one for pair in pairs for one in _each([pair], at)]


def _one(work: Work) -> tuple[int, bool]:
    found = list(outcomes(work))
    return worth(found) - work.before.posted, any(outcome.pending for _, outcome in found)


def _mean(branch: BranchDue) -> int | None:
    first = branch.next_date - timedelta(days=MEAN_DAYS)
    posted = posted_of(branch.id, first, branch.next_date - timedelta(days=1))
    return sum(posted.values()) // len(posted) if posted else None
