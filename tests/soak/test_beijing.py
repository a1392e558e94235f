"""The Beijing days with every tenth fix, about 19 500 check-ins, on each database."""

from __future__ import annotations

import pytest

from tests.acceptance.test_beijing import stack, to_the_cent

__all__ = ["stack"]
pytestmark = [pytest.mark.acceptance, pytest.mark.soak]


def test_every_tenth_fix(stack, db_url, freeze, capsys) -> None:  # noqa: F811
    to_the_cent(stack, db_url, freeze, capsys, every=10)
