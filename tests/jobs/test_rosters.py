"""Changed and coming days are told by themselves: once, when the planner is done, and nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from jobs import rosters, sweep
from jobs.schedule import tick
from tests import factories as make
from tests.wallet.people import signed_in
from webapp.core import clock, outbox
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do, transaction
from webapp.core.outbox import Item, OutboxRow
from webapp.notifications.models import Notice
from webapp.people.models import Branch, Employee
from webapp.schedules import queries, service
from webapp.schedules.models import RosterDay, RosterTold
from webapp.schedules.rules import PlannedStop
from webapp.sites import service as sites

TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)
Freeze = Callable[..., Any]


@pytest.fixture
def branch(app: Flask, freeze: Freeze) -> Branch:
    freeze("2026-03-04T10:00+08:00")
    return make.branch()


@pytest.fixture
def rep(branch: Branch) -> Employee:
    return make.employee(branch, name="Li Na")


def policy(branch: Branch, **known: Any) -> None:
    with transaction() as opened:
        opened.execute(update(Branch).where(Branch.id == branch.id).values(roster_policy=known))


def lay(rep: Employee, kind: str | None, on: date = TODAY) -> None:
    do(service.set_day, by=None, employee_id=rep.id, work_date=on, kind=kind, at=clock.now())


def due() -> list[str]:
    """Work through what is due about rosters now, as a drain does; the keys."""
    done = []
    for row in waiting():
        if row.available_at <= clock.now():
            rosters.roster_changed([Item(row.id, row.topic, row.key, row.payload, 1)])
            do(outbox.finish, ids=[row.id], at=clock.now())
            done.append(row.key)
    return done


def waiting() -> list[Any]:
    mine = select(OutboxRow).where(OutboxRow.topic == "roster_changed", OutboxRow.done_at.is_(None))
    rows = list(db.session.scalars(mine.order_by(OutboxRow.id)))
    db.session.remove()
    return rows


def told(rep: Employee) -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Notice).where(Notice.employee_id == rep.id).order_by(Notice.id)).all()
    db.session.remove()
    return [(row.code, row.link) for row in rows]


ONE = ("notice_roster_new_one", f"/plan?day={TODAY}")


def test_a_change_is_told_after_a_quiet_time(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    lay(rep, "rest")
    freeze("2026-03-04T10:06:59+08:00")
    assert (due(), told(rep)) == ([], [])
    freeze("2026-03-04T10:07+08:00")
    assert (due(), told(rep)) == ([str(rep.id)], [ONE])
    kept, entry = db.session.query(RosterTold).one(), db.session.query(AuditEntry).filter_by(action="roster.told").one()
    assert (kept.by, entry.actor_id, entry.after) == (None, None, {"dates": [str(TODAY)]})
    hr = signed_in(make.employee(branch, "hr"))
    assert do(service.publish, by=hr, people=[rep.id], first_on=TODAY, last_on=TODAY, at=clock.now()) == (0, 0)


def test_corrections_ring_once_with_what_came_of_them(rep: Employee, freeze: Freeze) -> None:
    for minute, kind in ((0, "rest"), (5, "work"), (10, "rest"), (15, None), (20, "work"), (25, "rest")):
        freeze(f"2026-03-04T10:{minute:02}+08:00")
        lay(rep, kind)
        assert due() == []
    freeze("2026-03-04T10:30+08:00")
    assert due() == [str(rep.id)], "at the latest half an hour after the first"
    notice = db.session.query(Notice).one()
    assert (notice.code, notice.params["what_line"]) == ("notice_roster_new_one", ["day_rest", {}])


def test_what_is_undone_is_not_told(rep: Employee, freeze: Freeze) -> None:
    lay(rep, "rest")
    freeze("2026-03-04T10:03+08:00")
    lay(rep, None)
    freeze("2026-03-04T10:10+08:00")
    assert (due(), told(rep)) == ([str(rep.id)], [])
    lay(rep, "rest")
    freeze("2026-03-04T10:20+08:00")
    due()
    lay(rep, "work")
    lay(rep, "rest")
    freeze("2026-03-04T10:30+08:00")
    due()
    assert told(rep) == [ONE], "it is again what was told"


def test_told_by_hand_meanwhile_it_rings_no_more(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    lay(rep, "rest")
    hr = signed_in(make.employee(branch, "hr"))
    do(service.publish, by=hr, people=[rep.id], first_on=TODAY, last_on=TODAY, at=clock.now())
    freeze("2026-03-04T10:07+08:00")
    assert (due(), [code for code, _ in told(rep)]) == ([str(rep.id)], ["notice_roster_one"])


def test_a_coming_day_is_told_the_evening_before(rep: Employee, freeze: Freeze) -> None:
    lay(rep, "rest", TODAY + 2 * DAY)
    assert waiting() == []
    for at, begun in (("05T15:59", 0), ("05T16:00", 1), ("05T16:10", 0)):
        freeze(f"2026-03-{at}+08:00")
        assert rosters.evening() == begun
        due()
    assert told(rep) == [("notice_roster_new_one", f"/plan?day={TODAY + 2 * DAY}")]
    freeze("2026-03-06T16:00+08:00")
    assert rosters.evening() == 1
    due()
    assert len(told(rep)) == 1


def test_an_evening_without_a_worker_is_made_up_for(rep: Employee, freeze: Freeze) -> None:
    lay(rep, "rest", TODAY + 3 * DAY)
    for at, begun in (("05T15:50", 0), ("05T16:00", 1), ("06T08:00", 0), ("07T08:00", 1), ("07T08:10", 0)):
        freeze(f"2026-03-{at}+08:00")
        assert rosters.evening() == begun, at
        due()
    assert told(rep) == [("notice_roster_new_one", f"/plan?day={TODAY + 3 * DAY}")], "there was none on the 6th"
    freeze("2026-03-07T16:00+08:00")
    assert rosters.evening() == 1


def test_in_the_evening_whoever_is_being_planned_waits_for_the_end_of_it(rep: Employee, freeze: Freeze) -> None:
    lay(rep, "rest", TODAY + 2 * DAY)
    freeze("2026-03-05T15:58+08:00")
    lay(rep, "work", TODAY + DAY)
    freeze("2026-03-05T16:00+08:00")
    rosters.evening()
    due()
    assert told(rep) == []
    freeze("2026-03-05T16:05+08:00")
    assert due() == [str(rep.id)]
    assert told(rep) == [("notice_roster_new", f"/plan?day={TODAY + DAY}")]


@pytest.mark.parametrize(("days", "number"), [(0, 0), (1, 1), (2, 2), (3, 3)])
def test_the_branch_decides_how_far(branch: Branch, rep: Employee, freeze: Freeze, days: int, number: int) -> None:
    policy(branch, tell_days=days)
    for n in range(5):
        lay(rep, "rest", TODAY + n * DAY)
    freeze("2026-03-04T10:07+08:00")
    due()
    assert db.session.query(RosterTold).count() == number
    freeze("2026-03-04T16:00+08:00")
    rosters.evening()
    due()
    assert db.session.query(RosterTold).count() == (max(number, 2) if days else 0), "nobody misses tomorrow"


def test_at_night_nobody_hears_of_later_days(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    policy(branch, tell_days=14)
    freeze("2026-03-04T21:30+08:00")
    for n in range(4):
        lay(rep, "rest", TODAY + n * DAY)
    freeze("2026-03-04T21:37+08:00")
    due()
    assert db.session.query(RosterTold).count() == 2
    freeze("2026-03-05T16:00+08:00")
    rosters.evening()
    due()
    assert db.session.query(RosterTold).count() == 4


def test_hours_and_the_calendar_are_told_to_those_they_concern(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    shop = make.site(make.store_type(branch))
    other = make.employee(branch)
    stops = [PlannedStop(shop.id, None, None)]
    do(service.set_plan, by=None, employee_id=rep.id, work_date=TODAY + DAY, stops=stops, at=clock.now())
    freeze("2026-03-04T10:10+08:00")
    due()
    holiday = {"branch_id": branch.id, "on": TODAY + DAY, "kind": "holiday", "name": "Founding day"}
    do(service.set_calendar_day, by=None, at=clock.now(), **holiday)
    freeze("2026-03-04T10:20+08:00")
    assert due() == [f"branch {branch.id}"]
    assert ([len(told(one)) for one in (rep, other)]) == [2, 0]


def test_a_store_that_is_archived_is_told_to_those_who_were_to_go_there(
    branch: Branch, rep: Employee, freeze: Freeze
) -> None:  # fmt: skip
    shop, stays = (make.site(kind) for kind in [make.store_type(branch)] * 2)
    other = make.employee(branch)
    for one, stops in ((rep, (shop, stays)), (other, (stays,))):
        plan = [PlannedStop(site.id, None, None) for site in stops]
        do(service.set_plan, by=None, employee_id=one.id, work_date=TODAY, stops=plan, at=clock.now())
    freeze("2026-03-04T10:10+08:00")
    due()
    do(sites.archive_site, by=None, site_id=shop.id, at=clock.now())
    freeze("2026-03-04T10:20+08:00")
    assert due() == [f"branch {branch.id}"]
    assert ([len(told(one)) for one in (rep, other)]) == [2, 1]


def test_hours_that_count_from_tomorrow_are_told(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    known = {"branch_id": branch.id, "name": "Early", "start": "07:00", "end": "15:00", "grace_minutes": 0}
    shift = do(service.create_shift, by=None, at=clock.now(), **known)
    for on in (TODAY, TODAY + DAY):
        day = {"employee_id": rep.id, "work_date": on, "kind": "work", "shift_id": shift}
        do(service.set_day, by=None, at=clock.now(), **day)
    freeze("2026-03-04T10:10+08:00")
    due()
    changed = {"name": "Early", "start": "06:00", "end": "14:00", "grace_minutes": 0, "from_on": TODAY + DAY}
    do(service.change_shift, by=None, shift_id=shift, version=None, at=clock.now(), **changed)
    freeze("2026-03-04T10:20+08:00")
    due()
    assert told(rep)[1:] == [("notice_roster_new_one", f"/plan?day={TODAY + DAY}")]


def test_hours_that_have_passed_and_people_who_left_are_quiet(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    gone = make.employee(branch, left_on=TODAY - DAY)
    boss = make.employee(branch, "supervisor")
    freeze("2026-03-04T20:00+08:00")
    for one in (rep, gone, boss):
        lay(one, "work")
    freeze("2026-03-04T20:10+08:00")
    due()
    assert [told(one) for one in (rep, gone, boss)] == [[], [], []]


def test_ones_own_order_does_not_ring(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    kind = make.store_type(branch)
    shops = [make.site(kind).id for _ in range(3)]
    stops = [PlannedStop(shop, None, None) for shop in shops]
    do(service.set_plan, by=None, employee_id=rep.id, work_date=TODAY, stops=stops, at=clock.now())
    freeze("2026-03-04T10:10+08:00")
    due()
    asked = {"work_date": TODAY, "seen": shops, "order": [0, 2, 1]}
    do(service.reorder_own_plan, by=signed_in(rep), at=clock.now(), **asked)
    assert waiting() == []


def test_a_policy_that_tells_more_tells_what_is_near(branch: Branch, rep: Employee, freeze: Freeze) -> None:
    policy(branch, tell_days=0)
    lay(rep, "rest")
    freeze("2026-03-04T10:10+08:00")
    assert waiting() == []
    db.session.expire_all()
    hr, known = signed_in(make.employee(branch, "hr")), queries.roster_policy(branch.id)
    db.session.remove()
    wanted = type(known)(tell_days=1, own_order=False)
    do(service.set_roster_policy, by=hr, branch_id=branch.id, version=branch.version, wanted=wanted, at=clock.now())
    freeze("2026-03-04T10:20+08:00")
    due()
    assert told(rep) == [ONE]


def test_twice_and_killed_in_between_tells_once(rep: Employee, freeze: Freeze) -> None:
    lay(rep, "rest")
    freeze("2026-03-04T10:07+08:00")
    do(outbox.claim, at=clock.now())
    rosters.roster_changed([Item(1, "roster_changed", str(rep.id), {"employee_id": rep.id}, 1)])
    later = clock.now() + outbox.LEASE + timedelta(seconds=1)
    do(outbox.hand_out_again, ids=[row.id for row in waiting()], at=later)  # the worker died before it said so
    freeze(later.isoformat())
    assert (due(), told(rep)) == ([str(rep.id)], [ONE])


def test_a_wiped_redis_costs_a_minute(
    redis_url: str, app: Flask, rep: Employee, freeze: Freeze
) -> None:  # fmt: skip
    from webapp.core.queue import connection, queue

    lay(rep, "rest")
    connection().flushall()
    freeze("2026-03-04T10:08+08:00")
    tick(at=clock.now())
    assert "jobs.sweep.drain" in [job.func_name for job in queue().jobs]
    sweep.drain()
    assert told(rep) == [ONE]


@pytest.mark.parametrize("db_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_two_workers_tell_once(app: Flask, rep: Employee, freeze: Freeze) -> None:
    for n in range(2):
        lay(rep, "rest", TODAY + n * DAY)
    at: datetime = clock.now()
    ready, numbers = threading.Barrier(4), []

    def work() -> None:
        with app.app_context():
            ready.wait(10)
            numbers.append(do(service.tell_changed, people=[rep.id], at=at))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (sorted(numbers), [code for code, _ in told(rep)]) == ([0, 0, 0, 1], ["notice_roster_new"])


def test_only_whoever_has_days_of_their_own_is_looked_at(branch: Branch, rep: Employee) -> None:
    make.employee(branch)
    make.save(RosterDay(employee_id=rep.id, work_date=TODAY, branch_id=branch.id, kind="rest"))
    assert queries.with_days_soon(branch.id, clock.now()) == [rep.id]


def test_the_notice_reads_well_in_both_languages(rep: Employee, freeze: Freeze, client_as: Any) -> None:
    lay(rep, "rest")
    freeze("2026-03-04T10:07+08:00")
    due()
    for n in range(2):
        lay(rep, "work", TODAY + n * DAY)
    freeze("2026-03-04T10:20+08:00")
    due()
    phone = client_as(rep)
    page = phone.get("/notices").text
    assert "Your roster, Wed 4 Mar: Rest." in page
    assert "Your roster has new or changed days: 2, the first Wed 4 Mar." in page
    phone.post("/language", data={"lang": "zh"})
    assert "你的排班有 2 天是新的或有变动，最早的是3月4日 周三" in phone.get("/notices").text
