"""Above the inbox: saved views (a tap on one is a whole set of filters), and the first steps of a new company."""

from typing import NamedTuple
from urllib.parse import urlencode

from webapp.attendance.queries import InboxFilters
from webapp.core.authz import SignedIn
from webapp.core.i18n import _ as gettext
from webapp.payroll import queries as payroll
from webapp.people import queries as people
from webapp.schedules import queries as schedules
from webapp.sites import queries as sites


class View(NamedTuple):
    href: str
    text: str
    chosen: bool


def views(user: SignedIn, now: InboxFilters, minimum: int | None = None, own_first: bool = False) -> list[View]:
    """In the order of a working day; the one whose filters are exactly those of the page is chosen.

    own_first: without filters the inbox opens with a view of the reader's own, so everything has an address too.
    """
    known: list[tuple[dict[str, object], str]] = [({}, gettext("All waiting"))]
    if len(user.branch_ids) > 1:
        known.append(({"branch_id": user.branch_id}, gettext("My branch")))
    known += [
        ({"overdue": 1}, gettext("Overdue")),
        ({"sent": 1}, gettext("Sent by supervisors")),
        ({"state": "decided", "mine": 1}, gettext("Decided by me")),
    ]
    everything = "/hr/inbox?state=open" if own_first else "/hr/inbox"
    return [_view(wanted, text, now, minimum, everything) for wanted, text in known]


def beside(user: SignedIn, held: int) -> list[View]:
    """What else waits for the office, where there is any."""
    leave, swaps = schedules.waiting_requests(user.branch_ids)
    counted = [
        ("/hr/pay-questions", gettext("Questions about pay: %(number)s"), payroll.open_questions(user)),
        ("/hr/schedule/requests?state=open", gettext("Leave requests: %(number)s"), leave),
        ("/hr/schedule/swaps", gettext("Swaps: %(number)s"), swaps),
        ("/hr/devices/held", gettext("Held punches: %(number)s"), held),
    ]
    return [View(href, text % {"number": number}, False) for href, text, number in counted if number]


class Step(NamedTuple):
    href: str
    text: str
    done: bool


def first_steps(user: SignedIn) -> list[Step]:
    """What a company needs before anybody can check in; nothing once it has all of it."""
    has = (bool(sites.store_types(user.branch_ids)), bool(sites.coverage(user)[1]), people.has_reps(user.branch_ids))
    if all(has):
        return []
    return [
        Step("/hr/sites/store-types", gettext("Say which kinds of stores there are, with their hours"), has[0]),
        Step("/hr/sites", gettext("Add the sites, or import a list"), has[1]),
        Step("/hr/people", gettext("Add reps and store supervisors, and give them their one-time passwords"), has[2]),
    ]


def _view(wanted: dict[str, object], text: str, now: InboxFilters, minimum: int | None, everything: str) -> View:
    href = f"/hr/inbox?{urlencode(wanted)}" if wanted else everything
    same = InboxFilters(sort=now.sort, **wanted) == now  # type: ignore[arg-type]
    return View(href, text, same and minimum is None)
