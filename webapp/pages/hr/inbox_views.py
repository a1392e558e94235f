"""Above the inbox: saved views (a tap on one is a whole set of filters), and the first steps of a new company."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from webapp.attendance.queries import InboxFilters
from webapp.attendance.rules.words import EXCEPTIONS
from webapp.core.assets import url_with
from webapp.core.authz import SignedIn
from webapp.core.i18n import _ as gettext
from webapp.pages.hr.inbox_keys import left_out_by
from webapp.people import queries as people
from webapp.sites import queries as sites


class View(NamedTuple):
    href: str
    text: str
    chosen: bool
    number: int | None = None


def views(
    user: SignedIn, now: InboxFilters, minimum: int | None = None, own_first: bool = False, late: int = 0, own: int = 0
) -> list[View]:
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
    if own or now.own:
        known.append(({"own": 1}, gettext("About you")))
    everything = "/hr/inbox?state=open" if own_first else "/hr/inbox"
    found = [_view(wanted, text, now, minimum, everything) for wanted, text in known]
    numbers = {"overdue": late, "own": own}
    return [one._replace(number=numbers.get(next(iter(wanted), "")) or None)
            for one, (wanted, _) in zip(found, known, strict=True)]  # fmt: skip


def own_note(user: SignedIn, at: datetime) -> str:
    """Above what is about its reader: who decides it."""
    if people.others_in_office(user.branch_id, at.astimezone(user.branch.zone).date(), without=user.acts_as):
        return gettext("Nobody decides about themselves: your colleagues in the office have these in their inbox.")
    return gettext(
        "Nobody decides about themselves, and nobody else works in the office for %(branch)s: "
        "once one more person has the role HR, these are theirs to decide.",
        branch=user.branch.name,
    )


class Beside(NamedTuple):
    """What this list leaves out, and where that is."""

    text: str
    links: list[tuple[str, str]]


def beside(now: InboxFilters, minimum: int | None) -> Beside | None:
    if now.kind in EXCEPTIONS:
        return None
    if now.state != "open":
        elsewhere = [
            ("/hr/schedule/requests?state=all", gettext("Leave requests")),
            ("/hr/schedule/swaps", gettext("Swaps")),
            ("/hr/pay-questions?state=answered", gettext("Questions about pay")),
        ]
        return Beside(gettext("Decided exceptions only. Other decided matters have lists of their own:"), elsewhere)
    if names := left_out_by(now, minimum):
        said = gettext("Exceptions only: other matters have nothing for “%(filters)s”.", filters=", ".join(names))
        dropped = {"store_type_id": None, "supervisor_id": None, "min": None, "sent": None, "mine": None, "page": None}
        return Beside(said, [(url_with(**dropped), gettext("Show all that waits"))])
    return None


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
