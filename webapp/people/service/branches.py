"""Branches and their teams."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from babel.numbers import is_currency
from sqlalchemy import select

from webapp.core import audit, outbox
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.people import policy, rules
from webapp.people.models import Branch, Employee, Team
from webapp.people.service.near_days import tell_branch_later

_CODE = re.compile(r"^[A-Z0-9][A-Z0-9\-]{0,19}$")
LOCKED_BY_MONEY = ("timezone", "currency")


def create_branch(
    *,
    by: SignedIn | None,
    code: str,
    name: str,
    timezone: str,
    currency: str,
    language: str,
    country: str,
    settled_from: date,
    at: datetime,
    settlement_time: str = "10:00",
    workdays: Sequence[int] = (1, 2, 3, 4, 5),
    photo_days: int = 180,
) -> Branch:
    """A new branch; only admins and the operator. Raises Invalid, Forbidden."""
    policy.check_admin(by)
    code = code.strip().upper()
    if not _CODE.match(code):
        raise Invalid("bad_branch_code", "code")
    if db.session.scalar(select(Branch.id).where(Branch.code == code)):
        raise Invalid("branch_taken", "code")
    values = _checked(
        name=name, timezone=timezone, currency=currency, language=language, country=country,
        settlement_time=settlement_time, workdays=list(workdays), photo_days=photo_days,
    )  # fmt: skip
    made = Branch(code=code, settled_from=settled_from, on_hold=False, version=1, **values)
    db.session.add(made)
    db.session.flush()
    _audit("branch.created", made, by, at, None, {"code": code, "settled_from": settled_from, **values})
    return made


def update_branch(
    *, by: SignedIn | None, branch_id: int, version: int, has_money: bool, at: datetime, **values: Any
) -> Branch:
    """Change settings; `has_money` locks time zone and currency, the first settled day the day it begins with.

    Raises Invalid, Conflict, NotFound.
    """
    branch = _mine(by, branch_id)
    if branch.version != version:
        raise Conflict("changed_meanwhile")
    settled_from = values.pop("settled_from", branch.settled_from)
    checked = {**_checked(**{"photo_days": branch.photo_days, **values}), "settled_from": settled_from}
    before, after = audit.changed({name: getattr(branch, name) for name in checked}, checked)
    for name in LOCKED_BY_MONEY:
        if has_money and name in after:
            raise Invalid("branch_has_money", name)
    if branch.settled_through is not None and "settled_from" in after:
        raise Invalid("branch_has_money", "settled_from")
    if after:
        if "workdays" in after:
            _keep_week(branch, at)
        _set(branch, after)
        _audit("branch.changed", branch, by, at, before, after)
    return branch


def hold_branch(*, by: SignedIn | None, branch_id: int, reason: str, at: datetime) -> Branch:
    """Stop settling until released. Raises Invalid."""
    if not reason.strip():
        raise Invalid("hold_reason_needed", "reason")
    return _hold(by, branch_id, True, reason.strip()[:300], at)


def release_branch(*, by: SignedIn | None, branch_id: int, at: datetime) -> Branch:
    return _hold(by, branch_id, False, None, at)


def create_team(*, by: SignedIn | None, branch_id: int, name: str, at: datetime) -> Team:
    """Raises Invalid when the branch has one of this name."""
    branch = _mine(by, branch_id)
    team = Team(branch_id=branch_id, name=_team_name(branch_id, name))
    db.session.add(team)
    db.session.flush()
    _audit("team.created", branch, by, at, None, {"team": team.name}, team)
    return team


def rename_team(*, by: SignedIn | None, team_id: int, name: str, at: datetime) -> Team:
    team = _team(team_id)
    branch = _mine(by, team.branch_id)
    if team.name != name.strip():
        before, team.name = team.name, _team_name(team.branch_id, name)
        _audit("team.renamed", branch, by, at, {"team": before}, {"team": team.name}, team)
    return team


def delete_team(*, by: SignedIn | None, team_id: int, at: datetime) -> None:
    """Only an empty one. Raises Invalid."""
    team = _team(team_id)
    branch = _mine(by, team.branch_id)
    if db.session.scalar(select(Employee.id).where(Employee.team_id == team_id).limit(1)):
        raise Invalid("team_not_empty", "team")
    _audit("team.deleted", branch, by, at, {"team": team.name}, None, team)
    db.session.delete(team)


def _checked(
    *,
    name: str,
    timezone: str,
    currency: str,
    language: str,
    country: str,
    settlement_time: str,
    workdays: list[int],
    photo_days: int,
) -> dict[str, Any]:
    rules.check_timezone(timezone)
    if not is_currency(currency):
        raise Invalid("bad_currency", "currency")
    if language not in rules.LANGUAGES:
        raise Invalid("not_a_choice", "language")
    if not re.fullmatch("[A-Z]{2}", country):
        raise Invalid("bad_country", "country")
    return {
        "name": _name(name, 80),
        "timezone": timezone,
        "currency": currency,
        "language": language,
        "country": country,
        "settlement_time": rules.check_settlement_time(settlement_time),
        "workdays": rules.check_workdays(workdays),
        "photo_days": rules.check_between(photo_days, rules.PHOTO_DAYS, "photo_days"),
    }


def _keep_week(branch: Branch, at: datetime) -> None:
    """Once days are settled, a new week counts from today on: those before keep theirs, whenever they are rebuilt."""
    today = at.astimezone(branch.zone).date().isoformat()
    if branch.settled_through is not None and not any(until == today for until, _ in branch.earlier_weeks):
        branch.earlier_weeks = [*branch.earlier_weeks, [today, branch.workdays]]
    payload = {"branch_id": branch.id, "work_date": today}
    outbox.put("schedule_changed", f"branch {branch.id}|{today}", payload, at, bulk=True)
    tell_branch_later(branch_id=branch.id, at=at)


def _hold(by: SignedIn | None, branch_id: int, on: bool, reason: str | None, at: datetime) -> Branch:
    branch = _mine(by, branch_id)
    if branch.on_hold != on:
        _set(branch, {"on_hold": on, "hold_reason": reason})
        audit.record(
            actor_id=by.id if by else None, action="branch.held" if on else "branch.released", object_type="branch",
            object_id=branch.id, branch_id=branch.id, before={"on_hold": not on}, after={"on_hold": on},
            reason=reason, at=at,
        )  # fmt: skip
    return branch


def _mine(by: SignedIn | None, branch_id: int) -> Branch:
    branch = db.session.get(Branch, branch_id, with_for_update=True)
    if branch is None:
        raise NotFound("not_found")
    policy.check_branch(by, branch_id)
    return branch


def _set(branch: Branch, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(branch, name, value)
    branch.version += 1


def _team(team_id: int) -> Team:
    team = db.session.get(Team, team_id)
    if team is None:
        raise NotFound("not_found")
    return team


def _team_name(branch_id: int, name: str) -> str:
    wanted = _name(name, 80, "team")
    if db.session.scalar(select(Team.id).where(Team.branch_id == branch_id, Team.name == wanted)):
        raise Invalid("team_taken", "team")
    return wanted


def _name(text: str, limit: int, field: str = "name") -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid("required", field)
    if len(name) > limit:
        raise Invalid("too_long", field, limit=limit)
    return name


def _audit(
    action: str, branch: Branch, by: SignedIn | None, at: datetime,
    before: dict[str, Any] | None, after: dict[str, Any] | None, team: Team | None = None,
) -> None:  # fmt: skip
    audit.record(
        actor_id=by.id if by else None, action=action, object_type="team" if team else "branch",
        object_id=team.id if team else branch.id, branch_id=branch.id, before=before, after=after, at=at,
    )  # fmt: skip
