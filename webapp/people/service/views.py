"""Filters of a list that somebody gave a name; one of them may be what the list opens with."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import N_, Conflict, Invalid, NotFound, words
from webapp.people.models import SavedView
from webapp.people.queries.views import FIRST

MOST = 20
NAME, QUERY = 60, 500


def save_view(*, by: SignedIn, page: str, name: str, query: str, at: datetime) -> int:
    """The new view's id. Raises Invalid with the field, Conflict when there are MOST already."""
    name = _name(by, page, name)
    if not query or len(query) > QUERY:
        raise Invalid("view_empty" if not query else "view_long", "name")
    if (db.session.scalar(select(func.count()).where(*_mine(by, page))) or 0) >= MOST:
        raise Conflict("view_too_many", "name", limit=MOST)
    view = SavedView(owner_id=by.id, page=page, name=name, query=query, created_at=at)
    db.session.add(view)
    db.session.flush()
    return view.id


def rename_view(*, by: SignedIn, view_id: int, name: str) -> None:
    """Raises NotFound, Invalid."""
    view = _locked(by, view_id)
    page = view.page.removesuffix(FIRST)
    if view.name != name.strip():
        view.name = _name(by, page, name)


def open_with_view(*, by: SignedIn, view_id: int, on: bool) -> None:
    """The list opens with this view, or with everything again. Raises NotFound."""
    view = _locked(by, view_id)
    page = view.page.removesuffix(FIRST)
    for other in db.session.scalars(select(SavedView).where(*_mine(by, page))):
        other.page = page + FIRST if on and other.id == view_id else page


def delete_view(*, by: SignedIn, view_id: int) -> None:
    """Raises NotFound."""
    db.session.delete(_locked(by, view_id))


def _mine(by: SignedIn, page: str) -> tuple[Any, ...]:
    return SavedView.owner_id == by.id, SavedView.page.in_((page, page + FIRST))


def _name(by: SignedIn, page: str, name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("required", "name")
    if len(name) > NAME:
        raise Invalid("too_long", "name", limit=NAME)
    if db.session.scalar(select(SavedView.id).where(*_mine(by, page), SavedView.name == name)):
        raise Invalid("view_taken", "name", name=name)
    return name


def _locked(by: SignedIn, view_id: int) -> SavedView:
    mine = select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == by.id)
    view = db.session.scalar(mine.with_for_update())
    if view is None:
        raise NotFound("not_found")
    return view


words(
    {
        "view_empty": N_("Filter or sort the list first; then give what you see a name."),
        "view_long": N_("These filters are too long to be kept. Search for fewer words."),
        "view_taken": N_("You have a view called “%(name)s”. Choose another name."),
        "view_too_many": N_("You have %(limit)s views. Delete one you do not use."),
    }
)
