"""Who may call what: every endpoint states it, everything else is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app, request
from flask_login import current_user

from webapp.core.errors import N_, Conflict, Forbidden, words

View = TypeVar("View", bound=Callable[..., object])


class Role(StrEnum):
    REP = "rep"
    SUPERVISOR = "supervisor"
    HR = "hr"
    FINANCE = "finance"
    ADMIN = "admin"


EVERYONE = frozenset(Role)
OFFICE = frozenset({Role.HR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class BranchInfo:
    id: int
    code: str
    name: str
    timezone: str
    currency: str
    language: str
    settlement_time: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class StoodFor:
    """An absent supervisor whose people and stores somebody answers for meanwhile, through `last_on`."""

    id: int
    name: str
    last_on: date


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request; plain data, safe to keep after the transaction ended."""

    id: int
    staff_no: str
    name: str
    role: Role
    employer: str
    language: str
    theme: str
    text_size: str
    branch: BranchInfo
    branch_ids: tuple[int, ...]
    sign_in_id: int
    positions: str = "unasked"
    """May their phone's position be taken? unasked | yes | no"""
    positions_text: int = 0
    """The version of the text they are asked with."""
    letter_keys: bool = True
    stands_for: tuple[StoodFor, ...] = ()
    """Supervisors this one stands in for today, by the branch's calendar."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.sign_in_id)

    @property
    def branch_id(self) -> int:
        return self.branch.id

    @property
    def sees_money(self) -> bool:
        """The client's own staff supervise attendance and never see what it is worth."""
        return self.employer == "own"

    @property
    def acts_as(self) -> tuple[int, ...]:
        """Whose teams and stores are theirs to answer for: the own ones, and those of whom they stand in for."""
        return (self.id, *(one.id for one in self.stands_for))

    def alone(self) -> "SignedIn":
        """The same person with nobody else's rights."""
        return replace(self, stands_for=())

    def is_a(self, *roles: Role) -> bool:
        return self.role in roles


def me() -> SignedIn:
    """The signed-in person; only inside a view that states a permission."""
    return cast(SignedIn, current_user._get_current_object())


def allow(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to these roles."""

    def mark(view: View) -> View:
        view.permission = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to people who are not signed in."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def machine(view: View) -> View:
    """Mark a view as called by devices that no browser stands behind: they show who they are in their own way."""
    view.machine = True  # type: ignore[attr-defined]
    return public(view)


def check_request() -> None:
    """Refuse a request whose view does not allow the person's role, or that another person's page sent.

    Raises Forbidden, Conflict.
    """
    if request.endpoint is None:
        return None
    view: Any = current_app.view_functions[request.endpoint]
    allowed = view.permission
    if allowed is None:
        return None
    user = me()
    if not user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if request.headers.get("X-Onsite-User", str(user.id)) != str(user.id):
        raise Conflict("not_you")
    if user.role not in allowed:
        raise Forbidden("forbidden")
    return None


def refuse_unstated(app: Flask) -> None:
    """A route without a stated permission stops the program, not the customer."""
    public(app.view_functions["static"])
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "permission")]
    if silent:
        raise RuntimeError(f"no permission stated for {', '.join(sorted(silent))}: add @allow(...) or @public")


words(
    {
        "not_you": N_("Somebody else has signed in here meanwhile. Load the page again."),
        "sign_in_needed": N_("Sign in to go on."),
    }
)
