"""Who is behind a session, and what a password is compared with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, case, exists, false, func, select

from webapp.core.authz import BranchInfo, Role, SignedIn
from webapp.core.db import conn, db
from webapp.people.models import Branch, BranchScope, Delegation, Employee, SignIn
from webapp.people.queries.stand_ins import stood_for
from webapp.people.rules import CONSENT_TEXT, login_names, looks_like_phone

# Plain tables: a statement of mapped attributes takes ten times as long to find in the cache of compiled ones.
_sign_in, _employee, _branch = SignIn.__table__, Employee.__table__, Branch.__table__
_delegation = Delegation.__table__
_DEPUTY = exists().where(
    _delegation.c.to_id == _employee.c.id,
    _delegation.c.last_on >= bindparam("yesterday"),
    _delegation.c.ended_at.is_(None),
)
_PERSON = (
    *(_employee.c[name] for name in ("id", "staff_no", "name", "role", "employer", "language")),
    *(_employee.c[name] for name in ("theme", "text_size", "letter_keys", "left_on", "consent_text", "consent_given")),
    case((_employee.c.role == "supervisor", _DEPUTY), else_=false()).label("deputy"),
    *(_branch.c[name].label(f"branch_{name}") for name in BranchInfo.__dataclass_fields__),
)
_SIGNED_IN = (
    select(_sign_in.c.id.label("sign_in_id"), *_PERSON)
    .join(_employee, _employee.c.id == _sign_in.c.employee_id)
    .join(_branch, _branch.c.id == _employee.c.branch_id)
    .where(
        _sign_in.c.id == bindparam("token"),
        _sign_in.c.revoked_at.is_(None),
        _sign_in.c.expires_at > bindparam("at"),
    )
)


@dataclass(frozen=True, slots=True)
class Credentials:
    id: int
    staff_no: str
    name: str
    password_hash: str | None
    temporary: bool


def signed_in(token: str, *, at: datetime) -> SignedIn | None:
    """The person behind a session cookie; None when it expired, was revoked, or the person has left."""
    if not token.isascii() or not token.isdigit() or len(token) > 18:
        return None
    row = conn().execute(_SIGNED_IN, {"token": int(token), "at": at, "yesterday": _yesterday(at)}).mappings().first()
    if row is None:
        return None
    who = _person(row, row["sign_in_id"], at)
    return None if has_left(row["left_on"], who.branch, at) else who


def as_actor(staff_no: str, *, at: datetime) -> SignedIn | None:
    """A person as the actor of an operator's command; None when there is nobody, or no longer."""
    query = select(*_PERSON).join(Branch, Branch.id == Employee.branch_id)
    row = conn().execute(query.where(Employee.staff_no == staff_no.strip().upper()), {"yesterday": _yesterday(at)})
    row = row.mappings().first()
    who = _person(row, 0, at) if row else None
    return None if row is None or who is None or has_left(row["left_on"], who.branch, at) else who


def credentials(typed: str) -> Credentials | None:
    """Found by staff number, else by phone number, also with or without its country code."""
    staff_no, phone = login_names(typed)
    columns = (Employee.id, Employee.staff_no, Employee.name, Employee.password_hash, Employee.password_temporary)
    query = select(*columns).where((Employee.staff_no == staff_no) | (Employee.phone == phone))
    row = conn().execute(query.order_by((Employee.staff_no == staff_no).desc()).limit(1)).first()
    if row is None and looks_like_phone(phone):
        alike = conn().execute(select(*columns).where(_differs_in_country_code(phone)).limit(2)).all()
        row = alike[0] if len(alike) == 1 else None
    return Credentials(*row) if row else None


def _differs_in_country_code(phone: str) -> ColumnElement[bool]:
    """+86 138… and 138… are the same telephone; a country code has one to three digits."""
    if phone.startswith("+"):
        return Employee.phone.in_([phone[cut:] for cut in (2, 3, 4)])
    longer = func.length(Employee.phone) - len(phone)
    return Employee.phone.like(f"+%{phone}") & longer.between(2, 4)


def password_hash(employee_id: int) -> str | None:
    return conn().scalar(select(Employee.password_hash).where(Employee.id == employee_id))


def sign_ins(employee_id: int, *, at: datetime) -> list[SignIn]:
    """Live ones, newest first."""
    live = (SignIn.employee_id == employee_id, SignIn.revoked_at.is_(None), SignIn.expires_at > at)
    return list(db.session.scalars(select(SignIn).where(*live).order_by(SignIn.id.desc()).limit(50)))


def has_left(left_on: date | None, branch: BranchInfo | Branch, at: datetime) -> bool:
    """True from the day after the last one on, by the branch's calendar."""
    return left_on is not None and left_on < at.astimezone(branch.zone).date()


def _yesterday(at: datetime) -> date:
    """Early enough for every time zone; the exact day is looked at afterwards."""
    return at.date() - timedelta(days=1)


def _person(row: object, sign_in_id: int, at: datetime) -> SignedIn:
    values = dict(row)  # type: ignore[call-overload]
    branch = BranchInfo(**{name: values[f"branch_{name}"] for name in BranchInfo.__dataclass_fields__})
    fields = ("id", "staff_no", "name", "employer", "language", "theme", "text_size", "letter_keys")
    role = Role(values["role"])
    reach = _branches_in_reach(values["id"], role, branch.id)
    known = {name: values[name] for name in fields}
    asked = values["consent_text"] == CONSENT_TEXT
    positions = "unasked" if not asked else "yes" if values["consent_given"] else "no"
    known |= {"sign_in_id": sign_in_id, "positions": positions, "positions_text": CONSENT_TEXT}
    others = stood_for(values["id"], at.astimezone(branch.zone).date()) if values["deputy"] else ()
    return SignedIn(**known, role=role, branch=branch, branch_ids=reach, stands_for=others)


def _branches_in_reach(employee_id: int, role: Role, own: int) -> tuple[int, ...]:
    if role is Role.ADMIN:
        return tuple(conn().scalars(select(Branch.id).order_by(Branch.id)))
    if role in {Role.HR, Role.FINANCE}:
        more = conn().scalars(select(BranchScope.branch_id).where(BranchScope.employee_id == employee_id))
        return tuple(sorted({own, *more}))
    return (own,)
