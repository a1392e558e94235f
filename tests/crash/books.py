"""What must be true whatever was killed."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from tests.crash.chaos import DATES, DAYS, REPS, Round
from webapp.attendance.models import CheckIn, Verdict
from webapp.core import clock, outbox
from webapp.core.db import db
from webapp.payroll.queries import ledger_check
from webapp.rewards.models import RepDay, SettlementLine, SettlementRun
from webapp.visits.models import Visit
from webapp.wallet import queries as wallet
from webapp.wallet.models import Txn

ALLOWANCE, VISIT, STREAK = 10000, 5000, 5000
LINES = REPS * DATES + REPS // 2 * DATES + REPS
EACH = [DATES * (ALLOWANCE + VISIT) + STREAK, DATES * ALLOWANCE + STREAK]


def everything_once(round_: Round) -> None:
    db.session.remove()
    _settled_once(round_)
    _acknowledged_once(round_)
    left = outbox.backlog(at=clock.now())
    assert (left.waiting, left.claimed, left.failed) == (0, 0, 0)
    assert {what for what, _, _ in round_.struck} == {"worker", "web", "flush"}
    assert ledger_check() == []
    db.session.remove()


def _settled_once(round_: Round) -> None:
    """Two hundred rep-days, each line posted once by one transaction, and the wallets hold their sum."""
    days = select(RepDay.state, func.count()).where(RepDay.work_date <= DAYS[-1], RepDay.changed_at.is_(None))
    assert db.session.execute(days.group_by(RepDay.state)).all() == [("settled", REPS * DATES)]
    runs = select(SettlementRun.work_date, SettlementRun.state, SettlementRun.done).order_by(SettlementRun.work_date)
    found, wanted = db.session.execute(runs).all(), [(on, "done", REPS) for on in DAYS]
    assert found == wanted, f"{set(found) ^ set(wanted)}; struck {round_.struck}"
    lines = db.session.execute(select(SettlementLine.revision, SettlementLine.txn_id)).all()
    assert Counter(line.revision for line in lines) == {1: LINES}
    booked = db.session.scalars(select(Txn.id).where(Txn.kind == "reward")).all()
    assert sorted(booked) == sorted(line.txn_id for line in lines)
    reps = round_.world.reps
    assert [wallet.balances(rep.id, "CNY").available for rep in reps] == EACH * (REPS // 2)


def _acknowledged_once(round_: Round) -> None:
    """Every tap got one 201 or none (its answer was lost), then only 200s, and is there with verdict and visit once."""
    answers = Counter(round_.phones.answers())
    assert {status for _, status in answers} <= {0, 200, 201}, answers
    twice = [client_id for (client_id, status), n in answers.items() if status == 201 and n > 1]
    assert twice == []
    sent = sorted(tap.client_id for tap in round_.phones.taps)
    today = select(CheckIn.client_id).where(CheckIn.work_date > DAYS[-1]).order_by(CheckIn.client_id)
    for stored in (today, today.join(Verdict), today.join(Visit, Visit.check_in_id == CheckIn.id)):
        assert db.session.scalars(stored).all() == sent
