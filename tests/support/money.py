"""Something of everything that has to do with money, for tests that open every page."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import select

from jobs import payroll as jobs
from tests import factories
from tests.wallet.people import signed_in
from webapp.core import clock
from webapp.core.authz import SignedIn
from webapp.core.db import db, do, transaction
from webapp.payroll import service as payroll
from webapp.payroll.models import PayRun, Payslip
from webapp.people.models import Branch, Employee, Salary
from webapp.wallet import service as wallet
from webapp.wallet.rules import Posting, month_of, month_span


def entry(who: Employee, months_ago: int = 0) -> int:
    """An entry in this person's wallet, of today or of the last day of an earlier month; its id."""
    person, key = signed_in(who), f"test:{uuid4()}"
    known = {"employee_id": who.id, "currency": person.branch.currency, "at": clock.now()}
    return do(wallet.post, postings=[Posting(key, "adjustment", 10_000, _day_of(person, months_ago))], **known)[key]


def withdrawal(who: Employee) -> int:
    """A withdrawal of this person that waits; its id."""
    entry(who)
    person = signed_in(who)
    return do(wallet.request_withdrawal, rep=person, client_id=str(uuid4()), amount=100, at=clock.now())


def pay_run(hr: Employee, months_ago: int = 1) -> int:
    """An earlier month of this person's branch, issued, with a payslip for everybody of our own; its id."""
    by = signed_in(hr)
    month = month_of(_day_of(by, months_ago))
    known = db.session.scalar(select(PayRun.id).where(PayRun.branch_id == by.branch_id, PayRun.month == month))
    return known or _issued(by, month)


def payslip(who: Employee, hr: Employee) -> int:
    run_id = pay_run(hr)
    return db.session.scalars(select(Payslip.id).where(Payslip.run_id == run_id, Payslip.employee_id == who.id)).one()


def _day_of(person: SignedIn, months_ago: int) -> date:
    """Today, or the last day of an earlier month."""
    on = clock.now().astimezone(person.branch.zone).date()
    for _ in range(months_ago):
        on = on.replace(day=1) - timedelta(days=1)
    return on


def _issued(by: SignedIn, month: str) -> int:
    first, last = month_span(month)
    for person in db.session.scalars(select(Employee).where(Employee.branch_id == by.branch_id)).all():
        known = {"employee_id": person.id, "currency": by.branch.currency, "recorded_at": clock.now()}
        factories.save(Salary(effective_from=first, amount=500_000, **known))
    with transaction():
        db.session.get_one(Branch, by.branch_id).settled_through = last
    run_id = do(payroll.start_run, by=by, branch_id=by.branch_id, month=month, at=clock.now())
    jobs.make(run_id=run_id)
    do(payroll.review, by=by, run_id=run_id, version=_version(run_id), at=clock.now())
    do(payroll.start_issuing, by=by, run_id=run_id, version=_version(run_id), at=clock.now())
    jobs.issue(run_id=run_id)
    return run_id


def _version(run_id: int) -> int:
    db.session.remove()
    return db.session.get_one(PayRun, run_id).version
