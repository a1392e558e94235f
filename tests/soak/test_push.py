"""Backlogs of terminals at other moments every time; a failure names its seed: ONSITE_SEED=… make soak."""

from __future__ import annotations

import pytest

from tests.crash.test_push import backlog
from tests.support.clockwork import Frozen
from tests.support.stack import Stack

pytestmark = [pytest.mark.crash, pytest.mark.soak]

ROUNDS = 10


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_backlog_survives_everything(stack: Stack, freeze: Frozen, first_seed: int, number: int) -> None:
    """T28: with each database."""
    seed = first_seed + number
    print(f"ONSITE_SEED={first_seed}, round {number}: seed {seed}")  # noqa: T201 - shown when it fails
    backlog(stack, freeze, seed)
