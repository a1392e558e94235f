"""Any order of settling, withdrawing, correcting, crashing and tampering leaves a true ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from tests.wallet.people import AT, company, posting
from webapp.core.db import conn, do, transaction
from webapp.core.errors import DomainError
from webapp.wallet import queries, service
from webapp.wallet.rules import Terms

_WRITES = ("INSERT", "UPDATE", "DELETE")
_TAMPERING = (
    "UPDATE ledger_entry SET amount = amount * 2",
    "UPDATE ledger_txn SET amount = amount + 1",
    "UPDATE ledger_account SET balance = balance + 1",
    "DELETE FROM ledger_entry",
)


class Crash(Exception):
    pass


class Wallet(RuleBasedStateMachine):
    """The model: what each slot is worth now, and what happened to each withdrawal."""

    holds = Bundle("holds")

    @initialize()
    def start(self) -> None:
        self.rep, self.finance = company()
        do(service.set_terms, by=self.finance, branch_id=self.rep.branch_id, terms=Terms(1, None), at=AT)
        self.worth: dict[int, int] = {}
        self.revisions: dict[int, int] = {}
        self.states: dict[int, tuple[int, str]] = {}
        self.swept = 0

    @rule(slot=st.integers(1, 4), value=st.integers(0, 5_000), times=st.integers(1, 3))
    def settle(self, slot: int, value: int, times: int) -> None:
        self._settle(slot, value, times)

    @rule(slot=st.integers(1, 4), value=st.integers(0, 5_000), nth=st.integers(1, 6))
    def crash_while_settling(self, slot: int, value: int, nth: int) -> None:
        with crash_at_write(nth) as survived:
            try:
                self._settle(slot, value, 1)
            except Crash:
                return
        assert survived

    @rule(target=holds, amount=st.integers(1, 6_000))
    def reserve(self, amount: int) -> int | None:
        form = str(uuid4())
        asked = {"rep": self.rep, "client_id": form, "amount": amount, "at": AT}
        before = queries.balances(self.rep.id, "CNY").available
        try:
            hold = do(service.request_withdrawal, **asked)
        except DomainError:
            assert amount > before
            return None
        assert do(service.request_withdrawal, **asked) == hold
        self.states[hold] = (amount, "requested")
        return hold

    @rule(hold=holds, state=st.sampled_from(["approved", "refused", "cancelled"]))
    def resolve(self, hold: int | None, state: str) -> None:
        if hold is None:
            return
        amount, was = self.states[hold]
        try:
            self._resolve(hold, state)
        except DomainError:
            assert was not in ("requested", state)
        else:
            assert was in ("requested", state)
            self.states[hold] = (amount, state)

    @rule(part=st.integers(1, 100))
    def sweep(self, part: int) -> None:
        amount = queries.balances(self.rep.id, "CNY").available * part // 100
        if amount:
            key = f"sweep:{uuid4()}"
            what = {"employee_id": self.rep.id, "currency": "CNY", "effective_on": AT.date(), "meta": {}}
            for _ in range(2):
                do(service.sweep, amount=amount, idem_key=key, at=AT, **what)
            self.swept += amount

    @rule(sql=st.sampled_from(_TAMPERING))
    def tamper(self, sql: str) -> None:
        with transaction():
            if not conn().scalar(text("SELECT COUNT(*) FROM ledger_entry")):
                return
        with pytest.raises(DBAPIError), transaction():
            conn().execute(text(sql))

    @invariant()
    def adds_up(self) -> None:
        mine = queries.balances(self.rep.id, "CNY")
        held = sum(amount for amount, state in self.states.values() if state == "requested")
        paid = sum(amount for amount, state in self.states.values() if state == "approved")
        assert mine.available + mine.recovery + held + paid + self.swept == sum(self.worth.values())
        assert (mine.reserved, mine.paid, mine.swept, mine.earned) == (held, paid, self.swept, sum(self.worth.values()))
        assert mine.available >= 0 >= mine.recovery

    def teardown(self) -> None:
        assert queries.problems() == []

    def _settle(self, slot: int, value: int, times: int) -> None:
        delta = value - self.worth.get(slot, 0)
        if delta:
            revision = self.revisions.get(slot, 0) + 1
            once = posting(delta, key=f"settle:{self.rep.id}:{slot}:{revision}")
            for _ in range(times):
                do(service.post, employee_id=self.rep.id, currency="CNY", postings=[once], at=AT)
            self.worth[slot], self.revisions[slot] = value, revision

    def _resolve(self, hold: int, state: str) -> None:
        if state == "approved":
            do(service.approve_withdrawal, by=self.finance, withdrawal_id=hold, at=AT)
        elif state == "refused":
            do(service.refuse_withdrawal, by=self.finance, withdrawal_id=hold, reason="No account", at=AT)
        else:
            do(service.cancel_withdrawal, rep=self.rep, withdrawal_id=hold, at=AT)


@contextmanager
def crash_at_write(nth: int) -> Iterator[list[int]]:
    """The process dies before its n-th writing statement."""
    left = [nth]

    def stop(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            left[0] -= 1
            if not left[0]:
                raise Crash

    event.listen(Engine, "before_cursor_execute", stop)
    try:
        yield left
    finally:
        event.remove(Engine, "before_cursor_execute", stop)


@pytest.mark.usefixtures("app")
def test_t28_t29_t30_any_history_keeps_the_invariants() -> None:
    run_state_machine_as_test(
        Wallet,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
