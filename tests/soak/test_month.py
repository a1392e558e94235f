"""The whole month: 200 people, 20 stores, two branches; March with New York, October with Berlin."""

from __future__ import annotations

from datetime import date

import pytest

from tests.acceptance.month import make
from tests.acceptance.month.test_month import to_the_cent

pytestmark = [pytest.mark.soak]


@pytest.mark.parametrize(
    ("seed", "first", "last", "abroad"),
    [(2026, date(2026, 3, 1), date(2026, 3, 31), "NY"), (1026, date(2026, 10, 1), date(2026, 10, 31), "BE")],
)
def test_two_hundred_people(app, freeze, monkeypatch, capsys, seed, first, last, abroad) -> None:
    month = make.month(seed, first, last, reps=200, places=20, abroad=abroad)
    to_the_cent(month, freeze, monkeypatch, capsys)
