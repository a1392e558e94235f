"""Above the inbox: saved views (a tap on one is a whole set of filters), and the first steps of a new company."""

from typing import NamedTuple
from urllib.parse import urlencode

from webapp.attendance.queries import InboxFilters
from webapp.core.authz import SignedIn
from webapp.core.i18n import _ as gettext
from webapp.payroll import queries as payroll
from webapp.people import queries as people
from webapp.sites import queries as sites

OLD_DAYS = 3


class View(NamedTuple):
    href: str
    text: str
    chosen: bool


def views(user: SignedIn, now: InboxFilters) -> list[View]:
    """In the order of a working day; the one whose filters are exactly those of the page is chosen. Last, what waits
    beside the inbox.
    """
    known: list[tuple[dict[str, object], str]] = [({}, gettext("All waiting"))]
    if len(user.branch_ids) > 1:
        known.append(({"branch_id": user.branch_id}, gettext("My branch")))
    known += [
        ({"sent": 1}, gettext("Sent by supervisors")),
        ({"days": OLD_DAYS}, gettext("Waiting %(days)s days and more", days=OLD_DAYS)),
        ({"state": "decided", "mine": 1}, gettext("Decided by me")),
    ]
    found = [_view(wanted, text, now) for wanted, text in known]
    if asked := payroll.open_questions(user):
        found.append(View("/hr/pay-questions", gettext("Questions about pay: %(number)s", number=asked), False))
    return found


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


def _view(wanted: dict[str, object], text: str, now: InboxFilters) -> View:
    href = f"/hr/inbox?{urlencode(wanted)}" if wanted else "/hr/inbox"
    return View(href, text, InboxFilters(sort=now.sort, **wanted) == now)  # type: ignore[arg-type]
