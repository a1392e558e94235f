"""Two people change the same rosters at the same moment: both are done, one after the other, and both are on record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories as make
from tests.sites.test_service import signed
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.core.errors import DomainError
from webapp.people.models import Branch, Employee
from webapp.schedules import service
from webapp.schedules.models import RosterDay
from webapp.schedules.rules import Swap

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
MONDAY, NEXT = date(2026, 3, 2), date(2026, 3, 9)
WEEK = [NEXT + timedelta(days=n) for n in range(7)]


@pytest.fixture
def branch(app: Flask) -> Branch:
    return make.branch(workdays=[1, 2, 3, 4, 5])


@pytest.fixture
def people(branch: Branch) -> list[Employee]:
    return [make.employee(branch) for _ in range(12)]


@pytest.fixture
def office(branch: Branch) -> list[Employee]:
    return [make.employee(branch, "hr") for _ in range(2)]


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """What each of them gave, or the code it was refused with; nobody waits for ever."""
    start, told = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                told[number] = acts[number]()
            except DomainError as error:
                told[number] = error.code  # type: ignore[call-overload]
            except Exception as error:  # noqa: BLE001 - told by the assertions
                told[number] = error  # type: ignore[call-overload]
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return told


def rosters(people: list[Employee]) -> dict[tuple[int, date], str]:
    rows = db.session.execute(select(RosterDay.employee_id, RosterDay.work_date, RosterDay.kind))
    found = {(row[0], row[1]): row[2] for row in rows if row[0] in {one.id for one in people}}
    db.session.remove()
    return found


def trail(action: str) -> list[AuditEntry]:
    found = list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))
    db.session.remove()
    return found


def test_a_pattern_and_a_copied_week_over_the_same_people(
    app: Flask, branch: Branch, people: list[Employee], office: list[Employee]
) -> None:
    one, other = (signed(who) for who in office)
    ids = [who.id for who in people]
    for who in ids:
        do(service.set_day, by=None, employee_id=who, work_date=MONDAY, kind="rest", at=NOW)
    steps = [("work", None)] * 6 + [("rest", None)]
    known = {"by": one, "branch_id": branch.id, "name": "Six and one", "steps": steps, "at": NOW}
    pattern = do(service.create_pattern, **known)
    laying = service.Laying(pattern, dict.fromkeys(ids, 0), WEEK[0], WEEK[-1], replace=True)
    seen = do(service.try_pattern, by=one, laying=laying, at=NOW).digest

    def lay() -> Any:
        return do(service.apply_pattern, by=one, laying=laying, digest=seen, at=NOW)

    def copy() -> Any:
        week = {"from_monday": MONDAY, "to_monday": NEXT, "at": NOW}
        return do(service.copy_week, by=other, people=ids[::-1], **week)

    laid, copied = at_once(app, lay, copy)
    if laid == "pattern_moved":  # the copy was faster: what was looked at is not what would change any more
        assert copied == (12, 0)
        assert {rosters(people)[who, NEXT] for who in ids} == {"rest"}
        assert _again(one, laying) == 84
    else:
        assert (laid, copied) == (84, (0, 12))
    found = rosters(people)
    assert {pair: found[pair] for pair in found if pair[1] >= NEXT} == {
        (who, on): "rest" if on == WEEK[-1] else "work" for who in ids for on in WEEK
    }
    assert len(trail("roster.patterned")) == 12
    assert len(trail("roster.copied")) == (12 if laid == "pattern_moved" else 0)


def _again(by: Any, laying: Any) -> int:
    seen = do(service.try_pattern, by=by, laying=laying, at=NOW).digest
    return int(do(service.apply_pattern, by=by, laying=laying, digest=seen, at=NOW))


def test_clearing_days_and_writing_them_in_opposite_order(
    app: Flask, people: list[Employee], office: list[Employee]
) -> None:
    one, other = (signed(who) for who in office)
    ids = [who.id for who in people]
    for who in ids:
        do(service.set_day, by=None, employee_id=who, work_date=MONDAY, kind="rest", at=NOW)
        do(service.set_day, by=None, employee_id=who, work_date=NEXT, kind="rest", at=NOW)
    span = {"first_on": NEXT, "last_on": WEEK[-1], "at": NOW}

    def clear() -> Any:
        return do(service.clear_roster, by=one, people=ids, **span)

    def copy() -> Any:
        return do(service.copy_week, by=other, people=ids[::-1], from_monday=MONDAY, to_monday=NEXT, at=NOW)

    cleared, copied = at_once(app, clear, copy)
    there = {pair for pair in rosters(people) if pair[1] == NEXT}
    assert cleared == 12
    assert copied in ((12, 0), (0, 12))
    assert len(there) == copied[0], "what was copied after the clearing is there, what was kept before it is gone"
    assert len(trail("roster.cleared")) == 12
    assert len(trail("roster.copied")) == copied[0]


def test_a_swap_is_approved_while_a_colleague_clears_its_days(
    app: Flask, people: list[Employee], office: list[Employee]
) -> None:
    one, other = (signed(who) for who in office)
    asker, colleague = people[:2]
    work_on, rest_on = NEXT, WEEK[5]
    do(service.set_day, by=None, employee_id=asker.id, work_date=work_on, kind="work", at=NOW)
    do(service.set_day, by=None, employee_id=colleague.id, work_date=work_on, kind="rest", at=NOW)
    swap = Swap(asker.id, colleague.id, work_on, None)
    asked = do(service.ask_swap, rep=signed(asker), swap=swap, client_id=str(uuid4()), at=NOW)
    do(service.answer_swap, rep=signed(colleague), swap_id=asked, agrees=True, at=NOW)
    version = 2
    ids = [colleague.id, asker.id]

    def approve() -> Any:
        return do(service.decide_swap, by=one, swap_id=asked, decision="approved", version=version, at=NOW)

    def clear() -> Any:
        return do(service.clear_roster, by=other, people=ids, first_on=work_on, last_on=rest_on, at=NOW)

    approved, cleared = at_once(app, approve, clear)
    assert isinstance(cleared, int), cleared
    assert cleared > 0
    assert rosters(people) == {}
    assert trail("roster.cleared")
    swapped = trail("roster.swapped")
    assert bool(swapped) == (approved == "approved"), (approved, swapped)
    if not swapped:
        assert approved == "swap_busy", "without their rest day the colleague works then"
