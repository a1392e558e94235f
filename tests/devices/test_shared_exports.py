"""De-identified real exports through the real road; what every one of them holds is known to the line."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.devices.road import bring, punches
from webapp.core import clock
from webapp.core.db import db
from webapp.devices import queries
from webapp.devices.adapters.file import detect
from webapp.devices.adapters.file.preview import preview
from webapp.devices.models import BadLine, RawPunch

FOLDER = Path(os.environ.get("ONSITE_ACCEPTANCE_DATA", Path(__file__).parents[3] / "shared" / "data")) / "devices"
# file: (format, answers, punches, users, held, bad)
HELD: dict[str, tuple[str, dict[str, str], int, int, dict[str, int], dict[str, int]]] = {
    "a_1_attlog.dat": ("attlog", {}, 4506, 26, {}, {}),
    "b_1_attlog.dat": ("attlog", {}, 11902, 90, {}, {}),
    "c_1_attlog_crlf.dat": ("attlog", {}, 5567, 135, {}, {}),
    "d_damaged_rows_attlog.dat": ("attlog", {}, 6, 5, {"future": 4, "reset": 2}, {"damaged": 347, "pin": 5}),
    "e_attlog_5col.dat": ("attlog5", {"third": "device"}, 560, 18, {}, {}),
    "f_1_attlog_status255.dat": ("attlog", {}, 14359, 11, {"reset": 21}, {"time": 1}),
    "g_AGL_001.TXT": ("agl", {}, 1314, 44, {}, {}),
    "h_AGL_001_ampm.TXT": ("agl", {"order": "mdy"}, 9, 2, {}, {}),
    "i_GLG_001_mdY.TXT": ("agl", {}, 13, 5, {}, {}),
}

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the real exports are not at {FOLDER}"),
    pytest.mark.parametrize("db_url", ["sqlite"], indirect=True),
]


@pytest.mark.parametrize("name", HELD)
def test_a_real_export(app: Any, name: str) -> None:
    kind, answers, count, users, held, bad = HELD[name]
    body = (FOLDER / name).read_bytes()
    door = factories.terminal(factories.branch())
    assert detect(body) == kind
    asked = preview(body, None, {}, {}, door.timezone, clock.now()).open
    assert [question.code for question in asked] == list(answers), "it is asked what the file does not say, no more"
    request_id, _ = bring(door, body, answers=answers)
    found = queries.file_imported([door.branch_id], request_id)
    assert found is not None
    assert (found.lines, found.new, found.bad, found.skipped) == (count, count, sum(bad.values()), 0)
    assert len({pin for pin, _ in punches(door)}) == users
    assert _counts(RawPunch.quality, RawPunch.state == "held") == held
    assert _counts(BadLine.reason, BadLine.terminal_id == door.id) == bad


def test_the_same_rows_shuffled_and_cut_differently_are_the_same_punches(app: Any) -> None:
    body = (FOLDER / "b_1_attlog.dat").read_bytes()
    branch = factories.branch()
    whole, parts = factories.terminal(branch), factories.terminal(branch)
    bring(whole, body)
    rows = body.splitlines(keepends=True)
    for start in (2, 0, 1, 2):
        bring(parts, b"".join(reversed(rows[start::3])) + b"".join(rows[:50]))
    assert punches(parts) == punches(whole)


def _counts(column: Any, which: Any) -> dict[str, int]:
    query = select(column, func.count()).where(which).group_by(column)
    return dict(Counter({row[0]: row[1] for row in db.session.execute(query)}))
