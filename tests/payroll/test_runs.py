"""Pay runs from first draft to issued, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from jobs import payroll as jobs
from tests import factories
from tests.payroll.company import APRIL, MARCH, MONTH, Company, company, go_on, issued, made, paid, version
from tests.wallet.people import earn, signed_in
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db, do, is_postgres, transaction
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.core.outbox import OutboxRow
from webapp.payroll import queries, service
from webapp.payroll.models import PayRun, Payslip
from webapp.wallet import queries as wallet
from webapp.wallet import service as wallet_service

pytestmark = pytest.mark.usefixtures("app", "still")


@pytest.fixture
def still(freeze) -> None:
    freeze(APRIL)


def slip_of(who: SignedIn, month: str = MONTH) -> Payslip:
    db.session.remove()
    return db.session.scalars(select(Payslip).where(Payslip.employee_id == who.id, Payslip.month == month)).one()


def withdraw(who: SignedIn, amount: int, at=APRIL) -> int:
    asked = {"rep": who, "client_id": str(uuid4()), "amount": amount, "at": at}
    return do(wallet_service.request_withdrawal, **asked)


def test_a_month_is_made_reviewed_and_issued() -> None:
    it = company()
    earn(it.rep, 10_000, 5_000, on=MARCH)
    held = withdraw(it.rep, 4_000)
    run_id = made(it)
    assert queries.run(it.hr, run_id).state == "draft"
    issued(it, run_id)
    run, slip = queries.run(it.hr, run_id), slip_of(it.rep)
    assert (run.state, run.slips, run.issued, run.net) == ("issued", 1, 1, 511_000)
    assert [(line["code"], line["amount"]) for line in slip.lines] == [
        ("pay_base", 500_000),
        ("pay_reward", 15_000),
        ("pay_already_paid", -4_000),
    ]
    mine = wallet.balances(it.rep.id, "CNY")
    assert (mine.available, mine.reserved, mine.swept) == (0, 4_000, 11_000)
    do(wallet_service.approve_withdrawal, by=it.finance, withdrawal_id=held, at=APRIL)
    assert queries.problems() == [] == wallet.problems()


def test_t33_not_twice_for_the_same_month() -> None:
    it = company()
    run_id = made(it)
    with pytest.raises(Invalid) as refused:
        made(it)
    assert refused.value.code == "pay_run_exists"
    jobs.make(run_id=run_id)
    issued(it, run_id)
    jobs.issue(run_id=run_id)
    jobs.make(run_id=run_id)
    assert queries.run(it.hr, run_id).slips == 1


def test_t33_one_bad_employee_does_not_stop_the_rest() -> None:
    it = company()
    bad = paid(it.branch, currency="SGD")
    others = [paid(it.branch) for _ in range(3)]
    run = queries.run(it.hr, made(it))
    assert (run.state, run.slips, run.done, run.total) == ("draft", 4, 5, 5)
    assert [(p["employee_id"], p["code"]) for p in run.problems] == [(bad.id, "pay_salary_currency")]
    assert slip_of(signed_in(others[2])).net == 500_000


def test_t33_a_large_branch_is_made_in_chunks_with_progress(monkeypatch) -> None:
    it = company()
    for _ in range(4):
        paid(it.branch)
    monkeypatch.setattr(jobs, "CHUNK", 2)
    seen = []
    store = service.store_drafts
    monkeypatch.setattr(service, "store_drafts", lambda **known: seen.append(store(**known)))
    made(it)
    assert seen == [2, 4, 5]


def test_making_costs_the_same_statements_for_many_as_for_few(queries) -> None:
    it = company()
    earn(it.rep, 100, on=MARCH)
    with queries() as few:
        made(it)
    other = company()
    for _ in range(20):
        earn(signed_in(paid(other.branch)), 100, on=MARCH)
    with queries() as many:
        made(other)
    assert len(many) <= len(few) + 2, many


def test_t33_an_issued_slip_is_immutable() -> None:
    it = company()
    issued(it, made(it))
    changes = ["UPDATE payslip SET net = net + 1", "DELETE FROM payslip", "UPDATE pay_run SET state = 'draft'"]
    if not is_postgres():
        changes.append("INSERT OR REPLACE INTO payslip SELECT * FROM payslip")
    for sql in changes:
        with pytest.raises(DBAPIError, match="is immutable"), transaction():
            conn().execute(text(sql))


def test_t29_a_correction_after_issue_lands_in_the_open_month_and_the_next_slip() -> None:
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    issued(it, made(it))
    late = earn(it.rep, -3_000, on=MARCH)
    assert wallet.entry(it.rep, next(iter(late.values()))).effective_on == date(2026, 4, 1)
    earn(it.rep, 8_000, on=date(2026, 4, 1))
    _settle_through(it, date(2026, 4, 30))
    issued(it, made(it, "2026-04", _may()), _may())
    april = slip_of(it.rep, "2026-04")
    assert (april.net, april.swept) == (505_000, 5_000)
    assert queries.problems() == [] == wallet.problems()


def test_what_was_paid_too_much_is_offset_by_the_next_rewards() -> None:
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    issued(it, made(it))
    earn(it.rep, -3_000, on=MARCH)
    _settle_through(it, date(2026, 4, 30))
    issued(it, made(it, "2026-04", _may()), _may())
    april = slip_of(it.rep, "2026-04")
    assert april.net == 500_000
    assert [(line["code"], line["amount"]) for line in april.lines][1:] == [
        ("pay_reward", -3_000),
        ("pay_debt_out", 3_000),
    ]


def test_a_withdrawal_between_review_and_issue_moves_only_where_the_money_comes_from() -> None:
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    run_id = made(it)
    withdraw(it.rep, 6_000)
    issued(it, run_id)
    slip = slip_of(it.rep)
    assert (slip.net, slip.advances, slip.swept) == (504_000, 6_000, 4_000)


def test_a_withdrawal_refused_after_it_was_counted_comes_with_the_next_slip() -> None:
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    held = withdraw(it.rep, 6_000)
    issued(it, made(it))
    do(wallet_service.refuse_withdrawal, by=it.finance, withdrawal_id=held, reason="No account", at=APRIL)
    _settle_through(it, date(2026, 4, 30))
    issued(it, made(it, "2026-04", _may()), _may())
    assert slip_of(it.rep).net + slip_of(it.rep, "2026-04").net == 2 * 500_000 + 10_000
    assert wallet.balances(it.rep.id, "CNY").available == 0


def test_earnings_that_change_after_the_review_are_looked_at_again() -> None:
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    other = signed_in(paid(it.branch))
    run_id = made(it)
    earn(it.rep, 500, on=MARCH)
    issued(it, run_id)
    run = queries.run(it.hr, run_id)
    assert (run.state, run.issued) == ("issuing", 1)
    assert [(p["employee_id"], p["code"]) for p in run.problems] == [(it.rep.id, "pay_changed")]
    assert (slip_of(it.rep).issued_at, slip_of(it.rep).net) == (None, 510_500)
    assert slip_of(other).issued_at is not None
    go_on(it, run_id)
    assert (queries.run(it.hr, run_id).state, slip_of(it.rep).swept) == ("issued", 10_500)


def test_changed_earnings_are_not_issued_before_somebody_goes_on() -> None:
    """A job that runs again, and one that had the slip on its list already: neither issues what nobody reviewed."""
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    run_id = made(it)
    slip = slip_of(it.rep)
    earn(it.rep, 500, on=MARCH)
    issued(it, run_id)
    jobs.issue(run_id=run_id)
    assert do(service.issue_slip, slip_id=slip.id, at=APRIL) is False
    assert (slip_of(it.rep).issued_at, queries.run(it.hr, run_id).state) == (None, "issuing")
    go_on(it, run_id)
    assert (slip_of(it.rep).net, queries.run(it.hr, run_id).state) == (510_500, "issued")


def test_a_draft_is_refreshed_only_while_its_run_is_issued() -> None:
    """A late job must not change what is being reviewed."""
    it = company()
    run_id = made(it)
    earn(it.rep, 500, on=MARCH)
    do(service.refresh_draft, slip_id=slip_of(it.rep).id, code="pay_changed", params={}, at=APRIL)
    assert (slip_of(it.rep).net, queries.run(it.hr, run_id).problems) == (500_000, [])


def test_issuing_goes_on_where_a_killed_worker_stopped(monkeypatch) -> None:
    it = company()
    for _ in range(3):
        paid(it.branch)
    run_id = made(it)
    real, calls = service.issue_slip, []

    def dies(**known):
        calls.append(known)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(**known)

    dies.__name__ = "issue_slip"
    monkeypatch.setattr(service, "issue_slip", dies)
    with pytest.raises(KeyboardInterrupt):
        issued(it, run_id)
    assert queries.run(it.hr, run_id).issued == 2
    jobs.issue(run_id=run_id)
    run = queries.run(it.hr, run_id)
    assert (run.state, run.issued) == ("issued", 4)


def test_t33_two_workers_issue_a_slip_once() -> None:
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    issued(it, made(it))
    slip = slip_of(it.rep)
    assert do(service.issue_slip, slip_id=slip.id, at=APRIL) is False
    do(service.refresh_draft, slip_id=slip.id, code="pay_changed", params={}, at=APRIL)
    assert (slip_of(it.rep).net, wallet.balances(it.rep.id, "CNY").swept) == (510_000, 10_000)


@pytest.mark.parametrize(
    ("known", "at", "code"),
    [
        ({}, APRIL - timedelta(days=3), "pay_month_running"),
        ({"settled_through": date(2026, 3, 30)}, APRIL, "pay_month_unsettled"),
        ({"settled_through": None}, APRIL, "pay_month_unsettled"),
    ],
)
def test_a_month_that_is_not_complete_cannot_be_issued(known, at, code) -> None:
    it = company(**known)
    run_id = made(it)
    with pytest.raises(Invalid) as refused:
        issued(it, run_id, at)
    assert refused.value.code == code


def test_months_are_issued_in_order_and_none_is_left_out() -> None:
    """What was left out could not be made any more, and nobody would get the base salary of that month."""
    it = company()
    january, march = made(it, "2026-01"), made(it, "2026-03")
    do(service.review, by=it.hr, run_id=march, version=version(it, march), at=APRIL)
    _earlier(it, march, "2026-01")
    issued(it, january)
    _earlier(it, march, "2026-02")
    issued(it, made(it, "2026-02"))
    go_on(it, march)
    with pytest.raises(Invalid) as refused:
        made(it, "2025-12")
    assert refused.value.code == "pay_month_passed"


def _earlier(it: Company, run_id: int, month: str) -> None:
    with pytest.raises(Invalid) as refused:
        go_on(it, run_id)
    assert (refused.value.code, refused.value.params) == ("pay_month_earlier", {"month": month})


def test_two_of_hr_at_once() -> None:
    it = company()
    run_id = made(it)
    seen = version(it, run_id)
    do(service.review, by=it.hr, run_id=run_id, version=seen, at=APRIL)
    with pytest.raises(Conflict):
        do(service.recompute, by=it.hr, run_id=run_id, version=seen, at=APRIL)


def test_drafts_can_be_computed_again_before_issue_only() -> None:
    it = company()
    run_id = made(it)
    paid(it.branch)
    do(service.recompute, by=it.hr, run_id=run_id, version=version(it, run_id), at=APRIL)
    jobs.make(run_id=run_id)
    assert queries.run(it.hr, run_id).slips == 2
    issued(it, run_id)
    with pytest.raises(Conflict):
        do(service.recompute, by=it.hr, run_id=run_id, version=version(it, run_id), at=APRIL)


def test_only_hr_of_the_branch_runs_payroll() -> None:
    it, elsewhere = company(), company()
    for who in (it.finance, it.rep, elsewhere.hr):
        with pytest.raises(NotFound):
            do(service.start_run, by=who, branch_id=it.branch.id, month=MONTH, at=APRIL)
    run_id = made(it)
    assert queries.run(it.finance, run_id).slips == 1
    with pytest.raises(NotFound):
        queries.run(elsewhere.hr, run_id)


def test_who_is_paid() -> None:
    it = company()
    gone = paid(it.branch, left_on=date(2026, 2, 27))
    rich = paid(it.branch, left_on=date(2026, 2, 27))
    clients = factories.employee(it.branch, "supervisor", employer="client")
    nothing = factories.employee(it.branch)
    earn(signed_in(rich), 700, on=date(2026, 2, 20))
    made(it)
    slips = set(db.session.scalars(select(Payslip.employee_id)))
    assert slips == {it.rep.id, rich.id}
    assert not slips & {gone.id, clients.id, nothing.id}
    assert slip_of(signed_in(rich)).net == 700


def test_t34_the_estimate_is_what_the_slip_will_say() -> None:
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    earn(it.rep, 2_000, on=date(2026, 4, 1))
    withdraw(it.rep, 3_000)
    march, april = queries.estimates(it.rep.id, ["2026-03", "2026-04"])
    issued(it, made(it))
    assert slip_of(it.rep).net == march[2].net
    _settle_through(it, date(2026, 4, 30))
    issued(it, made(it, "2026-04", _may()), _may())
    assert slip_of(it.rep, "2026-04").net == april[2].net == 502_000


def test_the_work_is_asked_for_durably() -> None:
    it = company()
    run_id = do(service.start_run, by=it.hr, branch_id=it.branch.id, month=MONTH, at=APRIL)
    row = db.session.scalars(select(OutboxRow).where(OutboxRow.topic == "run")).one()
    assert (row.key, row.payload) == (f"jobs.payroll.make#{run_id}", {"run_id": run_id})


def test_a_slip_that_does_not_match_the_ledger_is_found() -> None:
    """I12."""
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    run_id = made(it)
    with transaction():
        slip = db.session.scalars(select(Payslip)).one()
        slip.issued_at, slip.swept = APRIL, 9_000
        slip.lines = [{**line, "amount": line["amount"] + 1} for line in slip.lines]
        db.session.get_one(PayRun, run_id).state = "issued"
    found = [set(problem.params) for problem in queries.problems()]
    assert {"payslip", "rewards", "ledger"} in found
    assert {"payslip", "net", "lines"} in found
    assert {"payslip", "gross", "lines"} in found
    assert {"payslip", "seal"} in found
    assert {"employee", "swept", "ledger"} in found


def test_money_that_left_the_wallet_without_a_payslip_is_found() -> None:
    """I12."""
    it = company()
    earn(it.rep, 10_000, on=MARCH)
    what = {"employee_id": it.rep.id, "currency": "CNY", "amount": 4_000, "effective_on": MARCH, "meta": {}}
    do(wallet_service.sweep, idem_key="by hand", at=APRIL, **what)
    (found,) = queries.problems()
    assert found.params == {"employee": it.rep.id, "swept": 0, "ledger": 4_000}
    assert wallet.problems() == []


def _settle_through(it: Company, day: date) -> None:
    with transaction():
        db.session.merge(it.branch).settled_through = day


def _may():
    return APRIL.replace(month=5)
