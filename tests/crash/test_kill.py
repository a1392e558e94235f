"""kill -9 of the worker and of the web, and a wiped Redis, at random moments: nothing is lost, nothing doubled."""

from __future__ import annotations

import pytest

from tests.crash.books import everything_once
from tests.crash.chaos import Round
from tests.support.clockwork import Frozen
from tests.support.stack import Stack

pytestmark = pytest.mark.crash


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_everything_happens_once(stack: Stack, freeze: Frozen, seed: int) -> None:
    """T28: 200 rep-days settle and 60 check-ins arrive meanwhile; with each database."""
    everything_once(Round(stack, freeze, seed).run())
