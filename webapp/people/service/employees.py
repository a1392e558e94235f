"""Hiring, changing, leaving, pay."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from webapp.core import audit, outbox
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.people import policy, rules
from webapp.people.models import Branch, BranchMove, BranchScope, Employee, Salary, SignIn, Team
from webapp.people.service.near_days import tell_person_later

_OFFICE_ROLES = frozenset(rules.ROLES) - rules.FIELD_ROLES
_DAY = timedelta(days=1)


def hire(
    *,
    by: SignedIn | None,
    staff_no: str,
    name: str,
    branch_id: int,
    joined_on: date,
    at: datetime,
    role: str = "rep",
    employer: str = "own",
    team_id: int | None = None,
    phone: str | None = None,
    left_on: date | None = None,
    language: str | None = None,
    password_hash: str | None = None,
    salary: int | None = None,
    scope: Collection[int] = (),
) -> Employee:
    """A new person; `salary` is minor units a month from the first day. Raises Invalid with the field."""
    policy.check_branch(by, branch_id)
    policy.check_grant(by, role)
    branch = db.session.get(Branch, branch_id)
    if branch is None:
        raise Invalid("no_such_branch", "branch_id")
    values = _checked(
        None, staff_no=staff_no, name=name, branch_id=branch_id, role=role, employer=employer, team_id=team_id,
        phone=phone, joined_on=joined_on, left_on=left_on, language=language or branch.language,
    )  # fmt: skip
    made = Employee(**values, theme="auto", text_size="normal", created_at=at, version=1)
    made.password_hash, made.password_temporary = password_hash, False
    db.session.add(made)
    db.session.flush()
    _audit("employee.hired", made, by, at, None, values)
    _set_scope(by, made, scope, at)
    if salary is not None:
        _put_salary(by, made, branch.currency, joined_on, salary, at)
    return made


def update_employee(
    *, by: SignedIn | None, employee_id: int, version: int, at: datetime, scope: Collection[int] | None = None,
    **changes: Any,
) -> Employee:  # fmt: skip
    """Change the given fields. Raises Conflict when somebody else was faster, Invalid with the field."""
    employee = _locked(by, employee_id)
    if employee.version != version:
        raise Conflict("changed_meanwhile")
    changes.pop("left_on", None)
    wanted = {name: changes.get(name, getattr(employee, name)) for name in _FIELDS}
    checked = _checked(employee, **wanted, left_on=employee.left_on)
    before, after = audit.changed({name: getattr(employee, name) for name in checked}, checked)
    _check_changes(by, employee, after)
    if after:
        if "branch_id" in after:
            _move(employee, at)
        _apply(employee, after)
        _audit("employee.changed", employee, by, at, before, after)
        if "joined_on" in after:
            first, end = sorted((before["joined_on"], after["joined_on"]))
            _recount(employee, first, end - _DAY, at)
    if scope is not None:
        _set_scope(by, employee, scope, at)
    return employee


def set_leaving(
    *, by: SignedIn | None, employee_id: int, left_on: date | None, at: datetime, now: bool = False,
    reason: str | None = None,
) -> Employee:  # fmt: skip
    """The last day of work, or None to stay. Sign-ins end once it is over; with `now` at once, password and all."""
    employee = _locked(by, employee_id)
    policy.check_not_self(by, employee, "left_on")
    if left_on is not None and left_on < employee.joined_on:
        raise Invalid("left_before_joined", "left_on")
    before, after = audit.changed({"left_on": employee.left_on}, {"left_on": left_on})
    if after:
        _apply(employee, after)
        _audit("employee.leaving" if left_on else "employee.stays", employee, by, at, before, after, reason)
        known = sorted(on for on in (before["left_on"], left_on, date.max) if on)
        _recount(employee, min(known[0], _today(employee, at)) + _DAY, known[1], at)
    if left_on is not None and (now or left_on < _today(employee, at)):
        _shut_out(employee, by, at, lose_password=now)
    return employee


def record_salary(*, by: SignedIn | None, employee_id: int, effective_from: date, amount: int, at: datetime) -> Salary:
    """Base salary a month in minor units from a date on; the same date again replaces it. Raises Invalid."""
    employee = _locked(by, employee_id)
    policy.check_not_self(by, employee, "amount")
    if amount < 0:
        raise Invalid("too_low", "amount", limit=0)
    branch = db.session.get_one(Branch, employee.branch_id)
    return _put_salary(by, employee, branch.currency, effective_from, amount, at)


_FIELDS = ("staff_no", "name", "phone", "branch_id", "team_id", "role", "employer", "joined_on", "language")


def _checked(employee: Employee | None, **given: Any) -> dict[str, Any]:
    name = " ".join(str(given["name"]).split())
    if not name or len(name) > 80:
        raise Invalid("too_long" if name else "required", "name", limit=80)
    for field, choices in (("role", rules.ROLES), ("employer", rules.EMPLOYERS), ("language", rules.LANGUAGES)):
        if given[field] not in choices:
            raise Invalid("not_a_choice", field)
    rules.check_employer(given["role"], given["employer"])
    if given["left_on"] and given["left_on"] < given["joined_on"]:
        raise Invalid("left_before_joined", "joined_on")
    team = db.session.get(Team, given["team_id"]) if given["team_id"] else None
    if given["team_id"] and (team is None or team.branch_id != given["branch_id"]):
        raise Invalid("no_such_team", "team_id")
    staff_no, phone = rules.clean_staff_no(given["staff_no"]), rules.clean_phone(given["phone"])
    _check_free("staff_no", staff_no, employee)
    _check_free("phone", phone, employee)
    return {**given, "name": name, "staff_no": staff_no, "phone": phone}


def _check_free(field: str, value: str | None, employee: Employee | None) -> None:
    """A phone number may not be somebody else's staff number either: both are names to sign in with."""
    if value is None:
        return
    taken = select(Employee.name).where((Employee.staff_no == value) | (Employee.phone == value))
    if employee is not None:
        taken = taken.where(Employee.id != employee.id)
    if name := db.session.scalar(taken.limit(1)):
        raise Invalid(f"{field}_taken", field, name=name)


def _check_changes(by: SignedIn | None, employee: Employee, after: dict[str, Any]) -> None:
    for field in ("role", "branch_id", "employer"):
        if field in after:
            policy.check_not_self(by, employee, field)
    if "role" in after:
        policy.check_grant(by, employee.role, after["role"])
    if "branch_id" in after:
        policy.check_branch(by, after["branch_id"])
        _check_same_kind(employee.branch_id, after["branch_id"])


def _check_same_kind(old_id: int, new_id: int) -> None:
    """History keeps its currency and its work dates, so these may not change under it."""
    old, new = db.session.get_one(Branch, old_id), db.session.get(Branch, new_id)
    if new is None or (old.currency, old.timezone) != (new.currency, new.timezone):
        raise Invalid("branch_differs", "branch_id")


def _move(employee: Employee, at: datetime) -> None:
    """From today on the days are the new branch's. Twice in a day: the first one says where the days before belong."""
    key = {"employee_id": employee.id, "moved_on": _today(employee, at)}
    if db.session.get(BranchMove, key) is None:
        db.session.add(BranchMove(**key, from_branch_id=employee.branch_id))
    tell_person_later(employee_id=employee.id, at=at)


def _set_scope(by: SignedIn | None, employee: Employee, scope: Collection[int], at: datetime) -> None:
    """Further branches of office people; given and taken by admins only."""
    own = set(db.session.scalars(select(BranchScope.branch_id).where(BranchScope.employee_id == employee.id)))
    wanted = set(scope) - {employee.branch_id} if employee.role in _OFFICE_ROLES else set()
    if own == wanted:
        return
    policy.check_admin(by)
    conn().execute(delete(BranchScope).where(BranchScope.employee_id == employee.id))
    db.session.add_all(BranchScope(employee_id=employee.id, branch_id=branch_id) for branch_id in wanted)
    db.session.flush()
    _audit("employee.scope", employee, by, at, {"branches": sorted(own)}, {"branches": sorted(wanted)})


def _put_salary(
    by: SignedIn | None, employee: Employee, currency: str, effective_from: date, amount: int, at: datetime
) -> Salary:
    same = select(Salary).where(Salary.employee_id == employee.id, Salary.effective_from == effective_from)
    row = db.session.scalar(same) or Salary(employee_id=employee.id, effective_from=effective_from)
    before = None if row.id is None else {"salary": row.amount, "from": effective_from, "currency": row.currency}
    row.amount, row.currency, row.recorded_by, row.recorded_at = amount, currency, by.id if by else None, at
    db.session.add(row)
    db.session.flush()
    after = {"salary": amount, "from": effective_from, "currency": currency}
    if before != after:
        _audit("salary.recorded", employee, by, at, before, after)
    return row


def _shut_out(employee: Employee, by: SignedIn | None, at: datetime, *, lose_password: bool) -> None:
    live = (SignIn.employee_id == employee.id, SignIn.revoked_at.is_(None), SignIn.expires_at > at)
    ended = conn().execute(update(SignIn).where(*live).values(revoked_at=at)).rowcount
    if lose_password:
        employee.password_hash = None
    if ended:
        _audit("sign_ins.ended", employee, by, at, None, {"ended": ended})


def _locked(by: SignedIn | None, employee_id: int) -> Employee:
    employee = db.session.get(Employee, employee_id, with_for_update=True)
    if employee is None:
        raise NotFound("not_found")
    policy.check_manage(by, employee)
    return employee


def _recount(employee: Employee, first: date, last: date, at: datetime) -> None:
    """Have the days somebody worked there now, or no longer, built again."""
    last = min(last, _today(employee, at))
    if first <= last:
        payload = {"employee_id": employee.id, "first": first.isoformat(), "last": last.isoformat()}
        outbox.put("schedule_changed", f"{employee.id}|{first}|{last}", payload, at)


def _today(employee: Employee, at: datetime) -> date:
    return at.astimezone(db.session.get_one(Branch, employee.branch_id).zone).date()


def _apply(employee: Employee, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(employee, name, value)
    employee.version += 1


def _audit(
    action: str, employee: Employee, by: SignedIn | None, at: datetime,
    before: dict[str, Any] | None, after: dict[str, Any] | None, reason: str | None = None,
) -> None:  # fmt: skip
    audit.record(
        actor_id=by.id if by else None, action=action, object_type="employee", object_id=employee.id,
        branch_id=employee.branch_id, before=before, after=after, reason=reason, at=at,
    )  # fmt: skip
