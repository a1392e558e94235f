"""Figures are the same on every database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from math import ceil

import pytest
from sqlalchemy import literal, select

from webapp.core.db import UTCDateTime, conn
from webapp.core.figures import MEDIAN, NINETY, epoch, nearest, share


@pytest.mark.parametrize("values", [[7], [1, 2], [5, 1, 3], [4, 1, 3, 2], [*range(10, 0, -1)], [2, 2, 2, 9], []])
def test_percentiles_by_nearest_rank(values):
    ordered = sorted(values)
    said = [ordered[ceil(percent / 100 * len(ordered)) - 1] if ordered else None for percent in (50, 90)]
    assert [nearest(Counter(values), percent) for percent in (MEDIAN, NINETY)] == said


@pytest.mark.parametrize("micro", [0, 400_000, 999_999])
def test_parts_of_a_second_are_cut_off(app, micro):
    at = datetime(2026, 3, 9, 23, 59, 59, micro, UTC)
    assert conn().scalar(select(epoch(literal(at, UTCDateTime())))) == 1773100799


def test_a_share_of_nothing_is_unknown():
    assert share(1, 4) == 0.25
    assert share(0, 4) == 0.0
    assert share(0, 0) is None
    assert share(None, None) is None
