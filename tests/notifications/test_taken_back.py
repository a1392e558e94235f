"""An instant reward that leaves the wallet again says so, why, and leads to the entry."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.rewards.world import MONDAY, World
from tests.wallet.people import signed_in
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException, CheckIn
from webapp.attendance.service.days import rebuild_days
from webapp.core.db import db, do
from webapp.core.i18n import LANGUAGES, force_locale
from webapp.notifications.queries import lines, plain_body
from webapp.rewards import service
from webapp.rewards.rules.plan import why_less
from webapp.sales import service as sales
from webapp.wallet.models import Entry

EARNED = "You earned ¥50.00: Full attendance and sales target, Mon 2 Mar."


@pytest.fixture
def world(app: Any) -> World:
    """A reward was posted in the evening of its day."""
    made = World()
    made.works(MONDAY, at=made.at(MONDAY, 18))
    sold(made, 5)
    assert texts(made) == [EARNED]
    return made


def sold(world: World, amount: int) -> None:
    figure = {"employee_id": world.rep.id, "work_date": MONDAY, "amount": amount, "target": 5, "source": "api"}
    do(sales.record_figure, by=None, at=world.at(MONDAY, 19), **figure)
    changed(world)


def changed(world: World) -> None:
    service.take_changes(pairs=[(world.rep.id, MONDAY)], at=world.at(MONDAY, 20))


def asked(world: World) -> int:
    """Somebody is asked about the day, as the job opens it when evidence comes later."""
    arrival = db.session.scalar(select(CheckIn.id).where(CheckIn.kind == "in"))
    known = {"employee_id": world.rep.id, "branch_id": world.branch.id, "work_date": MONDAY, "kind": "signals"}
    known |= {"dedup_key": f"signals|{arrival}", "check_in_id": arrival, "opened_at": world.at(MONDAY, 19)}
    more = {"params": {}, "state": "open", "state_seq": 0}
    made = factories.save(AttendanceException(**known, **more)).id
    do(rebuild_days, pairs=[(world.rep.id, MONDAY)], at=world.at(MONDAY, 19))
    changed(world)
    return made


def newest(world: World) -> Any:
    db.session.remove()
    return lines(world.rep.id, page=1).rows[0]


def texts(world: World) -> list[str]:
    db.session.remove()
    return [row.text for row in lines(world.rep.id, page=1).rows]


def test_because_somebody_looks_at_it_first(world: World) -> None:
    asked(world)
    changed(world)
    line = newest(world)
    assert texts(world)[1:] == [EARNED]
    assert line.text == (
        "¥50.00 left your wallet again: Full attendance and sales target, Mon 2 Mar. Somebody looks at it first: "
        "Evidence to check. Once approved, it comes back."
    )
    entry = db.session.scalar(select(func.max(Entry.txn_id)))
    assert line.link == f"/wallet/{entry}"


def test_the_lock_screen_says_no_amount(world: World) -> None:
    asked(world)
    line = newest(world)
    quiet = plain_body(line.code, line.params)
    assert quiet.startswith("A reward left your wallet again: ")
    assert "¥" not in quiet


def test_approved_it_is_earned_again(world: World) -> None:
    issue, hr = asked(world), signed_in(factories.employee(world.branch, "hr"))
    do(attendance.decide, by=hr, exception_id=issue, decision="approved", reason="", at=world.at(MONDAY, 21))
    changed(world)
    assert texts(world)[0] == EARNED
    assert len([text for text in texts(world) if text == EARNED]) == 2


def test_because_the_figure_was_corrected(world: World) -> None:
    sold(world, 4)
    line = newest(world)
    assert line.text == (
        "¥50.00 left your wallet again: Full attendance and sales target, Mon 2 Mar. "
        "Target not met: sold ¥0.04, target ¥0.05."
    )
    assert "¥" not in plain_body(line.code, line.params)
    with force_locale(LANGUAGES["zh"]):
        assert "left" not in newest(world).text


def test_the_page_it_leads_to_explains_it(world: World, client_as: Any) -> None:
    sold(world, 4)
    page = client_as(world.rep).get(newest(world).link)
    assert page.status_code == 200
    assert "Target not met" in page.text


def test_the_reason_is_that_of_what_was_paid() -> None:
    paid = ["visit_effective", {"visit_id": 2}, 5000]
    open_one = ["visit_open", {"visit_id": 1}, 0]
    lost = ["visit_outside", {"visit_id": 2, "time": "10:00"}, 0]
    assert why_less([open_one, paid], [open_one, lost]) == ["visit_outside", {"visit_id": 2, "time": "10:00"}]
    assert why_less([["target_met", {}, 1]], [["target_late", {}, 0]]) == ["target_late", {}]
    assert why_less(None, [["allowance_share", {"late": 3}, 50]]) == ["allowance_share", {"late": 3}]
