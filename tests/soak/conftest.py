"""What the long runs share: the stack that is killed, and a seed that is another one every time."""

from __future__ import annotations

import os
import random

import pytest

from tests.crash.conftest import stack

__all__ = ["stack"]


@pytest.fixture(scope="session")
def first_seed() -> int:
    return int(os.environ.get("ONSITE_SEED") or random.SystemRandom().randrange(1_000_000))
