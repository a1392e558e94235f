"""HR and the evidence of check-ins: weights, what the drawer says, a person's history; and what the rep reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.attendance.days import ON, Field, arrive, evidence, field
from webapp.attendance import service
from webapp.attendance.models import AttendanceException
from webapp.attendance.rules import Fix
from webapp.attendance.rules.signals import WEIGHTS
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.people.models import Branch

DAY = timedelta(days=1)


@pytest.fixture
def f(app: Any, freeze: Any) -> Field:
    freeze("2026-03-04T12:00+08:00")
    return field()


@pytest.fixture
def hr(f: Field, client_as: Any) -> Any:
    return client_as(factories.employee(f.branch, "hr"))


def frozen(f: Field, days: int = 3) -> int:
    """The same coordinates day after day; the question to HR."""
    for n in range(days):
        at = f.moment("09:00", ON + n * DAY)
        arrive(f, "09:00", on=ON + n * DAY, said=evidence(f.shop, at, fix=Fix(31.2304777, 121.4737521, 11.3, at)))
        service.scan(pairs=[(f.rep.id, ON + n * DAY)], at=at)
    return db.session.query(AttendanceException.id).filter_by(kind="signals").scalar()


def form(f: Field, **changes: Any) -> dict[str, Any]:
    db.session.expire_all()
    weights = {f"weight_{code}": str(weight) for code, weight in WEIGHTS.items()}
    version = db.session.get_one(Branch, f.branch.id).version
    return {"threshold": "50", "kmh": "200", "on": list(WEIGHTS), "version": version, **weights, **changes}


def test_weights_are_changed_on_record_and_by_version(f: Field, hr: Any) -> None:
    page = f"/hr/settings/{f.branch.id}/signals"
    assert "Exactly the same position on several days" in hr.get(page).text
    sent = form(f, threshold="60", weight_repeat="30", on=[code for code in WEIGHTS if code != "photo"])
    assert hr.post(page, data=sent).status_code == 303
    db.session.expire_all()
    entry = db.session.query(AuditEntry).one()
    assert entry.before == {"signals_threshold": 50, "weight_repeat": 50, "signals_off": []}
    assert entry.after == {"signals_threshold": 60, "weight_repeat": 30, "signals_off": ["photo"]}
    told = hr.get("/hr/audit").text
    assert "Signals not looked at" in told
    assert "A photo that was sent before" in told
    stale = hr.post(page, data={**sent, "threshold": "70"})
    assert stale.status_code == 422
    assert "Somebody changed this" in stale.text


@pytest.mark.parametrize(
    ("field_", "value", "text"),
    [
        ("threshold", "5", "At least 10."), ("threshold", "", "Fill this in."), ("kmh", "5000", "At most 1000."),
        ("weight_travel", "101", "At most 100."), ("weight_travel", "much", "Write a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(f: Field, hr: Any, field_: str, value: str, text: str) -> None:
    answer = hr.post(f"/hr/settings/{f.branch.id}/signals", data=form(f, **{field_: value}))
    assert answer.status_code == 422
    assert text in answer.text


def test_a_branch_of_others_has_no_page(f: Field, hr: Any) -> None:
    other = factories.branch()
    assert hr.get(f"/hr/settings/{other.id}/signals").status_code == 404
    assert hr.post(f"/hr/settings/{other.id}/signals", data=form(f)).status_code == 404


def test_the_drawer_says_what_speaks_against_it_and_what_for_it(f: Field, hr: Any) -> None:
    page = hr.get(f"/hr/inbox/{frozen(f)}").text
    assert "The position is exactly the same on 3 different days." in page
    assert "The position was found for this tap, 0 s before it." in page
    assert "HR is asked from 50 on" in page
    assert "Signals prove nothing." in page
    assert "signals sum up to 50" in hr.get("/hr/inbox?kind=signals").text


def test_a_colleague_is_named_to_hr_and_not_to_the_rep(f: Field, hr: Any, client_as: Any) -> None:
    other = factories.employee(f.branch, name="Wang Fang")
    fix = Fix(31.2304777, 121.4737521, 11.3, f.moment("09:00"))
    from tests.attendance.test_scan import of

    arrive(of(f, other), "09:00", said=evidence(f.shop, fix.at, fix=fix))
    arrived = arrive(f, "09:01", said=evidence(f.shop, f.moment("09:01"), fix=fix))
    service.scan(pairs=[(other.id, ON), (f.rep.id, ON)], at=f.moment("09:02"))
    asked = db.session.query(AttendanceException.id).filter_by(kind="signals").scalar()
    assert "Wang Fang" in hr.get(f"/hr/inbox/{asked}").text
    visit = client_as(f.rep).get(f"/visits/{arrived.visit_id}").text
    assert "HR looks at this check-in, then it counts." in visit
    assert "exactly those of a colleague" in visit
    assert "Wang Fang" not in visit


def test_decisions_give_the_rate_of_false_alarms_and_the_history(f: Field, hr: Any, app: Any) -> None:
    asked = frozen(f)
    hr.post(f"/hr/inbox/{asked}/decide", data={"decision": "approved", "seq": "0"})
    page = hr.get(f"/hr/settings/{f.branch.id}/signals?days=30").text
    assert "100 %" in page
    assert "1/1" in page
    history = hr.get(f"/hr/people/{f.rep.id}/signals").text
    assert "The position is exactly the same on 3 different days." in history
    assert "Approved" in history
    assert f'href="/hr/people/{f.rep.id}/signals"' in hr.get(f"/hr/people/{f.rep.id}").text


def test_new_weights_withdraw_what_is_not_decided(f: Field, hr: Any) -> None:
    """Through the outbox, as the job takes it."""
    from jobs.settlement import day_changed
    from webapp.core import outbox

    asked = frozen(f)
    assert hr.post(f"/hr/settings/{f.branch.id}/signals", data=form(f, threshold="51")).status_code == 303
    items = do(outbox.claim, at=clock.now(), limit=50, bulk_limit=50)
    day_changed([item for item in items if item.topic == "day_changed"])
    db.session.expire_all()
    assert db.session.get_one(AttendanceException, asked).state == "withdrawn"
