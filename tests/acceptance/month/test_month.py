"""The last days of March in two branches, while Berlin puts its clocks forward: every day equals a plain computation,
the ledger and the payslips are the sum of the days to the cent. The whole month with 200 people is in tests/soak.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.acceptance.month import check, ending, make, money, people
from tests.acceptance.month.days import HOUR
from tests.acceptance.month.known import Known
from tests.acceptance.month.play import Player
from tests.acceptance.month.stage import Stage, company
from tests.acceptance.month.world import Month

FIRST, LAST = date(2026, 3, 23), date(2026, 3, 31)


def test_every_day_and_cent_and_corrections_afterwards(app, freeze, monkeypatch, capsys) -> None:
    to_the_cent(make.month(14, FIRST, LAST, reps=24, places=8, abroad="BE"), freeze, monkeypatch, capsys)


def test_devices_may_deliver_in_any_order(app, freeze, monkeypatch) -> None:
    month = make.month(11, date(2026, 3, 6), date(2026, 3, 10), reps=14, places=6, asked=False)
    should, _ = money.worth(month, Known(month, month.over))
    other = make.in_another_order(month, 12)
    freeze(month.ordered()[0].at)
    stage = company(other)
    Player(stage, freeze).play(monkeypatch)
    check.days_equal(stage, Known(other, month.over), should)


def to_the_cent(month: Month, freeze, monkeypatch, capsys) -> None:
    began = time.monotonic()
    freeze(month.ordered()[0].at)
    stage = company(month)
    wrong: list[Any] = []
    player = Player(stage, freeze, lambda at: wrong.extend(look(stage, month, at, capsys)))
    player.play(monkeypatch)
    assert not wrong
    known = Known(month, month.over)
    days, paid = money.worth(month, known)
    check.days_equal(stage, known, days)
    check.money_equals(stage, paid)
    days, paid, corrected = settle_again(player, month, known, paid)
    slips, reopened = ending.close_pay_reopen(player, month, month.over + 12 * HOUR, days, paid)
    with capsys.disabled():
        report(month, days, paid, {"corrections": corrected, "reopening": reopened}, slips, time.monotonic() - began)


def look(stage: Stage, month: Month, at: datetime, capsys) -> list[Any]:
    """Every morning: also days that still wait for a device or for a person. What is wrong is shown, and the month
    goes on: it takes long to come as far again."""
    since = at.date() - timedelta(days=6)
    wrong = check.days_wrong(stage, Known(month, at, since), since=since)
    with capsys.disabled():
        for one in wrong:
            print(at, *one)  # noqa: T201
    return [(at, *one) for one in wrong]


def settle_again(player: Player, month: Month, known: Known, paid: check.Parts) -> tuple[Any, check.Parts, int]:
    """One in twenty late days is corrected, and exactly the difference is posted; days and money after it."""
    facts = people.corrections(month, known, Random(5))
    newest = check.newest_txn()
    month.facts += facts
    player.play_more(facts, facts[-1].at + HOUR)
    known = Known(month, facts[-1].at + HOUR)
    days, after = money.worth(month, known)
    check.days_equal(player.stage, known, days)
    check.money_equals(player.stage, after)
    changed = check.differences(paid, after)
    assert changed
    assert check.posted_since(player.stage, newest) == changed
    return days, after, sum(changed.values())


def report(month: Month, days, paid, posted: dict[str, int], slips: int, seconds: float) -> None:
    facts = Counter(type(fact).__name__ for fact in month.facts)
    cents = sum(sum(parts.values()) for parts in paid.values())
    people = sum(len(office.people) for office in month.offices)
    print(  # noqa: T201 - the figures of the run are its product
        f"\n{people} people, {len(month.dates())} dates in {seconds:.0f} s: {len(days)} days "
        f"{dict(Counter(one.status for one in days.values()))}; {dict(facts)}; {cents / 100:.2f} paid in all, "
        f"{slips} payslips, postings after them {posted}"
    )
