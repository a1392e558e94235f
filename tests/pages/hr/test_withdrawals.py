"""Finance decides withdrawals; several at once, two people at once."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests import factories
from tests.support import company as companies
from tests.support.client import CheckingClient
from tests.support.company import Company
from tests.wallet.people import AT, earn, signed_in
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.wallet import queries as wallet
from webapp.wallet import service


@pytest.fixture
def company(app, freeze) -> Company:
    freeze(AT)
    return companies.build()


@pytest.fixture
def rep(company: Company) -> SignedIn:
    rep = signed_in(company.people["R001"])
    earn(rep, 100_000)
    return rep


@pytest.fixture
def desk(rep: SignedIn, client_as) -> CheckingClient:
    return client_as("F001")


def ask(who: SignedIn, minor: int) -> int:
    return do(service.request_withdrawal, rep=who, client_id=str(uuid4()), amount=minor, at=AT)


def test_list_shows_what_waits_and_its_sum(desk: CheckingClient, rep: SignedIn) -> None:
    ask(rep, 10_000)
    ask(rep, 2_500)
    page = desk.get("/hr/withdrawals").get_data(as_text=True)
    assert page.count("data-row id") == 2
    assert "125.00" in page
    assert desk.get("/hr/withdrawals?state=approved&q=nobody&page=-1&branch_id=x").status_code == 200


def test_several_are_paid_out_at_once_and_each_answers_for_itself(desk: CheckingClient, rep: SignedIn, company) -> None:
    first, second = ask(rep, 10_000), ask(rep, 2_500)
    foreign = signed_in(company.people["R101"])
    earn(foreign, 5_000)
    elsewhere = ask(foreign, 1_000)
    do(service.cancel_withdrawal, rep=rep, withdrawal_id=second, at=AT)
    answer = desk.post("/hr/withdrawals", data={"decision": "approve", "ids": [first, second, elsewhere]})
    page = desk.get(answer.headers["Location"]).get_data(as_text=True)
    assert "1 withdrawal is paid out." in page
    assert f"W{second:06}: The person took this request back" in page
    assert f"W{elsewhere:06}: This does not exist" in page
    assert wallet.balances(rep.id, "CNY").paid == 10_000


def test_a_refusal_needs_a_reason_and_keeps_the_picks(desk: CheckingClient, rep: SignedIn) -> None:
    asked = ask(rep, 10_000)
    answer = desk.post("/hr/withdrawals", data={"decision": "refuse", "ids": [asked], "reason": " "})
    assert answer.status_code == 422
    assert "checked" in answer.get_data(as_text=True)
    assert desk.post(f"/hr/withdrawals/{asked}", data={"decision": "refuse"}).status_code == 422
    sent = desk.post(f"/hr/withdrawals/{asked}", data={"decision": "refuse", "reason": "Wrong account"})
    assert sent.status_code == 303
    assert "Wrong account" in desk.get(f"/hr/withdrawals/{asked}").get_data(as_text=True)
    assert desk.post("/hr/withdrawals", data={"decision": "approve"}).status_code == 422


def test_the_second_of_two_learns_who_and_when(desk: CheckingClient, rep: SignedIn, company: Company) -> None:
    asked = ask(rep, 10_000)
    other = factories.employee(company.branch, "finance", name="Grace")
    do(service.approve_withdrawal, by=signed_in(other), withdrawal_id=asked, at=AT)
    answer = desk.post(f"/hr/withdrawals/{asked}", data={"decision": "refuse", "reason": "No"})
    assert answer.status_code == 422
    assert "Grace already decided this on 10 Mar 12:00: Paid out." in answer.get_data(as_text=True)


def test_nobody_decides_their_own(desk: CheckingClient, company: Company) -> None:
    finance = signed_in(company.people["F001"])
    earn(finance, 5_000)
    own = ask(finance, 1_000)
    assert "Nobody decides their own" in desk.get(f"/hr/withdrawals/{own}").get_data(as_text=True)
    assert desk.post(f"/hr/withdrawals/{own}", data={"decision": "approve"}).status_code == 422
    assert wallet.balances(finance.id, "CNY").paid == 0


def test_terms_are_saved_per_branch(desk: CheckingClient, rep: SignedIn, company: Company) -> None:
    known = {"branch_id": company.branch.id, "minimum": "10", "daily_limit": "300", "share": "80"}
    assert desk.post("/hr/withdrawals/terms", data=known).status_code == 303
    assert wallet.terms(company.branch.id, "CNY") == wallet.terms(rep.branch_id, "CNY")
    assert wallet.terms(company.branch.id, "CNY").share_bp == 8_000
    assert "80" in desk.get("/hr/withdrawals/terms").get_data(as_text=True)
    for wrong in ({"minimum": "0"}, {"minimum": "x"}, {"daily_limit": "5"}, {"share": "101"}, {"share": "1.234"}):
        assert desk.post("/hr/withdrawals/terms", data={**known, **wrong}).status_code == 422
    assert desk.post("/hr/withdrawals/terms", data={**known, "branch_id": company.other_branch.id}).status_code == 404


def test_the_list_costs_the_same_for_many_rows(desk: CheckingClient, rep: SignedIn, queries) -> None:
    for _ in range(12):
        ask(rep, 100)
    with queries() as asked:
        desk.get("/hr/withdrawals")
    assert len(asked) <= 6, asked


def test_strange_numbers_are_not_a_500(desk: CheckingClient) -> None:
    huge = "9" * 30
    assert desk.get(f"/hr/withdrawals?branch_id={huge}&page={huge}").status_code == 200
    assert desk.get(f"/hr/withdrawals/{huge}").status_code == 404
    assert desk.get(f"/hr/withdrawals/terms?branch_id={huge}").status_code == 404
    assert desk.post("/hr/withdrawals", data={"decision": "approve", "ids": [huge, "x"]}).status_code == 422
