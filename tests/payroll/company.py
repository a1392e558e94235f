"""A branch whose March 2026 is over and settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from jobs import payroll as jobs
from tests import factories
from tests.wallet.people import signed_in
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.payroll import queries, service
from webapp.people.models import Branch, Employee, Salary

APRIL = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)
MONTH = "2026-03"
MARCH = date(2026, 3, 16)


@dataclass
class Company:
    branch: Branch
    hr: SignedIn
    finance: SignedIn
    rep: SignedIn


def company(**known: Any) -> Company:
    branch = factories.branch(**{"settled_through": date(2026, 3, 31), **known})
    hr, finance = (signed_in(factories.employee(branch, role, joined_on=APRIL.date())) for role in ("hr", "finance"))
    return Company(branch, hr, finance, signed_in(paid(branch)))


def paid(branch: Branch, amount: int = 500_000, currency: str | None = None, **known: Any) -> Employee:
    """A rep with a base salary."""
    rep = factories.employee(branch, **known)
    factories.save(
        Salary(
            employee_id=rep.id,
            effective_from=date(2020, 1, 1),
            amount=amount,
            currency=currency or branch.currency,
            recorded_at=APRIL,
        )
    )
    return rep


def made(it: Company, month: str = MONTH, at: datetime = APRIL) -> int:
    """A run whose drafts are computed; its id."""
    run_id = do(service.start_run, by=it.hr, branch_id=it.branch.id, month=month, at=at)
    jobs.make(run_id=run_id)
    return run_id


def version(it: Company, run_id: int) -> int:
    return queries.run(it.hr, run_id).version


def issued(it: Company, run_id: int, at: datetime = APRIL) -> None:
    """Reviewed and issued as HR and the worker do it."""
    do(service.review, by=it.hr, run_id=run_id, version=version(it, run_id), at=at)
    go_on(it, run_id, at)


def go_on(it: Company, run_id: int, at: datetime = APRIL) -> None:
    do(service.start_issuing, by=it.hr, run_id=run_id, version=version(it, run_id), at=at)
    jobs.issue(run_id=run_id)
