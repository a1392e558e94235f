"""The inbox's saved views: a tap on one is a whole set of filters, all of it in the address."""

from typing import NamedTuple
from urllib.parse import urlencode

from webapp.attendance.queries import InboxFilters
from webapp.core.authz import SignedIn
from webapp.core.i18n import _ as gettext

OLD_DAYS = 3


class View(NamedTuple):
    href: str
    text: str
    chosen: bool


def views(user: SignedIn, now: InboxFilters) -> list[View]:
    """In the order of a working day; the one whose filters are exactly those of the page is chosen."""
    known: list[tuple[dict[str, object], str]] = [({}, gettext("All waiting"))]
    if len(user.branch_ids) > 1:
        known.append(({"branch_id": user.branch_id}, gettext("My branch")))
    known += [
        ({"sent": 1}, gettext("Sent by supervisors")),
        ({"days": OLD_DAYS}, gettext("Waiting %(days)s days and more", days=OLD_DAYS)),
        ({"state": "decided", "mine": 1}, gettext("Decided by me")),
    ]
    return [_view(wanted, text, now) for wanted, text in known]


def _view(wanted: dict[str, object], text: str, now: InboxFilters) -> View:
    href = f"/hr/inbox?{urlencode(wanted)}" if wanted else "/hr/inbox"
    return View(href, text, InboxFilters(sort=now.sort, **wanted) == now)  # type: ignore[arg-type]
