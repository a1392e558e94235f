"""When changes of a roster are told by themselves; pure."""

from datetime import date, datetime, time, timedelta

from webapp.schedules.rules.roster_policy import RosterPolicy

EVENING = time(16)
"""When days that nobody told of are told the day before: planners are still there to be asked."""
NIGHT, MORNING = time(21), time(7)


def evening_of(policy: RosterPolicy, local: datetime) -> date | None:
    """The date whose evening came last; None where nothing is told by itself."""
    if not policy.tell_days:
        return None
    return local.date() - timedelta(days=local.time() < EVENING)


def told_through(policy: RosterPolicy, local: datetime) -> date | None:
    """The last date whose changes are told now; None: nothing is told by itself.

    At night nobody is woken for more than the next working day; what comes after it is told in the evening.
    """
    if not policy.tell_days:
        return None
    ahead, clock = policy.tell_days - 1, local.time()
    if clock >= EVENING:
        ahead = max(ahead, 1)
    if clock >= NIGHT:
        ahead = 1
    elif clock < MORNING:
        ahead = 0
    return local.date() + timedelta(days=ahead)
