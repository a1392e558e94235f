"""Pay runs as HR works them, and pay as the person sees it (UX H5, R12)."""

from __future__ import annotations

import re
from datetime import date

import pytest

from jobs import payroll as jobs
from tests import factories
from tests.payroll.company import APRIL, MARCH, Company, company, issued, made, paid
from tests.support.client import CheckingClient
from tests.wallet.people import earn, signed_in
from webapp.core.db import db, do, transaction
from webapp.payroll import queries as payroll
from webapp.people.models import Branch, Employee, Salary
from webapp.rules.models import Rule
from webapp.wallet import service as wallet


@pytest.fixture
def it(app, freeze) -> Company:
    freeze(APRIL)
    return company()


@pytest.fixture
def desk(it: Company, client_as) -> CheckingClient:
    return client_as(it.hr)


def rule(it: Company) -> int:
    return factories.save(Rule(branch_id=it.branch.id, code="streak", kind="streak")).id


def test_a_month_from_form_to_issued(desk: CheckingClient, it: Company) -> None:
    earn(it.rep, 10_000, on=MARCH)
    assert 'value="2026-03"' in desk.get("/hr/pay-runs").get_data(as_text=True)
    sent = desk.post("/hr/pay-runs", data={"branch_id": it.branch.id, "month": "2026-03"})
    run = sent.headers["Location"]
    page = desk.get(run).get_data(as_text=True)
    assert "0 / 1" in page
    assert "every 2s" in page
    run_id = int(run.rsplit("/", 1)[1])
    jobs.make(run_id=run_id)
    assert desk.hx("GET", f"{run}/progress").headers["HX-Redirect"] == run
    press(desk, run, "review")
    check = desk.get(f"{run}/issue").get_data(as_text=True)
    assert "Issue 1 payslip" in check
    press(desk, f"{run}/issue", "issue")
    jobs.issue(run_id=run_id)
    assert "¥5,100.00" in desk.get(run).get_data(as_text=True)
    slip = re.search(rf'href="({run}/slips/\d+)"', desk.get(run).get_data(as_text=True))[1]
    page = desk.get(slip).get_data(as_text=True)
    lines = [link.replace("&amp;", "&") for link in re.findall(rf'href="({slip}/line\?n=\d+)"', page)]
    assert len(lines) == 2
    assert all(desk.get(line).status_code == 200 for line in lines)
    assert desk.get(f"{slip}/line?n=7").status_code == 404


def test_refusals_are_said_on_the_page(desk: CheckingClient, it: Company) -> None:
    huge = {"branch_id": "9" * 30, "month": "2026-03"}
    assert desk.post("/hr/pay-runs", data=huge).status_code == 422
    for data in ({}, {"branch_id": it.branch.id, "month": "2026-13"}, {"branch_id": it.branch.id, "month": "2030-01"}):
        assert desk.post("/hr/pay-runs", data=data).status_code == 422
    run_id = made(it)
    again = desk.post("/hr/pay-runs", data={"branch_id": it.branch.id, "month": "2026-03"})
    assert "There is a pay run for this month already." in again.get_data(as_text=True)
    stale = desk.post(f"/hr/pay-runs/{run_id}/review", data={"version": 99})
    assert "Somebody changed this pay run" in stale.get_data(as_text=True)
    assert desk.post(f"/hr/pay-runs/{run_id}/issue", data={"version": 2}).status_code == 422
    assert desk.get(f"/hr/pay-runs/{run_id}/issue").status_code == 303


def test_the_review_table_filters_what_changed_a_lot(desk: CheckingClient, it: Company) -> None:
    steady, jumped = (signed_in(paid(it.branch, name=name)) for name in ("Steady", "Jumped"))
    for month in ("2026-02", "2026-03"):
        if month == "2026-03":
            earn(jumped, 200_000, on=MARCH)
            earn(steady, 100, on=MARCH)
        issued(it, made(it, month))
    run = next(run for run in payroll.runs(it.hr) if run.month == "2026-03")
    page = desk.get(f"/hr/pay-runs/{run.id}?only=changed").get_data(as_text=True)
    assert "Jumped" in page
    assert "Steady" not in page
    for sort in ("change", "-change", "net", "-name", "staff_no", "x"):
        assert desk.get(f"/hr/pay-runs/{run.id}?sort={sort}&q=e&page=-1").status_code == 200


def test_finance_reads_and_does_not_run(it: Company, client_as) -> None:
    run_id = made(it)
    finance = client_as(it.finance)
    assert finance.get(f"/hr/pay-runs/{run_id}").status_code == 200
    assert "I looked through it" not in finance.get(f"/hr/pay-runs/{run_id}").get_data(as_text=True)
    assert finance.post(f"/hr/pay-runs/{run_id}/review", data={"version": 2}).status_code == 403


def test_the_run_page_costs_the_same_for_many(desk: CheckingClient, it: Company, queries) -> None:
    for _ in range(20):
        paid(it.branch)
    run_id = made(it)
    with queries() as asked:
        desk.get(f"/hr/pay-runs/{run_id}")
    assert len(asked) <= 8, asked


def test_t34_the_rep_sees_the_estimate_and_then_the_slip(it: Company, client_as, freeze) -> None:
    phone = client_as(it.rep)
    by_rule = {"rule_id": rule(it)}
    earn(it.rep, 10_000, on=MARCH)
    do(wallet.post, employee_id=it.rep.id, currency="CNY", postings=[_posting(4_200, by_rule)], at=APRIL)
    page = phone.get("/pay").get_data(as_text=True)
    assert "5,142.00" in page
    assert "Estimate" in page
    freeze(APRIL.replace(month=4, day=3))
    issued(it, made(it))
    page = phone.get("/pay").get_data(as_text=True)
    slip = re.search(r'href="(/pay/\d+)"', page)[1]
    page = phone.get(slip).get_data(as_text=True)
    assert "42.00" not in page
    lines = re.findall(rf'href="({slip}/line\?n=\d+)"', page)
    assert len(lines) == 2
    assert all(phone.get(line).status_code == 200 for line in lines)
    estimate = phone.get("/pay/estimate").get_data(as_text=True)
    assert "Run of days without late or early" in estimate
    assert all(phone.get(f"/pay/estimate/line?n={n}").status_code == 200 for n in range(2))
    assert phone.get("/pay/estimate?month=2020-01").status_code == 404
    assert phone.get("/pay?year=abc").status_code == 200


def test_a_slip_says_what_changed_most(it: Company, client_as) -> None:
    streak = {"rule_id": rule(it)}
    issued(it, made(it, "2026-02"))
    posting = _posting(41_200, streak, MARCH)
    do(wallet.post, employee_id=it.rep.id, currency="CNY", postings=[posting], at=APRIL)
    issued(it, made(it))
    slip = payroll.own(it.rep)[0]
    page = client_as(it.rep).get(f"/pay/{slip.id}").get_data(as_text=True)
    assert "412.00 more than in February 2026, most of it: Run of days without late or early." in page


def test_nobody_sees_a_draft_or_another_ones_slip(it: Company, client_as) -> None:
    other = paid(it.branch)
    run_id = made(it)
    drafts = [row.id for row in payroll.slips(run_id, "2026-03", payroll.SlipFilters(), []).rows]
    phone = client_as(it.rep)
    assert [phone.get(f"/pay/{slip_id}").status_code for slip_id in drafts] == [404, 404]
    issued(it, run_id)
    theirs = payroll.own(signed_in(other))[0].id
    assert phone.get(f"/pay/{theirs}").status_code == 404


def test_the_clients_staff_have_no_pay_here(it: Company, client_as) -> None:
    clients: Employee = factories.employee(it.branch, "supervisor", employer="client")
    assert client_as(clients).get("/pay").status_code == 403


def press(desk: CheckingClient, page: str, action: str) -> None:
    """Press the button of the form that goes to `action`."""
    html = desk.get(page).get_data(as_text=True)
    form = re.search(rf'<form method="post" action="([^"]*/{action})".*?name="version" value="(\d+)"', html, re.S)
    assert desk.post(form[1], data={"version": form[2]}).status_code == 303


def _posting(amount: int, meta: dict, on: date = date(2026, 4, 1)):
    from webapp.wallet.rules import Posting

    return Posting(f"p:{amount}:{on}", "reward", amount, on, meta)


def test_a_correction_of_an_issued_month_opens_what_was_paid_and_what_is_right(
    desk: CheckingClient, it: Company, client_as
) -> None:
    issued(it, made(it))
    rise = {"employee_id": it.rep.id, "effective_from": date(2026, 3, 11), "amount": 810_000, "currency": "CNY"}
    factories.save(Salary(**rise, recorded_at=APRIL))
    with transaction():
        db.session.get_one(Branch, it.branch.id).settled_through = date(2026, 4, 30)
    run_id = made(it, "2026-04", APRIL.replace(month=5))
    run = f"/hr/pay-runs/{run_id}"
    page = desk.get(run).get_data(as_text=True)
    assert "The base salary of earlier months is corrected here." in page
    slip = re.search(rf'href="({run}/slips/\d+)"', page)[1]
    page = desk.get(slip).get_data(as_text=True)
    assert "most of it: Base salary." in page
    assert "+¥2,100.00" in page
    assert "Base salary, correction for March 2026" in page
    phone = client_as(it.rep)
    assert "Base salary, correction for March 2026" in phone.get("/pay/estimate?month=2026-04").get_data(as_text=True)
    for client, line in ((desk, f"{slip}/line?n=1"), (phone, "/pay/estimate/line?month=2026-04&n=1")):
        page = client.get(line).get_data(as_text=True)
        assert "¥5,000.00 a month, 31 of 31" in page
        assert "¥8,100.00 a month, 21 of 31" in page
        assert all(text in page for text in ("2026-03-11", "¥7,100.00", "¥2,100.00"))
        assert "Later payslips take it back" not in page


def test_what_cannot_be_taken_back_is_said_with_its_amount(desk: CheckingClient, it: Company) -> None:
    issued(it, made(it))
    with transaction():
        db.session.get_one(Branch, it.branch.id).settled_through = date(2026, 4, 30)
        db.session.get_one(Employee, it.rep.id).left_on = date(2026, 3, 10)
    page = desk.get(f"/hr/pay-runs/{made(it, '2026-04', APRIL.replace(month=5))}").get_data(as_text=True)
    assert "¥3,387.10 of base salary was paid too much" in page
