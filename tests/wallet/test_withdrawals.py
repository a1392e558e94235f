"""Holding money, paying it out and giving it back (T30)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from tests import factories
from tests.wallet.people import AT, company, earn, signed_in
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.people.models import Employee
from webapp.wallet import queries, service
from webapp.wallet.rules import Terms

pytestmark = pytest.mark.usefixtures("app")


def ask(rep: SignedIn, amount: int, client_id: str | None = None, at=AT) -> int:
    return do(service.request_withdrawal, rep=rep, client_id=client_id or str(uuid4()), amount=amount, at=at)


def test_money_is_held_then_paid() -> None:
    rep, finance = company()
    earn(rep, 10_000)
    asked = ask(rep, 4_000)
    mine = queries.balances(rep.id, "CNY")
    assert (mine.available, mine.reserved, mine.paid) == (6_000, 4_000, 0)
    do(service.approve_withdrawal, by=finance, withdrawal_id=asked, at=AT)
    mine = queries.balances(rep.id, "CNY")
    assert (mine.available, mine.reserved, mine.paid) == (6_000, 0, 4_000)
    assert queries.held_and_paid([rep.id], "CNY") == {rep.id: 4_000}
    assert queries.problems() == []


@pytest.mark.parametrize("way", ["refuse", "cancel"])
def test_t30_money_comes_back_once(way: str) -> None:
    rep, finance = company()
    earn(rep, 10_000)
    asked = ask(rep, 4_000)
    for _ in range(2):
        if way == "refuse":
            do(service.refuse_withdrawal, by=finance, withdrawal_id=asked, reason="No account", at=AT)
        else:
            do(service.cancel_withdrawal, rep=rep, withdrawal_id=asked, at=AT)
    assert queries.balances(rep.id, "CNY").available == 10_000
    with pytest.raises(Conflict):
        do(service.approve_withdrawal, by=finance, withdrawal_id=asked, at=AT)
    assert queries.problems() == []


def test_money_that_comes_back_fills_what_was_paid_too_much_first() -> None:
    """Otherwise somebody could take out what a correction has already taken back."""
    rep, finance = company()
    earn(rep, 10_000)
    asked = ask(rep, 10_000)
    earn(rep, -3_000)
    do(service.refuse_withdrawal, by=finance, withdrawal_id=asked, reason="No account", at=AT)
    mine = queries.balances(rep.id, "CNY")
    assert (mine.available, mine.recovery) == (7_000, 0)
    assert queries.problems() == []


def test_t30_the_same_form_is_one_withdrawal() -> None:
    rep, _ = company()
    earn(rep, 10_000)
    form = str(uuid4())
    assert ask(rep, 2_500, form) == ask(rep, 2_500, form.upper())
    assert queries.balances(rep.id, "CNY").reserved == 2_500
    with pytest.raises(Conflict):
        ask(rep, 2_600, form)


@pytest.mark.parametrize(
    ("terms", "amount", "code"),
    [
        (Terms(100, None), 99, "withdraw_too_little"),
        (Terms(100, None), 10_001, "withdraw_above_available"),
        (Terms(100, None, 8_000), 8_001, "withdraw_above_share"),
        (Terms(100, 3_000), 3_001, "withdraw_above_daily_limit"),
    ],
)
def test_t30_limits_say_their_number(terms: Terms, amount: int, code: str) -> None:
    rep, finance = company()
    earn(rep, 10_000)
    do(service.set_terms, by=finance, branch_id=rep.branch_id, terms=terms, at=AT)
    with pytest.raises(Invalid) as refused:
        ask(rep, amount)
    assert refused.value.code == code
    assert queries.balances(rep.id, "CNY").reserved == 0


def test_t30_the_daily_limit_counts_what_waits_and_starts_anew_at_local_midnight() -> None:
    rep, finance = company()
    earn(rep, 10_000)
    do(service.set_terms, by=finance, branch_id=rep.branch_id, terms=Terms(100, 3_000), at=AT)
    first = ask(rep, 2_000)
    with pytest.raises(Invalid) as refused:
        ask(rep, 1_001)
    assert refused.value.params["left"] == 1_000
    do(service.cancel_withdrawal, rep=rep, withdrawal_id=first, at=AT)
    ask(rep, 3_000)
    evening = AT.replace(hour=15, minute=59)
    with pytest.raises(Invalid):
        ask(rep, 100, at=evening)
    ask(rep, 100, at=evening + timedelta(minutes=1))


def test_the_share_before_pay_day_cannot_be_walked_past_in_steps() -> None:
    """Half of 100, then half of the other 50 … would be everything."""
    rep, finance = company()
    do(service.set_terms, by=finance, branch_id=rep.branch_id, terms=Terms(100, None, 5_000), at=AT)
    earn(rep, 10_000)
    first = ask(rep, 3_000)
    _refused(rep, 2_001, limit=2_000)
    do(service.approve_withdrawal, by=finance, withdrawal_id=first, at=AT)
    _refused(rep, 2_001, limit=2_000)
    second = ask(rep, 2_000)
    _refused(rep, 100, limit=0)
    do(service.refuse_withdrawal, by=finance, withdrawal_id=second, reason="No account", at=AT)
    earn(rep, 4_000)
    _refused(rep, 4_001, limit=4_000)


def test_the_share_starts_anew_after_a_payslip() -> None:
    rep, finance = company()
    do(service.set_terms, by=finance, branch_id=rep.branch_id, terms=Terms(100, None, 5_000), at=AT)
    earn(rep, 10_000)
    do(service.approve_withdrawal, by=finance, withdrawal_id=ask(rep, 5_000), at=AT)
    paid = {"employee_id": rep.id, "currency": "CNY", "amount": 5_000, "effective_on": AT.date(), "meta": {}}
    do(service.sweep, idem_key="payslip:1", at=AT, **paid)
    earn(rep, 6_000)
    _refused(rep, 3_001, limit=3_000)
    ask(rep, 3_000)


def test_the_share_starts_anew_after_a_payslip_that_found_nothing_to_take() -> None:
    rep, finance = company()
    do(service.set_terms, by=finance, branch_id=rep.branch_id, terms=Terms(100, None, 5_000), at=AT)
    earn(rep, 10_000)
    do(service.approve_withdrawal, by=finance, withdrawal_id=ask(rep, 5_000), at=AT)
    earn(rep, -5_000)
    later = AT + timedelta(days=25)
    do(service.close_month, branch_id=rep.branch_id, month="2026-03", at=later)
    earn(rep, 6_000, on=date(2026, 4, 1))
    _refused(rep, 501, limit=500)
    do(service.close_person, employee_id=rep.id, currency="CNY", through=date(2026, 3, 31))
    _refused(rep, 3_001, limit=3_000)
    ask(rep, 3_000, at=later + timedelta(minutes=1))
    _refused(rep, 100, limit=0)


def test_what_waited_when_the_payslip_was_issued_was_counted_there() -> None:
    rep, finance = company()
    do(service.set_terms, by=finance, branch_id=rep.branch_id, terms=Terms(100, None, 5_000), at=AT)
    earn(rep, 10_000)
    held = ask(rep, 5_000)
    paid = {"employee_id": rep.id, "currency": "CNY", "amount": 5_000, "effective_on": AT.date(), "meta": {}}
    do(service.sweep, idem_key="payslip:1", at=AT, **paid)
    earn(rep, 6_000)
    _refused(rep, 3_001, limit=3_000)
    do(service.approve_withdrawal, by=finance, withdrawal_id=held, at=AT)
    _refused(rep, 3_001, limit=3_000)


def _refused(rep: SignedIn, amount: int, *, limit: int) -> None:
    with pytest.raises(Invalid) as refused:
        ask(rep, amount)
    assert (refused.value.code, refused.value.params["limit"]) == ("withdraw_above_share", limit)


def test_two_of_finance_at_once_learn_who_and_when() -> None:
    rep, finance = company()
    other = signed_in(factories.employee(_branch_of(rep), "finance"))
    earn(rep, 10_000)
    asked = ask(rep, 1_000)
    do(service.refuse_withdrawal, by=finance, withdrawal_id=asked, reason="Twice", at=AT)
    with pytest.raises(Conflict) as lost:
        do(service.approve_withdrawal, by=other, withdrawal_id=asked, at=AT + timedelta(minutes=1))
    assert lost.value.params == {"name": finance.name, "when": AT, "state": "refused"}


def test_nobody_decides_their_own_or_another_branches() -> None:
    _, finance = company()
    elsewhere, _ = company()
    earn(finance, 5_000)
    earn(elsewhere, 5_000)
    with pytest.raises(Forbidden):
        do(service.approve_withdrawal, by=finance, withdrawal_id=ask(finance, 100), at=AT)
    for verb in (service.approve_withdrawal, service.cancel_withdrawal):
        who = {"by": finance} if verb is service.approve_withdrawal else {"rep": finance}
        with pytest.raises(NotFound):
            do(verb, **who, withdrawal_id=ask(elsewhere, 100), at=AT)
    with pytest.raises(NotFound):
        queries.withdrawal(replace(finance), ask(elsewhere, 100))


def test_t30_eight_threads_cannot_take_more_than_there_is(app: Flask) -> None:
    rep, _ = company()
    earn(rep, 1_000_00)

    def take(_n: int) -> list[str]:
        with app.app_context():
            return [_outcome(rep) for _ in range(10)]

    with ThreadPoolExecutor(8) as pool:
        outcomes = [outcome for taken in pool.map(take, range(8)) for outcome in taken]
    assert sorted(outcomes) == ["held"] * 10 + ["withdraw_above_available"] * 70
    mine = queries.balances(rep.id, "CNY")
    assert (mine.available, mine.reserved) == (0, 1_000_00)
    assert queries.problems() == []


def _outcome(rep: SignedIn) -> str:
    try:
        ask(rep, 100_00)
    except DomainError as refused:
        return refused.code
    return "held"


def _branch_of(rep: SignedIn):
    from webapp.core.db import db
    from webapp.people.models import Branch

    return db.session.get_one(Branch, db.session.get_one(Employee, rep.id).branch_id)
