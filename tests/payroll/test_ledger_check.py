"""`flask ledger-check` and the nightly job see every domain's invariants."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from jobs import ledger, schedule
from tests.payroll.company import APRIL, MARCH, company, issued, made
from tests.wallet.people import posting
from webapp.core import triggers
from webapp.core.db import conn, do, transaction
from webapp.wallet import service as wallet


@pytest.fixture
def books(app: Flask, freeze) -> Flask:
    freeze(APRIL)
    it = company()
    once = replace(posting(10_000, on=MARCH), kind="adjustment")
    do(wallet.post, employee_id=it.rep.id, currency="CNY", postings=[once], at=APRIL)
    issued(it, made(it))
    return app


def test_a_ledger_in_order(books: Flask) -> None:
    answer = books.test_cli_runner().invoke(args=["ledger-check"])
    assert (answer.exit_code, answer.output) == (0, "The ledger is in order.\n")
    assert ledger.check() == 0


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_a_broken_ledger_ends_with_1_and_is_logged(books: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with transaction():
        for name in triggers.names("sqlite", ["ledger_account"]):
            conn().execute(text(f"DROP TRIGGER {name}"))
        conn().execute(text("UPDATE ledger_account SET balance = balance + 5 WHERE kind = 'payable'"))
    answer = books.test_cli_runner().invoke(args=["ledger-check"])
    assert answer.exit_code == 1
    assert {"I2", "I3", "I8", "I12"} <= {line.partition(":")[0] for line in answer.stderr.splitlines()}
    with caplog.at_level(logging.ERROR, "onsite.ledger"):
        assert ledger.check() > 0
    assert "ledger problem" in caplog.text


def test_the_check_runs_every_night() -> None:
    assert "jobs.ledger.check" in {item.job for item in schedule.SCHEDULE}
