"""Booking, and what the database itself refuses."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.wallet.people import AT, company, earn, posting
from webapp.core.authz import SignedIn
from webapp.core.db import conn, do, is_postgres, transaction
from webapp.core.errors import Conflict
from webapp.wallet import queries, rules, service
from webapp.wallet.service.ledger import Draft, open_book, write

pytestmark = pytest.mark.usefixtures("app")


def test_figures_add_up() -> None:
    rep, _ = company()
    earn(rep, 10_000, 5_000, -2_000)
    mine = queries.balances(rep.id, "CNY")
    assert (mine.available, mine.earned, mine.recovery) == (13_000, 13_000, 0)
    assert queries.problems() == []


def test_t29_correction_below_zero_waits_and_is_offset_by_later_rewards() -> None:
    rep, _ = company()
    earn(rep, 3_000, -5_000)
    assert queries.balances(rep.id, "CNY").recovery == -2_000
    earn(rep, 500)
    assert queries.balances(rep.id, "CNY").available == 0
    earn(rep, 2_000)
    mine = queries.balances(rep.id, "CNY")
    assert (mine.available, mine.recovery, mine.earned) == (500, 0, 500)
    assert queries.problems() == []


def test_t28_same_key_is_booked_once_and_other_content_is_refused() -> None:
    rep, _ = company()
    once = posting(700, key="slot:1")
    first = do(service.post, employee_id=rep.id, currency="CNY", postings=[once], at=AT)
    again = do(service.post, employee_id=rep.id, currency="CNY", postings=[once, posting(50, key="slot:2")], at=AT)
    assert again["slot:1"] == first["slot:1"]
    assert queries.balances(rep.id, "CNY").available == 750
    with pytest.raises(Conflict) as refused:
        do(service.post, employee_id=rep.id, currency="CNY", postings=[posting(701, key="slot:1")], at=AT)
    assert refused.value.code == "posting_changed"
    assert queries.balances(rep.id, "CNY").available == 750


def test_t27_currencies_never_mix() -> None:
    rep, _ = company()
    earn(rep, 100)
    do(service.post, employee_id=rep.id, currency="SGD", postings=[posting(40)], at=AT)
    assert queries.balances(rep.id, "CNY").available == 100
    assert queries.balances(rep.id, "SGD").available == 40


def test_posting_costs_a_few_statements_however_many(queries) -> None:
    rep, _ = company()
    earn(rep, 1)
    with queries() as asked:
        earn(rep, 100, 200, 300, 400)
    assert len(asked) == (4 if is_postgres() else 5), asked


def test_late_rewards_go_to_the_open_month() -> None:
    rep, _ = company()
    do(service.close_month, branch_id=rep.branch_id, month="2026-02", at=AT)
    do(service.close_month, branch_id=rep.branch_id, month="2026-02", at=AT)
    today = date(2026, 3, 10)
    closed = queries.closed_months([rep.branch_id])[rep.branch_id]
    assert rules.open_date(date(2026, 2, 27), today, closed) == today
    assert rules.open_date(date(2026, 1, 27), today, closed) == date(2026, 1, 27)
    assert rules.open_date(date(2026, 3, 2), today, closed) == date(2026, 3, 2)


def test_nothing_is_booked_into_a_month_that_was_paid() -> None:
    """T29: also when the settlement asked for the date before the payslip was issued."""
    rep, _ = company()
    do(service.close_person, employee_id=rep.id, currency="CNY", through=date(2026, 2, 28))
    txn_id = next(iter(earn(rep, 900, on=date(2026, 2, 20)).values()))
    assert queries.entry(rep, txn_id).effective_on == date(2026, 3, 1)


def test_an_earlier_month_issued_later_opens_nothing_again() -> None:
    """Somebody moved in March, and the branch before issues February after the new one has issued March."""
    rep, _ = company()
    for last in (date(2026, 3, 31), date(2026, 2, 28)):
        do(service.close_person, employee_id=rep.id, currency="CNY", through=last)
    txn_id = next(iter(earn(rep, 900, on=date(2026, 3, 20)).values()))
    assert queries.entry(rep, txn_id).effective_on == date(2026, 4, 1)


def test_t30_the_database_itself_refuses_an_overdraft() -> None:
    rep, _ = company()
    earn(rep, 100)

    def overdraw() -> None:
        book = open_book(employee_id=rep.id, currency="CNY")
        draft = Draft("x", "reserve", -101, AT.date(), lambda _: [("available", -101), ("reserved", 101)])
        write(book=book, drafts=[draft], at=AT)

    with pytest.raises(IntegrityError):
        do(overdraw)
    assert queries.balances(rep.id, "CNY").available == 100


TAMPERING = {
    "change an entry": "UPDATE ledger_entry SET amount = amount + 1",
    "delete an entry": "DELETE FROM ledger_entry",
    "change a transaction": "UPDATE ledger_txn SET amount = 1",
    "move its day": "UPDATE ledger_txn SET effective_on = '2026-01-01'",
    "unseal": "UPDATE ledger_txn SET sealed = false",
    "seal again": "UPDATE ledger_txn SET sealed = true",
    "delete a transaction": "DELETE FROM ledger_txn",
    "raise a balance": "UPDATE ledger_account SET balance = balance + 100 WHERE kind = 'available'",
    "raise balance and version": "UPDATE ledger_account SET balance = balance + 100, version = version + 1",
    "hand the account over": "UPDATE ledger_account SET employee_id = (SELECT MAX(id) FROM employee)",
    "delete accounts": "DELETE FROM ledger_account",
    "an account with money in it": (
        "INSERT INTO ledger_account (employee_id, kind, currency, balance, version)"
        " SELECT MAX(id), 'available', 'CNY', 500, 0 FROM employee"
    ),
    "an entry in a sealed transaction": (
        "INSERT INTO ledger_entry (txn_id, account_id, amount, balance_after, account_version)"
        " SELECT MAX(t.id), a.id, 100, a.balance + 100, a.version + 1 FROM ledger_txn t, ledger_account a"
        " WHERE a.kind = 'available' GROUP BY a.id, a.balance, a.version"
    ),
    "a transaction born sealed": (
        "INSERT INTO ledger_txn (idem_key, fingerprint, employee_id, kind, currency, amount, effective_on, created_at,"
        " meta, sealed) SELECT 'x', 'x', employee_id, 'reward', 'CNY', 5, effective_on, created_at, meta, true"
        " FROM ledger_txn LIMIT 1"
    ),
    "sealed without entries": [
        "INSERT INTO ledger_txn (idem_key, fingerprint, employee_id, kind, currency, amount, effective_on, created_at,"
        " meta, sealed) SELECT 'x', 'x', employee_id, 'reward', 'CNY', 5, effective_on, created_at, meta, false"
        " FROM ledger_txn LIMIT 1",
        "UPDATE ledger_txn SET sealed = true WHERE idem_key = 'x'",
    ],
    "one-sided": [
        "INSERT INTO ledger_txn (idem_key, fingerprint, employee_id, kind, currency, amount, effective_on, created_at,"
        " meta, sealed) SELECT 'x', 'x', employee_id, 'reward', 'CNY', 5, effective_on, created_at, meta, false"
        " FROM ledger_txn LIMIT 1",
        "INSERT INTO ledger_entry (txn_id, account_id, amount, balance_after, account_version)"
        " SELECT t.id, a.id, 5, a.balance + 5, a.version + 1 FROM ledger_txn t, ledger_account a"
        " WHERE t.idem_key = 'x' AND a.kind IN ('available', 'clearing')",
        "UPDATE ledger_txn SET sealed = true WHERE idem_key = 'x'",
    ],
    "an entry out of line": (
        "INSERT INTO ledger_entry (txn_id, account_id, amount, balance_after, account_version)"
        " SELECT MAX(t.id), a.id, 100, 7, a.version + 1 FROM ledger_txn t, ledger_account a GROUP BY a.id, a.version"
    ),
}


@pytest.mark.parametrize("statements", TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_by_sql_is_refused(statements: str | list[str]) -> None:
    rep, _ = company()
    earn(rep, 1_000)
    with pytest.raises(DBAPIError, match=_SPOKEN):
        _run(statements)
    _is_untouched(rep)


REPLACING = {
    "an entry": "INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry",
    "a transaction": "INSERT OR REPLACE INTO ledger_txn SELECT * FROM ledger_txn",
    "a transaction by its key": (
        "INSERT OR REPLACE INTO ledger_txn (idem_key, fingerprint, employee_id, kind, currency, amount, effective_on,"
        " created_at, meta, sealed) SELECT idem_key, 'x', employee_id, 'reward', 'CNY', 5, effective_on, created_at,"
        " meta, false FROM ledger_txn"
    ),
    "an account": (
        "INSERT OR REPLACE INTO ledger_account (id, employee_id, kind, currency, balance, version)"
        " SELECT id, employee_id, kind, currency, 0, 0 FROM ledger_account"
    ),
}


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", REPLACING.values(), ids=REPLACING.keys())
def test_replacing_a_row_is_refused(statement: str) -> None:
    """REPLACE deletes on SQLite, and the delete triggers are asked only when they are told to be."""
    rep, _ = company()
    earn(rep, 1_000)
    with pytest.raises(DBAPIError, match=_SPOKEN):
        _run(statement)
    _is_untouched(rep)


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["ledger_entry", "ledger_txn", "ledger_account"])
def test_truncating_is_refused(table: str) -> None:
    rep, _ = company()
    earn(rep, 1_000)
    with pytest.raises(DBAPIError, match=_SPOKEN):
        _run(f"TRUNCATE {table} CASCADE")
    _is_untouched(rep)


_SPOKEN = "is immutable|is sealed after|starts empty|only together|sum to zero|continues its account"


def _run(statements: str | list[str]) -> None:
    with transaction():
        for statement in [statements] if isinstance(statements, str) else statements:
            conn().execute(text(statement))


def _is_untouched(rep: SignedIn) -> None:
    assert queries.balances(rep.id, "CNY").available == 1_000
    assert queries.problems() == []
