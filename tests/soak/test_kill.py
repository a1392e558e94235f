"""Fifty rounds of the crash tests at other moments every time; a failure names its seed: ONSITE_SEED=… make soak."""

from __future__ import annotations

import pytest

from tests.crash.books import everything_once
from tests.crash.chaos import Round
from tests.support.clockwork import Frozen
from tests.support.stack import Stack

pytestmark = [pytest.mark.crash, pytest.mark.soak]

ROUNDS = 25


@pytest.mark.parametrize("number", range(ROUNDS))
def test_whatever_is_killed_everything_happens_once(stack: Stack, freeze: Frozen, first_seed: int, number: int) -> None:
    """T28: with each database."""
    seed = first_seed + number
    print(f"ONSITE_SEED={first_seed}, round {number}: seed {seed}")  # noqa: T201 - shown when it fails
    everything_once(Round(stack, freeze, seed).run())
