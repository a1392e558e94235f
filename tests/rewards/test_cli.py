"""flask settle."""

from __future__ import annotations

from flask import Flask

from tests.rewards.test_settle import available
from tests.rewards.world import MONDAY, World
from tests.support.clockwork import Frozen


def test_settles_what_is_due_and_says_so(app: Flask, freeze: Frozen) -> None:
    world = World(reps=2)
    world.works(MONDAY)
    freeze(world.morning_after(MONDAY))
    first = app.test_cli_runner().invoke(args=["settle"])
    assert first.exit_code == 0, first.output
    assert f"{world.branch.code}: settled through 2026-03-02, 2 rep-days, ¥200.00 posted" in first.output
    again = app.test_cli_runner().invoke(args=["settle", "--branch", world.branch.code, "--through", "2027-01-01"])
    assert "0 rep-days" in again.output
    assert available(world) == 10000


def test_an_unknown_branch_is_an_error(app: Flask) -> None:
    World()
    answer = app.test_cli_runner().invoke(args=["settle", "--branch", "NOPE"])
    assert (answer.exit_code, "no branch NOPE" in answer.output) == (1, True)
