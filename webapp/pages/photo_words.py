"""Photos of a day as those who decide about it see them, with what is odd about them in words."""

from collections.abc import Collection
from dataclasses import dataclass

from webapp.attendance import queries as attendance
from webapp.attendance.queries import MarkRow, PhotoRow, Repeat
from webapp.core.authz import SignedIn
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import date_text


@dataclass(frozen=True, slots=True)
class RepeatView:
    kind: str
    words: str


def photos_by_mark(marks: Collection[MarkRow], user: SignedIn) -> dict[int, list[PhotoRow]]:
    """Those the user may open; a supervisor's day of a person may hold stores that are not theirs."""
    return attendance.photos_of([mark.id for mark in marks if mark.kind == "in"], user)


def repeats_by_mark(user: SignedIn, photos: dict[int, list[PhotoRow]]) -> dict[int, list[RepeatView]]:
    """Nothing is asked when there are no photos."""
    found = attendance.photo_repeats(list(photos))
    return {mark: [_view(user, repeat) for repeat in repeats] for mark, repeats in found.items()}


def _view(user: SignedIn, repeat: Repeat) -> RepeatView:
    day = date_text(repeat.other_on)
    if repeat.other_branch_id not in user.branch_ids:
        words = gettext("as with a visit of %(day)s in another branch", day=day)
    else:
        where = {"name": repeat.other_name, "site": repeat.other_site or gettext("Unknown store"), "day": day}
        words = gettext("as with %(name)s's visit to %(site)s, %(day)s", **where)
    return RepeatView(repeat.kind, words)
