"""Facts about an issued month that are found out later: the next payslip makes up for them, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs import payroll as jobs
from tests import factories
from tests.payroll.company import APRIL, MONTH, Company, company, go_on, issued, made, paid, version
from tests.wallet.people import earn, signed_in
from webapp.core.db import db, do, transaction
from webapp.payroll import queries, service
from webapp.payroll.models import Payslip
from webapp.people.models import Branch, BranchMove, Employee, Salary

pytestmark = pytest.mark.usefixtures("app", "still")
MAY, JUNE = APRIL.replace(month=5), APRIL.replace(month=6)


@pytest.fixture
def still(freeze) -> None:
    freeze(APRIL)


@pytest.fixture
def it() -> Company:
    """March is issued."""
    it = company()
    issued(it, made(it))
    return it


def salary(employee_id: int, amount: int, on: date, currency: str = "CNY") -> None:
    known = {"employee_id": employee_id, "amount": amount, "effective_from": on, "currency": currency}
    factories.save(Salary(**known, recorded_at=APRIL))


def change(model: Any, row_id: int, **known: Any) -> None:
    with transaction():
        for name, value in known.items():
            setattr(db.session.get_one(model, row_id), name, value)


def drafted(it: Company, month: str = "2026-04", at: datetime = MAY) -> int:
    first = date.fromisoformat(f"{month}-01")
    change(Branch, it.branch.id, settled_through=(first + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    return made(it, month, at)


def base(employee_id: int, month: str = "2026-04") -> list[tuple[str, int]]:
    db.session.remove()
    query = select(Payslip.lines).where(Payslip.employee_id == employee_id, Payslip.month == month)
    lines = db.session.scalars(query).one_or_none() or []
    return [(line["params"].get("month", ""), line["amount"]) for line in lines if line["code"].startswith("pay_base")]


def remarks(it: Company, run_id: int, employee_id: int) -> list[str]:
    """What HR is told about the person."""
    problems = queries.run(it.hr, run_id).problems
    return [problem["code"] for problem in problems if problem["employee_id"] == employee_id]


def test_a_rise_recorded_after_the_month_was_issued(it: Company) -> None:
    salary(it.rep.id, 600_000, date(2026, 3, 1))
    (_, _, estimate), (_, _, following) = queries.estimates(it.rep.id, ["2026-04", "2026-05"])
    run_id = drafted(it)
    assert remarks(it, run_id, it.rep.id) == ["pay_base_corrected"]
    issued(it, run_id, MAY)
    assert base(it.rep.id) == [("", 600_000), (MONTH, 100_000)]
    assert (estimate.net, following.net) == (700_000, 600_000)
    assert queries.run(it.hr, run_id).net == 700_000
    issued(it, drafted(it, "2026-05", JUNE), JUNE)
    assert base(it.rep.id, "2026-05") == [("", 600_000)]
    assert queries.ledger_check() == []


def test_the_line_keeps_what_was_paid_and_what_is_right(it: Company) -> None:
    salary(it.rep.id, 810_000, date(2026, 3, 11))
    drafted(it)
    db.session.remove()
    line = db.session.scalars(select(Payslip.lines).where(Payslip.month == "2026-04")).one()[1]
    assert line["source"] == {"base_of": MONTH}
    assert [(part["monthly"], part["first"], part["last"], part["amount"]) for part in line["params"]["then"]] == [
        (500_000, "2026-03-01", "2026-03-31", 500_000)
    ]
    assert [(part["monthly"], part["first"], part["last"], part["amount"]) for part in line["params"]["now"]] == [
        (500_000, "2026-03-01", "2026-03-10", 161_290),
        (810_000, "2026-03-11", "2026-03-31", 548_710),
    ]
    assert line["amount"] == 161_290 + 548_710 - 500_000


def test_somebody_who_was_not_known_then(it: Company) -> None:
    late = paid(it.branch, 310_000, joined_on=date(2026, 3, 28))
    gone = paid(it.branch, 310_000, joined_on=date(2026, 3, 28), left_on=date(2026, 3, 30))
    before = paid(it.branch, 310_000, joined_on=date(2026, 2, 1), left_on=date(2026, 2, 20))
    drafted(it)
    assert base(late.id) == [("", 310_000), (MONTH, 40_000)]
    assert base(gone.id) == [(MONTH, 30_000)]
    assert base(before.id) == []


def test_who_was_paid_elsewhere_until_they_were_entered_gets_nothing_twice(it: Company) -> None:
    """A second wave of people who joined the company long ago."""
    known = paid(it.branch, 310_000, joined_on=date(2024, 1, 1), created_at=APRIL.replace(month=3))
    wave = paid(it.branch, 310_000, joined_on=date(2024, 1, 1), created_at=APRIL)
    drafted(it)
    assert base(known.id) == [("", 310_000), (MONTH, 310_000)]
    assert base(wave.id) == [("", 310_000)]


def test_a_leaving_date_that_was_wrong(it: Company) -> None:
    change(Employee, it.rep.id, left_on=date(2026, 3, 15))
    run_id = drafted(it)
    assert base(it.rep.id) == []
    assert "pay_base_owed" in remarks(it, run_id, it.rep.id)
    issued(it, run_id, MAY)
    change(Employee, it.rep.id, left_on=date(2026, 5, 31))
    drafted(it, "2026-05", JUNE)
    assert base(it.rep.id, "2026-05") == [("", 500_000), ("2026-04", 500_000)]
    change(Employee, it.rep.id, left_on=None, joined_on=date(2026, 3, 11))
    assert queries.estimates(it.rep.id, ["2026-05"])[0][2].net == 1_000_000 - 161_290


def test_a_cut_takes_back_and_never_below_zero(it: Company) -> None:
    earn(it.rep, 700, on=date(2026, 4, 1))
    salary(it.rep.id, 100_000, date(2026, 3, 1))
    issued(it, drafted(it), MAY)
    assert base(it.rep.id) == [("", 100_000), (MONTH, -100_000)]
    nets = [queries.own(it.rep)[0].net]
    for month, at in (("2026-05", JUNE), ("2026-06", APRIL.replace(month=7)), ("2026-07", APRIL.replace(month=8))):
        issued(it, drafted(it, month, at), at)
        nets.append(queries.own(it.rep)[0].net)
    assert nets == [700, 0, 0, 0]
    drafted(it, "2026-08", APRIL.replace(month=9))
    assert base(it.rep.id, "2026-08") == [("", 100_000)]
    assert queries.problems() == []


def test_a_change_after_the_review_is_looked_at_again(it: Company) -> None:
    run_id = drafted(it)
    salary(it.rep.id, 600_000, date(2026, 3, 16))
    issued(it, run_id, MAY)
    assert remarks(it, run_id, it.rep.id) == ["pay_changed"]
    shown = base(it.rep.id)
    go_on(it, run_id, MAY)
    assert base(it.rep.id) == shown == [("", 600_000), (MONTH, 51_612)]
    assert queries.run(it.hr, run_id).state == "issued"


def test_a_draft_computed_again_is_the_same(it: Company) -> None:
    salary(it.rep.id, 600_000, date(2026, 3, 1))
    run_id = drafted(it)
    shown = base(it.rep.id)
    do(service.recompute, by=it.hr, run_id=run_id, version=version(it, run_id), at=MAY)
    jobs.make(run_id=run_id)
    assert base(it.rep.id) == shown == [("", 600_000), (MONTH, 100_000)]
    assert remarks(it, run_id, it.rep.id) == ["pay_base_corrected"]


def test_a_month_not_issued_yet_is_not_made_up_for() -> None:
    it = company()
    made(it)
    salary(it.rep.id, 600_000, date(2026, 3, 1))
    drafted(it)
    assert base(it.rep.id) == [("", 600_000)]


def test_whoever_moved_is_made_up_for_by_the_new_branch(it: Company) -> None:
    other = company()
    with transaction():
        db.session.get_one(Employee, it.rep.id).branch_id = other.branch.id
        moved = {"employee_id": it.rep.id, "moved_on": date(2026, 4, 10), "from_branch_id": it.branch.id}
        db.session.add(BranchMove(**moved))
    salary(it.rep.id, 600_000, date(2026, 3, 1))
    drafted(other)
    assert base(it.rep.id) == [("", 600_000), (MONTH, 100_000)]


def test_a_new_working_week_changes_no_month_before_it() -> None:
    it = company()
    half = paid(it.branch, 310_000, joined_on=date(2026, 3, 28))
    issued(it, made(it))
    change(Branch, it.branch.id, workdays=[1, 2, 3, 4, 5], earlier_weeks=[["2026-04-08", [1, 2, 3, 4, 5, 6, 7]]])
    drafted(it)
    assert base(half.id, MONTH) == [("", 40_000)]
    assert base(half.id) == [("", 310_000)]


def test_another_currency_before_does_not_stop_the_payslip() -> None:
    it = company()
    wrong = paid(it.branch, currency="SGD", created_at=APRIL.replace(month=3))
    issued(it, made(it))
    salary(wrong.id, 400_000, date(2026, 4, 1))
    run_id = drafted(it)
    assert base(wrong.id) == [("", 400_000)]
    assert remarks(it, run_id, wrong.id) == ["pay_salary_currency"]
    salary(wrong.id, 400_000, date(2026, 3, 1))
    do(service.recompute, by=it.hr, run_id=run_id, version=version(it, run_id), at=MAY)
    jobs.make(run_id=run_id)
    assert base(wrong.id) == [("", 400_000), (MONTH, 400_000)]


def test_corrections_cost_the_same_statements_for_many_as_for_few(it: Company, queries) -> None:
    with queries() as few:
        drafted(it)
    other = company()
    issued(other, made(other))
    for person in [paid(other.branch, joined_on=date(2026, 3, 28)) for _ in range(20)]:
        earn(signed_in(person), 100, on=date(2026, 4, 1))
    with queries() as many:
        drafted(other)
    assert len(many) <= len(few) + 2, many
