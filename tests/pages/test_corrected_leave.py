"""A day corrected to leave: the rep says of which kind, HR sees what is left of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.attendance.days import ON, Field, field
from webapp.attendance.models import AttendanceException
from webapp.core.db import db, transaction
from webapp.schedules.models import Leave, LeaveType

ASK = f"/visits/days/{ON}/ask"


@pytest.fixture
def f(app: Any, freeze: Any) -> Field:
    made = field()
    freeze(made.moment("20:00"))
    with transaction() as conn:
        conn.execute(update(LeaveType).where(LeaveType.code == "annual").values(yearly_halves=20))
    return made


def test_asked_for_seen_and_taken(f: Field, client_as: Any) -> None:
    rep, desk = client_as(f.rep), client_as(factories.employee(f.branch, "hr"))
    form = rep.get(ASK).text
    assert ("Kind of leave" in form, ">Sick leave</option>" in form) == (True, True)
    bad = rep.post(ASK, data={"kind": "leave", "note": "Doctor", "leave_kind": "gone"})
    assert (bad.status_code, ">Doctor</textarea>" in bad.text) == (422, True)
    assert rep.post(ASK, data={"kind": "leave", "note": "Doctor", "leave_kind": "annual"}).status_code == 303
    db.session.remove()
    number = db.session.scalar(select(AttendanceException.id))
    assert f"Asks for leave: Annual leave, 10 days left in {ON.year}" in desk.get(f"/hr/inbox/{number}").text
    desk.post(f"/hr/inbox/{number}/decide", data={"decision": "approved", "seq": 0})
    assert "9 days" in rep.get("/me/leave").text
    leave = db.session.scalar(select(Leave.id))
    answer = desk.post(f"/hr/schedule/leave/{leave}/cancel", data={"reason": "x"}, follow_redirects=True)
    assert (answer.request.path, "Open the correction again" in answer.text) == (f"/hr/inbox/{number}", True)
    assert "9 days" in rep.get("/me/leave").text
    desk.post(f"/hr/inbox/{number}/reopen", data={"reason": "Came after all", "seq": 1})
    db.session.remove()
    assert db.session.scalars(select(Leave)).one().cancelled_at is not None
    assert "10 days" in rep.get("/me/leave").text
