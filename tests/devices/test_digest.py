"""From raw punches to punches of people and their days: whose, when, once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.devices.world import LATER, ON, World, day_of, punches, states, world
from webapp.core.db import do
from webapp.devices import service


@pytest.fixture
def w(app: Any) -> World:
    return world()


def test_a_punch_makes_the_day(w: World) -> None:
    rep = w.rep("7")
    w.send("08:55", "18:02")
    day = day_of(rep)
    assert day is not None
    assert (day.status, day.sources, day.present, day.complete) == ("normal", "device", True, True)
    assert (day.first_in, day.last_out) == (w.moment("08:55"), w.moment("18:02"))
    assert [row[3:] for row in punches(rep)] == [(w.shop.id, "counted")] * 2


def test_an_unknown_id_waits_and_nobody_gets_a_day(w: World) -> None:
    w.send("08:55", pin="99")
    assert (states(), punches()) == (["unmapped"], [])


def test_a_reused_id_is_whose_it_was_then(w: World) -> None:
    """F-uF302: codes are given to others."""
    before, after = w.rep(), w.rep()
    w.hold("7", before, date(2026, 1, 1), ON)
    w.hold("7", after, ON + timedelta(days=1))
    w.send("08:55", "2026-03-03 08:56:00")
    assert [(row[0], row[1]) for row in punches()] == [(before.id, ON), (after.id, ON + timedelta(days=1))]


def test_the_device_comes_before_the_branch(w: World) -> None:
    usual, there = w.rep("7"), w.rep()
    w.hold("7", there, date(2026, 1, 1), door=w.door)
    w.send("08:55")
    assert [row[0] for row in punches()] == [there.id]
    assert day_of(usual) is None


def test_leading_zeros_are_one_id_and_a_collision_is_never_guessed(w: World) -> None:
    w.rep("7")
    w.send("08:55", pin="7")
    w.rep("7")
    w.send("09:00", pin="7")
    assert states() == ["mapped", "unmapped"]


def test_a_leaver_holds_nothing(w: World) -> None:
    w.rep("7", left_on=ON - timedelta(days=1))
    w.send("08:55")
    assert states() == ["unmapped"]


def test_digesting_again_changes_nothing(w: World) -> None:
    rep = w.rep("7")
    w.send("08:55", "08:55:20", "18:02")
    before, day = punches(), day_of(rep)
    assert [row[4] for row in before] == ["counted", "repeat", "counted"]
    assert do(service.rebuild, terminal_id=w.door.id, first=ON, last=ON, at=LATER) == 3
    assert states() == ["new"] * 3
    w.digest(limit=1)
    assert (punches(), day_of(rep), states()) == (before, day, ["mapped"] * 3)
