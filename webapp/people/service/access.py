"""Signing in and out, passwords, what a person sets for themselves."""

import math
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db, is_postgres
from webapp.core.errors import Forbidden, Invalid, NotFound
from webapp.people import policy, rules
from webapp.people.models import Branch, Employee, SignIn, SignInAttempt
from webapp.people.queries.sessions import has_left

# Without letters and digits that look alike on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`sign_in_id` when it worked; `problem` with the words for the form when it did not."""

    sign_in_id: int | None = None
    problem: Invalid | None = None
    choose_password: bool = False


def try_sign_in(
    *, employee_id: int | None, typed: str, matches: bool, agent: str, language: str | None, at: datetime
) -> Attempt:
    """Count a wrong password or start a session. Whether the person exists shows in neither answer nor time."""
    key = rules.attempt_key(employee_id, typed)
    failures, locked_until = _take_turn(key, at)
    if locked_until and locked_until > at:
        return Attempt(problem=_locked(locked_until, at))
    employee = db.session.get(Employee, employee_id or 0)
    if employee is None or not matches or not _may_enter(employee, at):
        return Attempt(problem=_count_failure(key, failures + 1, at))
    conn().execute(delete(SignInAttempt).where(SignInAttempt.key == key))
    if employee.password_temporary:
        return Attempt(choose_password=True)
    return Attempt(sign_in_id=_start(employee, agent, language, at))


def choose_password(
    *, employee_id: int, old_hash: str, new_hash: str, agent: str, language: str | None, at: datetime
) -> int:
    """Replace a one-time password and sign in; the new sign-in's id. Raises Invalid when it was used before."""
    employee = db.session.get(Employee, employee_id)
    if employee is None or employee.password_hash != old_hash or not _may_enter(employee, at):
        raise Invalid("sign_in_expired")
    employee.password_hash, employee.password_temporary = new_hash, False
    _audit("password.chosen", employee, employee.id, at)
    return _start(employee, agent, language, at)


def change_password(*, by: SignedIn, new_hash: str, at: datetime) -> int:
    """One's own; ends every other sign-in. How many that were."""
    employee = _get(by.id)
    employee.password_hash, employee.password_temporary = new_hash, False
    _audit("password.changed", employee, by.id, at)
    return _revoke(employee.id, at, keep=by.sign_in_id)


def reset_password(*, by: SignedIn | None, employee_id: int, new_hash: str, at: datetime) -> None:
    """A one-time password from HR: ends all sign-ins and lifts a lock. Raises Forbidden."""
    employee = _get(employee_id)
    if not policy.can_reset(by, employee):
        raise Forbidden("forbidden")
    employee.password_hash, employee.password_temporary = new_hash, True
    conn().execute(delete(SignInAttempt).where(SignInAttempt.key == rules.attempt_key(employee_id, "")))
    _revoke(employee_id, at)
    _audit("password.reset", employee, by.id if by else None, at)


def sign_out(*, sign_in_id: int, at: datetime) -> None:
    conn().execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.revoked_at.is_(None)).values(revoked_at=at))


def revoke_sign_in(*, by: SignedIn, sign_in_id: int, at: datetime) -> None:
    """End one of one's own sign-ins. Raises NotFound."""
    row = db.session.get(SignIn, sign_in_id)
    if row is None or row.employee_id != by.id:
        raise NotFound("not_found")
    row.revoked_at = row.revoked_at or at


def revoke_sign_ins(*, by: SignedIn | None, employee_id: int, at: datetime, keep: int | None = None) -> int:
    """End somebody's sign-ins everywhere; how many. Raises Forbidden."""
    employee = _get(employee_id)
    if by is None or by.id != employee_id:
        policy.check_manage(by, employee)
    ended = _revoke(employee_id, at, keep=keep)
    if ended:
        _audit("sign_ins.ended", employee, by.id if by else None, at, {"ended": ended})
    return ended


def set_preferences(*, by: SignedIn, at: datetime, **chosen: str | bool) -> None:
    """language, theme, text_size, letter_keys of the person themselves. Raises Invalid."""
    allowed: dict[str, Collection[str | bool]] = {
        "language": rules.LANGUAGES, "theme": rules.THEMES, "text_size": rules.TEXT_SIZES, "letter_keys": (True, False),
    }  # fmt: skip
    for name, value in chosen.items():
        if value not in allowed[name]:
            raise Invalid("not_a_choice", name)
    conn().execute(update(Employee).where(Employee.id == by.id).values(**chosen))


def one_time_password() -> str:
    """Twelve characters in three groups: easy to read out, 59 bits to guess."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def _may_enter(employee: Employee, at: datetime) -> bool:
    if employee.password_hash is None:
        return False
    branch = db.session.get_one(Branch, employee.branch_id)
    return not has_left(employee.left_on, branch, at)


def _start(employee: Employee, agent: str, language: str | None, at: datetime) -> int:
    """A language chosen on the sign-in page was chosen to be read from now on."""
    if language in rules.LANGUAGES:
        employee.language = language
    lasts = rules.sign_in_lasts(employee.role)
    row = SignIn(employee_id=employee.id, created_at=at, expires_at=at + lasts, agent=agent[:200])
    db.session.add(row)
    db.session.flush()
    return row.id


def _take_turn(key: str, at: datetime) -> tuple[int, datetime | None]:
    """Failures so far and the lock. Holds the row, so that guesses sent at once are counted one after the other.

    A count nobody added to for half a day begins anew.
    """
    conn().execute(delete(SignInAttempt).where(SignInAttempt.last_at < at - rules.FORGOTTEN_AFTER))
    insert = (postgresql if is_postgres() else sqlite).insert(SignInAttempt)
    mine = insert.values(key=key, failures=0, last_at=at).on_conflict_do_update(
        index_elements=[SignInAttempt.key], set_={"last_at": at}
    )
    row = conn().execute(mine.returning(SignInAttempt.failures, SignInAttempt.locked_until)).one()
    return row.failures, row.locked_until


def _count_failure(key: str, failures: int, at: datetime) -> Invalid:
    """The fifth in a row locks."""
    locks = failures >= rules.MAX_FAILURES
    until = at + rules.LOCKED_FOR if locks else None
    mine = update(SignInAttempt).where(SignInAttempt.key == key)
    conn().execute(mine.values(failures=0 if locks else failures, locked_until=until))
    return _locked(until, at) if until else Invalid("sign_in_wrong")


def _locked(until: datetime, at: datetime) -> Invalid:
    return Invalid("sign_in_locked", minutes=max(1, math.ceil((until - at).total_seconds() / 60)))


def _revoke(employee_id: int, at: datetime, keep: int | None = None) -> int:
    live = [SignIn.employee_id == employee_id, SignIn.revoked_at.is_(None), SignIn.expires_at > at]
    if keep is not None:
        live.append(SignIn.id != keep)
    return conn().execute(update(SignIn).where(*live).values(revoked_at=at)).rowcount


def _get(employee_id: int) -> Employee:
    found = db.session.get(Employee, employee_id)
    if found is None:
        raise NotFound("not_found")
    return found


def _audit(
    action: str, employee: Employee, actor_id: int | None, at: datetime, after: dict[str, object] | None = None
) -> None:
    audit.record(
        actor_id=actor_id, action=action, object_type="employee", object_id=employee.id,
        branch_id=employee.branch_id, after=after, at=at,
    )  # fmt: skip
