"""Any split, order and repetition of an export gives the same punches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.devices.exports import attlog
from tests.devices.road import bring, punches

_LINES = st.builds(
    "{:>9}\t2026-{:02}-{:02} {:02}:{:02}:00\t1\t{}\t1\t0".format,
    st.integers(1, 9), st.integers(1, 3), st.integers(1, 28), st.integers(7, 9), st.integers(0, 59), st.integers(0, 1),
)  # fmt: skip


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(_LINES, min_size=1, max_size=30), data=st.data())
def test_splits_orders_and_repetitions(app: Any, lines: list[str], data: Any) -> None:
    branch = factories.branch()
    whole, parts = factories.terminal(branch), factories.terminal(branch)
    bring(whole, attlog(*lines), kind="attlog")
    mixed = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines), max_size=10))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(mixed)), max_size=3)))
    for start, end in zip([0, *cuts], [*cuts, len(mixed)], strict=True):
        if start < end:
            bring(parts, attlog(*mixed[start:end]), kind="attlog")
    assert punches(parts) == punches(whole)
    assert len(punches(whole)) == len({line[:29] for line in lines})
