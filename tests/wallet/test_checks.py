"""Every invariant is shown to be able to fail: the triggers are taken away and the rows are broken by hand."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.wallet.people import AT, company, earn
from webapp.core import triggers
from webapp.core.db import conn, do, is_postgres, transaction
from webapp.wallet import queries, service
from webapp.wallet.queries.checks import TABLES

pytestmark = pytest.mark.usefixtures("app")

_SECOND_RELEASE = (
    "INSERT INTO ledger_txn (idem_key, fingerprint, employee_id, kind, currency, amount, effective_on, created_at,"
    " meta, sealed, resolves_id)"
    " SELECT 'x', 'x', employee_id, 'sweep', currency, 0, effective_on, created_at, meta, true, id"
    " FROM ledger_txn WHERE id = (SELECT MIN(id) FROM ledger_txn WHERE kind = 'reserve')"
)
BROKEN = {
    "one side of a transaction": ("I1", "UPDATE ledger_entry SET amount = amount + 1 WHERE amount > 0"),
    "two amounts changed places": ("I1", "UPDATE ledger_txn SET amount = 7500 - amount WHERE kind = 'reward'"),
    "an amount": ("I2", "UPDATE ledger_txn SET amount = amount + 1 WHERE kind = 'reward'"),
    "a balance": ("I3", "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'payable'"),
    "a seal": ("I5", "UPDATE ledger_txn SET sealed = false"),
    "the running sum": ("I6", "UPDATE ledger_entry SET balance_after = balance_after + 1"),
    "what was asked for": ("I7", "UPDATE withdrawal SET amount = amount + 1 WHERE state = 'requested'"),
    "what was refused": ("I7", "UPDATE withdrawal SET amount = amount + 1 WHERE state = 'refused'"),
    "refused called paid": ("I7", "UPDATE withdrawal SET state = 'approved' WHERE state = 'refused'"),
    "a withdrawal is gone": ("I7", "DELETE FROM withdrawal WHERE state = 'refused'"),
    "a fingerprint": ("I9", "UPDATE ledger_txn SET fingerprint = ''"),
    "a second release": ("I10", _SECOND_RELEASE),
}


@pytest.mark.parametrize(("code", "sql"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_invariant_is_found(code: str, sql: str) -> None:
    _some_money()
    with transaction():
        _switch_triggers_off()
        conn().execute(text(sql))
        assert code in {problem.code for problem in queries.problems()}


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_trigger_is_found(table: str) -> None:
    with suppress(_Enough), transaction():
        name = triggers.names(conn().dialect.name, [table])[0]
        conn().execute(text(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgres() else "")))
        found = queries.problems()
        assert [(problem.code, problem.params) for problem in found] == [("I8", {"trigger": name})]
        raise _Enough


class _Enough(Exception):
    """Roll the experiment back."""


def _some_money() -> None:
    rep, finance = company()
    earn(rep, 5_000, 2_500)
    for amount in (1_000, 300):
        held = do(service.request_withdrawal, rep=rep, client_id=str(uuid4()), amount=amount, at=AT)
    do(service.refuse_withdrawal, by=finance, withdrawal_id=held, reason="No account", at=AT)
    assert queries.problems() == []


def _switch_triggers_off() -> None:
    if is_postgres():
        conn().execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in triggers.names("sqlite", TABLES):
        conn().execute(text(f"DROP TRIGGER {name}"))
