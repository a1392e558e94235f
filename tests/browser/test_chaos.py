"""Two people on one phone, at random: twenty short runs; tests/soak has longer ones with a killed server."""

from __future__ import annotations

import pytest

from tests.browser.chaos import Shared
from tests.support import browsers

ACTS = 7


@pytest.mark.parametrize("seed", range(20))
def test_nothing_tapped_is_lost_doubled_or_somebody_elses(context, stack, watch, seed: int) -> None:
    """T18, T22"""
    watch.allow("net::ERR_|status of 5|status of 4")
    Shared(stack, context(browsers.PHONE), seed).run(ACTS)
