"""Somebody's named filters of a list."""

from dataclasses import dataclass

from sqlalchemy import select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.people.models import SavedView

FIRST = ":first"
"""Behind the page of the view that the list opens with."""


@dataclass(frozen=True, slots=True)
class View:
    """`first`: the list opens with it."""

    id: int
    name: str
    query: str
    first: bool


def saved_views(user: SignedIn, page: str) -> list[View]:
    """In the order they were made; one statement."""
    mine = select(SavedView.id, SavedView.name, SavedView.query, SavedView.page).where(
        SavedView.owner_id == user.id, SavedView.page.in_((page, page + FIRST))
    )
    rows = conn().execute(mine.order_by(SavedView.id))
    return [View(row.id, row.name, row.query, row.page != page) for row in rows]
