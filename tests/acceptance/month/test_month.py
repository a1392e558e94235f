"""Days of two branches in March, while New York puts its clocks forward: every day equals a plain computation, and
the ledger is the sum of the days to the cent. The whole month with 200 people is in tests/soak."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime, timedelta
from random import Random

from tests.acceptance.month import check, make, money, people
from tests.acceptance.month.known import Known
from tests.acceptance.month.play import Player
from tests.acceptance.month.stage import Stage, company
from tests.acceptance.month.world import Month

FIRST, LAST = date(2026, 3, 4), date(2026, 3, 12)


def test_every_day_and_cent_and_corrections_afterwards(app, freeze, monkeypatch, capsys) -> None:
    to_the_cent(make.month(4, FIRST, LAST, reps=24, places=8), freeze, monkeypatch, capsys)


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
    player = Player(stage, freeze, lambda at: look(stage, month, at))
    player.play(monkeypatch)
    known = Known(month, month.over)
    days, paid = money.worth(month, known)
    check.days_equal(stage, known, days)
    check.money_equals(stage, paid)
    corrected = settle_again(player, month, known, paid)
    with capsys.disabled():
        report(month, days, paid, corrected, time.monotonic() - began)


def look(stage: Stage, month: Month, at: datetime) -> None:
    """Every morning: also days that still wait for a device or for a person."""
    since = at.date() - timedelta(days=6)
    check.days_equal(stage, Known(month, at, since), since=since)


def settle_again(player: Player, month: Month, known: Known, paid: check.Parts) -> int:
    """One in twenty late days is corrected, and exactly the difference is posted."""
    facts = people.corrections(month, known, Random(5))
    newest = check.newest_txn()
    month.facts += facts
    player.play_more(facts)
    known = Known(month, facts[-1].at)
    days, after = money.worth(month, known)
    check.days_equal(player.stage, known, days)
    check.money_equals(player.stage, after)
    changed = check.differences(paid, after)
    assert changed
    assert check.posted_since(player.stage, newest) == changed
    return sum(changed.values())


def report(month: Month, days, paid, corrected: int, seconds: float) -> None:
    facts = Counter(type(fact).__name__ for fact in month.facts)
    cents = sum(sum(parts.values()) for parts in paid.values())
    people = sum(len(office.people) for office in month.offices)
    print(  # noqa: T201 - the figures of the run are its product
        f"\n{people} people, {len(month.dates())} dates in {seconds:.0f} s: {len(days)} days "
        f"{dict(Counter(one.status for one in days.values()))}; {dict(facts)}; {cents / 100:.2f} paid in all, "
        f"{corrected} postings after corrections"
    )
