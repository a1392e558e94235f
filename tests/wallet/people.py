"""Builders for money tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from tests import factories
from webapp.core.authz import BranchInfo, Role, SignedIn
from webapp.core.db import db, do
from webapp.people.models import Branch, Employee
from webapp.wallet import service
from webapp.wallet.rules import Posting

AT = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
_key = count(1)


def signed_in(employee: Employee) -> SignedIn:
    """What a request would know about the person."""
    branch = db.session.get_one(Branch, employee.branch_id)
    info = BranchInfo(**{name: getattr(branch, name) for name in BranchInfo.__dataclass_fields__})
    return SignedIn(
        id=employee.id,
        staff_no=employee.staff_no,
        name=employee.name,
        role=Role(employee.role),
        employer=employee.employer,
        language=employee.language,
        theme="auto",
        text_size="normal",
        branch=info,
        branch_ids=(branch.id,),
        sign_in_id=0,
    )


def company() -> tuple[SignedIn, SignedIn]:
    """A rep and somebody of finance in the same branch."""
    branch = factories.branch()
    return signed_in(factories.employee(branch)), signed_in(factories.employee(branch, "finance"))


def posting(amount: int, on: date = date(2026, 3, 9), key: str | None = None, **meta: object) -> Posting:
    return Posting(key or f"test:{next(_key)}", "reward", amount, on, {"rule_id": 1, **meta})


def earn(rep: SignedIn, *amounts: int, on: date = date(2026, 3, 9)) -> dict[str, int]:
    postings = [posting(amount, on) for amount in amounts]
    return do(service.post, employee_id=rep.id, currency=rep.branch.currency, postings=postings, at=AT)
