"""Reading people and branches."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from webapp.core.authz import BranchInfo, Role, SignedIn
from webapp.core.db import conn, db
from webapp.people.models import Branch, BranchScope, Employee, SignIn

_SIGNED_IN = (
    select(
        SignIn.id.label("sign_in_id"),
        *(Employee.__table__.c[name] for name in ("id", "staff_no", "name", "role", "employer", "language")),
        *(Employee.__table__.c[name] for name in ("theme", "text_size", "left_on")),
        *(Branch.__table__.c[name].label(f"branch_{name}") for name in BranchInfo.__dataclass_fields__),
    )
    .join(Employee, Employee.id == SignIn.employee_id)
    .join(Branch, Branch.id == Employee.branch_id)
)


def signed_in(token: str, *, at: datetime) -> SignedIn | None:
    """The person behind a session cookie; None when it expired, was revoked, or the person has left."""
    if not token.isascii() or not token.isdigit() or len(token) > 18:
        return None
    live = _SIGNED_IN.where(SignIn.id == int(token), SignIn.revoked_at.is_(None), SignIn.expires_at > at)
    row = conn().execute(live).mappings().first()
    if row is None:
        return None
    branch = BranchInfo(**{name: row[f"branch_{name}"] for name in BranchInfo.__dataclass_fields__})
    if row["left_on"] is not None and row["left_on"] < at.astimezone(branch.zone).date():
        return None
    fields = ("id", "staff_no", "name", "employer", "language", "theme", "text_size", "sign_in_id")
    role = Role(row["role"])
    reach = _branches_in_reach(row["id"], role, branch.id)
    return SignedIn(**{name: row[name] for name in fields}, role=role, branch=branch, branch_ids=reach)


def branch(branch_id: int) -> Branch | None:
    return db.session.get(Branch, branch_id)


def branches(ids: Collection[int]) -> list[Branch]:
    """By name."""
    return list(db.session.scalars(select(Branch).where(Branch.id.in_(ids)).order_by(Branch.name)))


def _branches_in_reach(employee_id: int, role: Role, own: int) -> tuple[int, ...]:
    if role is Role.ADMIN:
        return tuple(conn().scalars(select(Branch.id).order_by(Branch.id)))
    if role in {Role.HR, Role.FINANCE}:
        more = conn().scalars(select(BranchScope.branch_id).where(BranchScope.employee_id == employee_id))
        return tuple(sorted({own, *more}))
    return (own,)
