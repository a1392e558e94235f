"""Two people on one phone, at random and for longer, with a server that is really killed: ONSITE_SEED=… make soak."""

from __future__ import annotations

import pytest

from tests.browser.chaos import Shared
from tests.browser.conftest import (
    _whole_stack,
    browser,
    chromium_path,
    context,
    playwright,
    watch,
)
from tests.browser.conftest import stack as phone_stack
from tests.support import browsers

__all__ = ["_whole_stack", "browser", "chromium_path", "context", "phone_stack", "playwright", "watch"]
pytestmark = [pytest.mark.browser, pytest.mark.soak]

ROUNDS, ACTS = 200, 14


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_tapped_is_lost_doubled_or_somebody_elses(context, stack, watch, first_seed: int, number: int) -> None:  # noqa: F811
    """T18, T22: every tenth round with a server process that is killed and started."""
    seed = first_seed + number
    print(f"ONSITE_SEED={first_seed}, round {number}: seed {seed}")  # noqa: T201 - shown when it fails
    watch.allow("net::ERR_|status of 5|status of 4")
    server = (stack.kill_web_family, stack.start_web) if number % 10 == 0 else None
    Shared(stack, context(browsers.PHONE), seed, server).run(ACTS)
