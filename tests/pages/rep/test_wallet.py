"""The wallet and withdrawals as a rep uses them (UX R9 to R11)."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest

from tests.support import company as companies
from tests.support.client import CheckingClient
from tests.wallet.people import AT, earn, signed_in
from webapp.core.authz import SignedIn
from webapp.core.db import db, do, transaction
from webapp.wallet import queries as wallet
from webapp.wallet import service
from webapp.wallet.models import WithdrawalTerms


@pytest.fixture
def rep(app, freeze) -> SignedIn:
    freeze(AT)
    return signed_in(companies.build().people["R001"])


@pytest.fixture
def phone(rep: SignedIn, client_as) -> CheckingClient:
    return client_as("R001")


def test_figures_add_up_on_screen(phone: CheckingClient, rep: SignedIn) -> None:
    """T27."""
    earn(rep, 178_650)
    held = ask(rep, 50_000)
    do(service.approve_withdrawal, by=finance(), withdrawal_id=held, at=AT)
    ask(rep, 10_000)
    earn(rep, -200_000)
    page = phone.get("/wallet").get_data(as_text=True)
    shown = [amount(text) for text in re.findall(r"<td>(.*?)</td>", page)]
    assert sum(shown[:-1]) == shown[-1] == 0
    assert len(shown) == 5


def test_t34_the_page_is_cheap_however_much_there_is(phone: CheckingClient, rep: SignedIn, queries) -> None:
    earn(rep, *range(1, 60))
    with queries() as asked:
        phone.get("/wallet")
    assert len(asked) <= 8, asked


def test_filters_months_and_paging(phone: CheckingClient, rep: SignedIn) -> None:
    earn(rep, *[100] * 25, on=date(2026, 3, 9))
    earn(rep, 777, on=date(2026, 2, 9))
    ask(rep, 1_000)
    entries = lambda path: phone.hx("GET", path).get_data(as_text=True)  # noqa: E731
    assert entries("/wallet?month=2026-02").count("rowlink") == 1
    assert entries("/wallet?kind=out").count("rowlink") == 1
    assert entries("/wallet?kind=in").count("rowlink") == 20
    assert entries("/wallet?kind=in&page=2").count("rowlink") == 6
    for strange in ("page=-3", "page=x", "month=9999-99", "month=9999-12", "kind=%27", "page=99999999999999999999"):
        assert phone.get(f"/wallet?{strange}").status_code == 200


def test_every_entry_opens(phone: CheckingClient, rep: SignedIn) -> None:
    earn(rep, 5_000)
    ask(rep, 1_000)
    links = re.findall(r'href="(/wallet/\d+)"', phone.get("/wallet").get_data(as_text=True))
    assert len(links) == 2
    assert all(phone.get(link).status_code == 200 for link in links)


def test_a_withdrawal_from_form_to_receipt(phone: CheckingClient, rep: SignedIn) -> None:
    earn(rep, 60_000)
    page = phone.get("/wallet/withdraw").get_data(as_text=True)
    form = re.search(r'name="client_id" value="([^"]+)"', page)[1]
    checked = phone.post("/wallet/withdraw", data={"amount": "123.45", "client_id": form}, follow_redirects=True)
    assert "¥123.45" in checked.get_data(as_text=True)
    assert wallet.balances(rep.id, "CNY").reserved == 0
    sent = [phone.post("/wallet/withdraw/confirm", data={"amount": "123.45", "client_id": form}) for _ in range(2)]
    assert {answer.headers["Location"] for answer in sent} == {sent[0].headers["Location"]}
    assert wallet.balances(rep.id, "CNY").reserved == 12_345
    receipt = sent[0].headers["Location"]
    assert phone.get(receipt).status_code == 200
    for _ in range(2):
        assert phone.post(f"{receipt}/cancel").status_code == 303
    assert wallet.balances(rep.id, "CNY").available == 60_000


@pytest.mark.parametrize(("typed", "told"), [("0.5", "1.00"), ("601", "600.00"), ("ten", "120.50"), ("", "Fill")])
def test_a_refusal_keeps_what_was_typed_and_says_the_number(phone, rep: SignedIn, typed: str, told: str) -> None:
    earn(rep, 60_000)
    for path in ("/wallet/withdraw", "/wallet/withdraw/confirm"):
        answer = phone.post(path, data={"amount": typed, "client_id": str(uuid4())})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert not typed or f'value="{typed}"' in page
        assert told in page


def test_the_share_before_pay_day_is_shown_as_it_is_now(phone: CheckingClient, rep: SignedIn) -> None:
    earn(rep, 60_000)
    with transaction():
        db.session.add(WithdrawalTerms(branch_id=rep.branch_id, minimum=100, daily_limit=None, share_bp=5_000))
    assert "now up to ¥300.00" in phone.get("/wallet/withdraw").get_data(as_text=True)
    ask(rep, 10_000)
    assert "now up to ¥200.00" in phone.get("/wallet/withdraw").get_data(as_text=True)
    ask(rep, 20_000)
    page = phone.get("/wallet/withdraw").get_data(as_text=True)
    assert "now up to ¥0.00" in page
    assert "tomorrow" not in page


def test_less_than_the_smallest_withdrawal_is_said_instead_of_asked_for(phone: CheckingClient, rep: SignedIn) -> None:
    with transaction():
        db.session.add(WithdrawalTerms(branch_id=rep.branch_id, minimum=20_000, daily_limit=None, share_bp=10_000))
    earn(rep, 19_999)
    page = phone.get("/wallet/withdraw").get_data(as_text=True)
    assert "The smallest withdrawal is ¥200.00." in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]
    earn(rep, 20_001)
    page = phone.get("/wallet/withdraw").get_data(as_text=True)
    assert re.findall(r"/wallet/withdraw/check\?amount=([\d.]+)", page) == ["400.00"]


def test_a_damaged_form_is_not_a_500(phone: CheckingClient, rep: SignedIn) -> None:
    earn(rep, 60_000)
    assert phone.post("/wallet/withdraw/confirm", data={"amount": "5", "client_id": "x"}).status_code == 422
    assert phone.get("/wallet/withdraw/check?amount=5&id=x").status_code == 422
    assert phone.get("/wallet/withdraw/check?amount=").status_code == 422
    assert phone.get("/wallet/withdraw/check").status_code == 303


def test_pending_shows_even_when_nothing_waits(phone: CheckingClient) -> None:
    assert phone.get("/wallet/pending").status_code == 200
    assert "<html" not in phone.hx("GET", "/wallet/pending").get_data(as_text=True)


def ask(rep: SignedIn, minor: int) -> int:
    return do(service.request_withdrawal, rep=rep, client_id=str(uuid4()), amount=minor, at=AT)


def finance() -> SignedIn:
    return signed_in(companies.find().people["F001"])


def amount(cell: str) -> int:
    text = re.sub(r"<[^>]+>|[^\d\u2212]", "", cell)
    return -int(text[1:]) if text.startswith("\u2212") else int(text)
