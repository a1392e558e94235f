"""What the product holds, beside what it should hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select, text

from tests.acceptance.month import money
from tests.acceptance.month.known import Known
from tests.acceptance.month.oracle import Day, day
from tests.acceptance.month.stage import Stage
from webapp.attendance.models import AttendanceDay
from webapp.core.db import db
from webapp.payroll.queries import ledger_check
from webapp.rewards.models import SettlementLine
from webapp.rules.models import Rule
from webapp.wallet import queries as wallet

Pair = tuple[str, date]
Parts = Mapping[Pair, Mapping[str, int]]
NAMES = ("status", "scheduled", "expected", "late", "early", "first", "last", "present", "undecided", "excused")


def days_equal(stage: Stage, known: Known, expected: Mapping[Pair, Day]) -> None:
    wrong = days_wrong(stage, known, expected)
    assert not wrong, f"{known.by}: {len(wrong)} days\n" + "\n".join(map(str, wrong[:40]))


def days_wrong(
    stage: Stage, known: Known, expected: Mapping[Pair, Day] | None = None, since: date = date.min
) -> list[Any]:
    """Every stored day that is over, and at the very end every day there should be, where it is not as it should be."""
    month, wrong = stage.month, []
    rows = {(row.employee_id, row.work_date): row for row in db.session.scalars(select(AttendanceDay))}
    db.session.remove()
    for office in month.offices:
        for who, person in office.people.items():
            for on in (on for on in month.dates() if on >= since):
                row = rows.get((stage.people[who].id, on))
                if not person.employed(on):
                    wrong += [(who, on, "not employed")] if row is not None else []
                elif row is not None and row.over:
                    should = expected[who, on] if expected else money.day(known, office, who, on)
                    differs = _differs(should, row)
                    if should.status == "unheard" and differs:  # a late punch told of one more device: it is heard now
                        differs = _differs(day(known, office, who, on, then=True), row)
                    wrong += [(who, on, differs)] if differs else []
                elif known.by >= month.over:
                    wrong.append((who, on, "not there"))
    assert stage.refused == known.refused
    return wrong


def _differs(should: Day, row: Any) -> list[str]:
    ours = tuple(getattr(should, name) for name in NAMES)
    theirs = (row.status, row.scheduled, row.expected, row.minutes_late, row.minutes_early, row.first_in, row.last_out,
              row.present, row.undecided, row.excused)  # fmt: skip
    return [f"{name}: {a!r} ≠ {b!r}" for name, a, b in zip(NAMES, ours, theirs, strict=True) if a != b]


def money_equals(stage: Stage, paid: Parts, swept: Mapping[str, int] = MappingProxyType({})) -> None:
    """Every slot, every wallet (what was `swept` from it onto payslips comes back to it), and the company's side."""
    assert booked(stage) == worth_something(paid)
    should: Counter[str] = Counter()
    for (who, _), parts in paid.items():
        should[who] += sum(parts.values())
    has = {who: wallet.balances(rep.id, rep.branch.currency) for who, rep in stage.people.items()}
    left = {who: one.available + swept.get(who, 0) for who, one in has.items()}
    wrong = {who: (cents, should[who]) for who, cents in left.items() if cents != should[who]}
    assert not wrong
    for currency in {rep.branch.currency for rep in stage.people.values()}:
        theirs = sum(should[who] for who, rep in stage.people.items() if rep.branch.currency == currency)
        assert _expense(currency) == -theirs
    assert ledger_check() == []
    db.session.remove()


def booked(stage: Stage) -> dict[Pair, dict[str, int]]:
    """What the newest revision of every slot says, by kind of rule; nothing is left out."""
    names = {rep.id: who for who, rep in stage.people.items()}
    line = SettlementLine
    query = select(line.employee_id, line.work_date, Rule.kind, line.amount).join(Rule, Rule.id == line.rule_id)
    found: dict[Pair, dict[str, int]] = {}
    for row in db.session.execute(query.order_by(line.revision)):
        found.setdefault((names[row.employee_id], row.work_date), {})[row.kind] = row.amount
    db.session.remove()
    return worth_something(found)


def worth_something(parts: Parts) -> dict[Pair, dict[str, int]]:
    kept = {pair: {kind: cents for kind, cents in each.items() if cents} for pair, each in parts.items()}
    return {pair: each for pair, each in kept.items() if each}


def differences(before: Parts, after: Parts) -> Counter[tuple[str, int]]:
    """(who, how much) of everything that has to be posted to go from one to the other."""
    slots = [(pair, kind) for pair in after for kind in after[pair]]
    return Counter(
        (pair[0], delta) for pair, kind in slots if (delta := after[pair].get(kind, 0) - before[pair].get(kind, 0))
    )


def posted_since(stage: Stage, txn_id: int) -> Counter[tuple[str, int]]:
    names = {rep.id: who for who, rep in stage.people.items()}
    rewards = wallet.booked_rewards()
    found = Counter(
        (names[row.employee_id], row.amount) for row in db.session.execute(select(rewards).where(rewards.c.id > txn_id))
    )
    db.session.remove()
    return found


def sums(amounts: Counter[tuple[str, int]]) -> dict[str, int]:
    """By person, without those whose amounts cancel out."""
    found: Counter[str] = Counter()
    for (who, amount), times in amounts.items():
        found[who] += amount * times
    return {who: total for who, total in found.items() if total}


def newest_txn() -> int:
    rewards = wallet.booked_rewards()
    found = db.session.scalar(select(func.max(rewards.c.id))) or 0
    db.session.remove()
    return found


def _expense(currency: str) -> int:
    """What the company has spent on rewards, as its own accounts say."""
    query = text("SELECT COALESCE(SUM(balance), 0) FROM ledger_account WHERE kind = 'expense' AND currency = :currency")
    return int(db.session.execute(query, {"currency": currency}).scalar_one())
