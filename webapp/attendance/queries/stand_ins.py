"""Whom a supervisor may ask to stand in."""

from collections.abc import Collection
from datetime import date

from webapp.core.authz import SignedIn
from webapp.people import queries as people
from webapp.sites import queries as sites


def can_stand_in(user: SignedIn, on: date) -> list[tuple[int, str, str]]:
    """(id, name, role) by name."""
    found = people.can_stand_in(people.employee(user, user.id), on)
    chosen = may_choose(user, [(who, role) for who, _, role in found])
    return [one for one in found if one[0] in chosen]


def may_choose(user: SignedIn, deputies: Collection[tuple[int, str]]) -> set[int]:
    """Which of them (id, role). Of a client's staff nothing says which client; a store they share does."""
    if user.employer == "own":
        return {who for who, _ in deputies}
    near = sites.supervise_with(user.id)
    return {who for who, role in deputies if role == "hr" or who in near}
