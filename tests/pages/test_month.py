"""A person's month for their supervisor and for HR."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories
from tests.pages.supervisor.crew import ON, Crew, arrive, crew, leave
from tests.support.queries import record
from webapp.attendance.service.days import rebuild_days
from webapp.core import clock
from webapp.core.db import do
from webapp.schedules.models import CalendarDay, PlanStop

MONEY = "¥"


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze("2026-03-10T12:00+08:00")
    return crew()


@pytest.fixture
def rep(team: Crew) -> Any:
    """On time on the 2nd, 30 minutes late on the 3rd, at the shop both times."""
    found = team.rep("Li Na")
    leave(found, arrive(found, "09:00"), "18:00")
    later = ON + timedelta(days=1)
    leave(found, arrive(found, "09:30", on=later), "18:00", on=later)
    return found


def test_the_month_adds_up_and_each_day_leads_to_its_page(team: Crew, rep: Any, client_as: Any) -> None:
    boss = client_as(team.boss)
    assert f"/team/{rep.rep.id}/month" in boss.get(f"/confirm/{rep.rep.id}?on={ON}").text
    page = boss.get(f"/team/{rep.rep.id}/month").text
    assert f"/confirm/{rep.rep.id}?on={ON}" in page
    assert page.index("Tue 3 Mar") < page.index("Day by day") < page.rindex("Tue 3 Mar")
    for text in ("30 min late", "09:00–18:00", "phone", "17 h 30 min"):
        assert text in page
    assert MONEY not in page
    before = boss.get(f"/team/{rep.rep.id}/month?month=2026-02").text
    assert "Nothing is known of this month yet." in before
    assert "month=2026-03" in before


def test_hr_sees_it_as_a_table(team: Crew, rep: Any, client_as: Any) -> None:
    hr = client_as(team.hr)
    assert f"/hr/people/{rep.rep.id}/month" in hr.get(f"/hr/people/{rep.rep.id}").text
    page = hr.get(f"/hr/people/{rep.rep.id}/month").text
    assert ("30 min" in page, "17 h 30 min" in page) == (True, True)


def test_a_stranger_and_a_day_elsewhere_are_not_there(team: Crew, rep: Any, client_as: Any) -> None:
    other = factories.employee(team.field.branch, "supervisor")
    assert client_as(other).get(f"/team/{rep.rep.id}/month").status_code == 404
    far = factories.branch()
    assert client_as(factories.employee(far, "hr")).get(f"/hr/people/{rep.rep.id}/month").status_code == 404
    # only the days at one's own shop
    away = factories.site(team.field.kind, lat=31.4, lng=121.2)
    third = date(2026, 3, 4)
    arrive(rep, "09:00", on=third, site=away)
    assert "Wed 4 Mar" not in client_as(team.boss).get(f"/team/{rep.rep.id}/month").text.split("Day by day")[1]


def test_a_holiday_is_called_one_on_the_reps_pages(team: Crew, rep: Any, client_as: Any, freeze: Any) -> None:
    on = ON + timedelta(days=3)
    factories.save(CalendarDay(branch_id=team.field.branch.id, on=on, kind="holiday", name="Day", source="hr"))
    freeze(f"{on}T12:00+08:00")
    do(rebuild_days, pairs=[(rep.rep.id, on)], at=clock.now())
    mine = client_as(rep.rep)
    own = [mine.get(path).text for path in (f"/plan?day={on}", f"/visits?view=day&day={on}", "/visits?view=month")]
    assert ["Holiday" in page for page in own] == [True] * 3


def test_and_on_those_of_their_supervisor(team: Crew, rep: Any, client_as: Any, freeze: Any) -> None:
    on, shop = ON + timedelta(days=3), team.field.shop
    factories.save(CalendarDay(branch_id=team.field.branch.id, on=on, kind="holiday", name="Day", source="hr"))
    factories.save(PlanStop(employee_id=rep.rep.id, work_date=on, seq=1, site_id=shop.id))
    freeze(f"{on}T12:00+08:00")
    boss, paths = client_as(team.boss), ("/team", f"/confirm/{rep.rep.id}?on={on}")
    assert ["Holiday" in boss.get(path).text for path in paths] == [True, True]
    do(rebuild_days, pairs=[(rep.rep.id, on)], at=clock.now())
    assert "Thu 5 Mar, Holiday" in boss.get(f"/team/{rep.rep.id}/month").text


def test_as_many_statements_for_a_full_month(team: Crew, rep: Any, client_as: Any) -> None:
    boss = client_as(team.boss)
    counts = []
    for n in (4, 6):
        arrive(rep, "09:00", on=ON + timedelta(days=n))
        with record() as seen:
            boss.get(f"/team/{rep.rep.id}/month")
        counts.append(len(seen))
    assert counts[0] == counts[1]
