"""A date as its supervisor sees it: who is clean, who needs a look, and what a word would be worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp.attendance import queries as attendance
from webapp.attendance.queries import PersonDay
from webapp.attendance.rules import Assume, standing
from webapp.attendance.rules.settings import read_policy
from webapp.core.authz import SignedIn
from webapp.people import queries as people
from webapp.rewards import queries as rewards
from webapp.rewards.rules import Preview
from webapp.rewards.rules.due import settles_at

DAYS_BACK = 31
SHOWN_DAYS = 7
WAIT = ("clean", "look")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person; `effect` is None where money is not shown."""

    person: PersonDay
    group: str
    effect: Preview | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    on: date
    entries: tuple[Entry, ...]
    deadline: datetime
    settled: bool
    due: datetime | None = None
    """When the first of those who wait should be confirmed."""

    def of(self, *groups: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.group in groups]

    @property
    def waiting(self) -> int:
        return len(self.of(*WAIT))

    @property
    def overdue(self) -> int:
        return sum(entry.overdue for entry in self.entries)


def sheet(user: SignedIn, on: date, *, at: datetime, money: bool = True) -> Sheet:
    """Everybody of one date, with what confirming those who need a look would be worth."""
    found = attendance.to_confirm(user, on)
    groups = {person.employee_id: _group(person, at) for person in found}
    look = [person for person in found if groups[person.employee_id] == "look"]
    worth = effects(user, [(person, confirming(person)) for person in look], at=at) if money else {}
    hours = confirm_within(user)
    dues = {one.employee_id: one.ends_at + hours for one in found if one.ends_at and groups[one.employee_id] in WAIT}
    entries = [
        Entry(one, groups[one.employee_id], worth.get(one.employee_id), dues.get(one.employee_id, at) < at)
        for one in found
    ]
    due = min(dues.values(), default=None)
    return Sheet(on, tuple(entries), deadline(user, on), is_settled(user, on), due)


def effects(user: SignedIn, items: Sequence[tuple[PersonDay, Assume]], *, at: datetime) -> dict[int, Preview]:
    """{employee: Preview}; nothing for the client's own staff, who never see money."""
    if not user.sees_money or not items:
        return {}
    said = [(person.pair, assume) for person, assume in items]
    found = zip(items, rewards.preview_each(said, at=at), strict=True)
    return {person.employee_id: preview for (person, _), preview in found if preview is not None}


def confirming(person: PersonDay) -> Assume:
    return Assume(decisions=dict.fromkeys(person.approvable, "approved"), word="present")


def deadline(user: SignedIn, on: date) -> datetime:
    return settles_at(on, user.branch.settlement_time, user.branch.zone)


def confirm_within(user: SignedIn) -> timedelta:
    """How long after a shift's end its supervisor is expected to have confirmed it."""
    branch = people.branch(user.branch_id)
    return timedelta(hours=read_policy(branch.attendance if branch else None).confirm_hours)


def is_settled(user: SignedIn, on: date) -> bool:
    branch = people.branch(user.branch_id)
    return branch is not None and branch.settled_through is not None and on <= branch.settled_through


def today(user: SignedIn, *, at: datetime) -> date:
    return at.astimezone(user.branch.zone).date()


def dates_to_look_at(user: SignedIn, today: date) -> dict[date, int]:
    """{date: people waiting}, newest first: today, yesterday, and unsettled or unconfirmed days of the last week."""
    span = [today - timedelta(days=back) for back in range(SHOWN_DAYS)]
    counts = attendance.waiting(user, span)
    return {on: counts.get(on, 0) for on in span if on in counts or on >= today - timedelta(days=1)}


def dates_due(user: SignedIn, today: date, *, at: datetime) -> dict[date, tuple[int, int]]:
    """The same as {date: (people waiting, those of them past their time)}: overdue dates first, the oldest first."""
    span = [today - timedelta(days=back) for back in range(SHOWN_DAYS)]
    counts = attendance.waiting_since(user, span, at - confirm_within(user))
    found = {on: counts.get(on, (0, 0)) for on in span if on in counts or on >= today - timedelta(days=1)}
    late = sorted(on for on, (_, overdue) in found.items() if overdue)
    return {on: found[on] for on in [*late, *(on for on in found if on not in late)]}


def _group(person: PersonDay, at: datetime) -> str:
    found = standing(person.day, person.expected, at, left=bool(person.approvable))
    handed_on = person.open_issues and all(issue.decision == "passed_on" for issue in person.open_issues)
    return "hr" if handed_on and found in ("look", "missing") else found
