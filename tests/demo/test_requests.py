"""What the demo's people ask of the roster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.clockwork import Frozen
from webapp.core.db import db
from webapp.demo import company, fill
from webapp.demo.plan import Story
from webapp.people.models import Delegation
from webapp.schedules.models import LeaveRequest, RosterPattern, RosterTold, SwapRequest

NOW = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)
ASKING = ("R001", "R002", "R003", "R005", "R006", "R026", "R027", "R029")


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_no_page_of_requests_is_empty(make_app: Callable[..., Flask], freeze: Frozen) -> None:
    freeze(NOW)
    with make_app(DEMO=True).app_context():
        assert company.prepare(Story(NOW, days=2, reps=ASKING))
        assert fill.fill()
        leave = db.session.execute(select(LeaveRequest.state, LeaveRequest.step).order_by(LeaveRequest.id)).all()
        assert [tuple(row) for row in leave] == [("open", 0), ("open", 0), ("open", 1)]
        for model, least in ((SwapRequest, 1), (RosterPattern, 2), (RosterTold, 40), (Delegation, 1)):
            assert (db.session.scalar(select(func.count()).select_from(model)) or 0) >= least, model
