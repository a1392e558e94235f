"""A week again, and a span without rosters."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from webapp.core.authz import SignedIn
from webapp.core.errors import Invalid
from webapp.schedules.service.bulk import first_open, plans_of, rosters_of, team_of, write_days

WEEK = timedelta(days=7)
LAST_OF_WEEK = timedelta(days=6)
MOST_DAYS = 92


def copy_week(
    *, by: SignedIn, people: Sequence[int], from_monday: date, to_monday: date, at: datetime
) -> tuple[int, int]:
    """Copy rosters and plans of a week; a day that has its own already stays. (days copied, days left alone).

    Raises NotFound when one of `people` is not visible, Forbidden, Invalid.
    """
    if from_monday == to_monday or from_monday.weekday() or to_monday.weekday():
        raise Invalid("same_week", "from_monday")
    team, shift = team_of(by, people), to_monday - from_monday
    first = first_open(by, by.branch_id, at)
    here, goal = (from_monday, from_monday + LAST_OF_WEEK), (to_monday, to_monday + LAST_OF_WEEK)
    roster, plan = rosters_of(team, *here), plans_of(team, *here)
    there = {*rosters_of(team, *goal), *plans_of(team, *goal)}
    source = {(who, on): (who, on + shift) for who, on in {*roster, *plan}}
    kept = {pair for pair in source.values() if pair in there or pair[1] < first}
    changed = write_days(
        by=by,
        team=team,
        rosters={source[pair]: state for pair, state in roster.items() if source[pair] not in kept},
        plans={source[pair]: stops for pair, stops in plan.items() if source[pair] not in kept},
        action="roster.copied",
        at=at,
        more={"copied_from": from_monday.isoformat()},
    )
    return len(changed), len(kept)


def clear_roster(*, by: SignedIn, people: Sequence[int], first_on: date, last_on: date, at: datetime) -> int:
    """Take the rosters of a span away, visits stay; the calendar and the week decide again. How many days changed.

    Raises NotFound, Forbidden, Invalid.
    """
    if (last_on - first_on).days >= MOST_DAYS:
        raise Invalid("leave_too_long", "last_on", limit=MOST_DAYS)
    team = team_of(by, people)
    first = max(first_on, first_open(by, by.branch_id, at))
    if first > last_on:
        return 0
    gone = dict.fromkeys(rosters_of(team, first, last_on))
    return len(write_days(by=by, team=team, rosters=gone, plans={}, action="roster.cleared", at=at))
