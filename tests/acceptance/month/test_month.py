"""A month of two branches: every day equals a plain computation, and the ledger is the sum of the days to the cent."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from tests.acceptance.month import make, money
from tests.acceptance.month.known import Known
from tests.acceptance.month.play import Player, company
from webapp.attendance.models import AttendanceDay
from webapp.core.db import db
from webapp.payroll.queries import ledger_check
from webapp.rewards.models import SettlementLine
from webapp.rules.models import Rule
from webapp.wallet import queries as wallet

pytestmark = pytest.mark.acceptance

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 12)
"""New York puts its clocks forward on 8 March, in the middle of a night shift."""


def test_every_day_and_cent(app, freeze, monkeypatch, capsys):
    began = time.monotonic()
    month = make.month(4, FIRST, LAST, reps=30, places=8)
    freeze(month.ordered()[0].at)
    stage = company(month)

    def every_morning(at):
        known = Known(month, at)
        check(month, stage, known)

    Player(stage, freeze, every_morning).play(monkeypatch)
    known = Known(month, month.over)
    days, paid = money.worth(month, known)
    check(month, stage, known)
    assert booked(stage) == {
        pair: parts for pair, each in paid.items() if (parts := {k: v for k, v in each.items() if v})
    }
    balances = {who: wallet.balances(rep.id, rep.branch.currency).available for who, rep in stage.people.items()}
    should = Counter()
    for (who, _), parts in paid.items():
        should[who] += sum(parts.values())
    assert {who: cents for who, cents in balances.items() if cents != should[who]} == {}
    assert ledger_check() == []
    with capsys.disabled():
        print(f"\n{time.monotonic() - began:.0f} s", Counter(day.status for day in days.values()), sum(should.values()))  # noqa: T201


def booked(stage):
    """What the newest revision of every slot says: {(who, date): {kind of rule: cents}}."""
    names = {rep.id: who for who, rep in stage.people.items()}
    line, rule = SettlementLine, Rule
    query = select(line.employee_id, line.work_date, rule.kind, line.amount).join(rule, rule.id == line.rule_id)
    found = {}
    for row in db.session.execute(query.order_by(line.revision)):
        found.setdefault((names[row.employee_id], row.work_date), {})[row.kind] = row.amount
    db.session.remove()
    return {pair: kept for pair, parts in found.items() if (kept := {kind: n for kind, n in parts.items() if n})}


def check(month, stage, known):
    """Every stored day that is over against the plain computation."""
    db.session.remove()
    stored = {(row.employee_id, row.work_date): row for row in db.session.scalars(select(AttendanceDay))}
    wrong = []
    for office in month.offices:
        for who, person in office.people.items():
            for on in month.dates():
                row = stored.get((stage.people[who].id, on))
                if not person.employed(on):
                    if row is not None:
                        wrong.append((who, on, "not employed", row.status))
                    continue
                if row is None or not row.over:
                    if known.by >= month.over:
                        wrong.append((who, on, "no day"))
                    continue
                should = money.day(known, office, who, on)
                if (ours := shown(should)) != (theirs := as_shown(row)):
                    wrong.append((who, on, [f"{a} {b!r}≠{c!r}" for a, b, c in zip(NAMES, ours, theirs) if b != c]))
    db.session.remove()
    assert not wrong, f"{known.by}: {len(wrong)}\n" + "\n".join(map(str, wrong[:40]))


NAMES = ("status", "scheduled", "expected", "late", "early", "first", "last", "present", "undecided", "excused")


def shown(one):
    return tuple(getattr(one, name) for name in NAMES)


def as_shown(row):
    return (row.status, row.scheduled, row.expected, row.minutes_late, row.minutes_early, row.first_in, row.last_out,
            row.present, row.undecided, row.excused)  # fmt: skip
