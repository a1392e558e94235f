"""What a device counts against what we have."""

from __future__ import annotations

from datetime import date

from webapp.devices.rules.reconcile import LOOK_BACK, Day, compared, days_to_compare, to_ask

TODAY = date(2026, 3, 31)


LAST = [date(2026, 3, 30), date(2026, 3, 29), date(2026, 3, 28)]


def test_all_days_are_compared_only_when_the_device_holds_more() -> None:
    assert days_to_compare(100, 100, TODAY) == LAST
    assert days_to_compare(100, 90, TODAY) == LAST, "devices delete, we do not"
    assert days_to_compare(100, None, TODAY) == LAST
    days = days_to_compare(100, 101, TODAY)
    assert (days[0], days[-1], len(days)) == (TODAY, date(2026, 3, 1), LOOK_BACK)
    assert days_to_compare(100, 101, TODAY, settled=1) == LAST, "the difference was looked into and is there for good"
    assert days_to_compare(100, 102, TODAY, settled=1)


def test_days_with_more_on_the_device_are_asked_for() -> None:
    first, second, third, fourth = (date(2026, 3, day) for day in (1, 2, 3, 4))
    found = compared({first: 5, second: 5, third: 5}, {first: 5, second: 7, third: 3, fourth: 1}, {fourth: 1})
    assert [(day.on, day.missing) for day in found] == [(first, 0), (second, 2), (third, 0), (fourth, 1)]
    assert to_ask(found) == [second]
    assert to_ask([Day(first, 5, None)]) == [], "a device that does not say is not asked"
    assert to_ask([Day(first, 5, 7, settled=6)]) == [first], "it has more than when it was looked into"
