"""People are told of exactly the days they do not know yet, each once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from tests.wallet.people import signed_in
from webapp.core import clock
from webapp.core.db import db, do, transaction
from webapp.notifications.models import Notice
from webapp.people.models import Team
from webapp.schedules import queries as schedules
from webapp.schedules import service
from webapp.schedules.models import Leave, PlanStop, RosterDay, Shift

TODAY, MONDAY = date(2026, 3, 4), date(2026, 3, 2)
DAY = timedelta(days=1)


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    return make.branch()


@pytest.fixture
def team(branch: Any) -> Any:
    return make.save(Team(branch_id=branch.id, name="East"))


@pytest.fixture
def rep(branch: Any, team: Any) -> Any:
    return make.employee(branch, team_id=team.id, name="Li Na")


@pytest.fixture(params=["hr", "supervisor"])
def who(request: Any, client_as: Any, branch: Any, team: Any) -> tuple[Any, str]:
    person = make.employee(branch, request.param, team_id=team.id, name="Wang")
    return client_as(person), "/hr/schedule" if request.param == "hr" else "/schedule"


def publish(who: tuple[Any, str], branch: Any) -> str:
    client, path = who
    form = {"monday": str(MONDAY), "branch_id": branch.id, "on": str(TODAY)}
    return client.get(client.post(f"{path}/publish", data=form).location).text


def notices(rep: Any) -> list[Any]:
    rows = db.session.scalars(select(Notice).where(Notice.employee_id == rep.id).order_by(Notice.id)).all()
    db.session.remove()
    return [(row.code, row.params.get("number"), row.link) for row in rows]


def roster(rep: Any, on: date, kind: str = "rest") -> None:
    make.save(RosterDay(employee_id=rep.id, work_date=on, branch_id=rep.branch_id, kind=kind))


def test_only_what_is_new_is_told(who: Any, branch: Any, rep: Any) -> None:
    client, path = who
    for on in (MONDAY, TODAY, TODAY + DAY, TODAY + 7 * DAY):  # over, two of this week, one of the next
        roster(rep, on)
    make.employee(branch, team_id=rep.team_id, name="Nobody's news")
    page = client.get(f"{path}/publish?monday={MONDAY}&on={TODAY}").text
    assert ("1 person has changes" in page, "Li Na" in page, "Nobody" in page) == (True, True, False)
    assert "1 person was told." in publish(who, branch)
    assert notices(rep) == [("notice_roster", 2, f"/plan?day={TODAY}")]
    assert "Everybody knows their days already." in publish(who, branch)
    assert len(notices(rep)) == 1
    roster(rep, TODAY + 2 * DAY)
    publish(who, branch)
    assert notices(rep)[1:] == [("notice_roster_one", 1, f"/plan?day={TODAY + 2 * DAY}")]


def test_a_day_that_turns_back_is_told_again(who: Any, branch: Any, rep: Any) -> None:
    client, path = who
    for kind in ("rest", "work", "rest"):
        client.post(f"{path}/{rep.id}?on={TODAY}", data={"quick": "1", "day": kind})
        publish(who, branch)
    assert len(notices(rep)) == 3
    client.post(f"{path}/{rep.id}?on={TODAY}", data={"quick": "1", "day": "work"})
    client.post(f"{path}/{rep.id}?on={TODAY}", data={"quick": "1", "day": "rest"})
    assert "Everybody knows their days already." in publish(who, branch)


def test_visits_and_hours_are_news_and_leave_is_not(who: Any, branch: Any, rep: Any) -> None:
    client, path = who
    roster(rep, TODAY, "work")
    publish(who, branch)
    site = make.site(make.store_type(branch), code="A1", lat=None, lng=None)
    make.save(PlanStop(employee_id=rep.id, work_date=TODAY, seq=1, site_id=site.id))
    assert "1 person was told." in publish(who, branch)
    make.save(Leave(employee_id=rep.id, first_on=TODAY, last_on=TODAY, kind="sick", recorded_at=clock.now()))
    assert "Everybody knows their days already." in publish(who, branch)
    assert "1 visit" in client.get(f"{path}?on={TODAY}&monday={MONDAY}").text


def test_the_working_half_of_a_day_of_leave_is_news(who: Any, branch: Any, rep: Any) -> None:
    span = {"first_on": TODAY, "last_on": TODAY, "kind": "annual", "ends_half": True}
    make.save(Leave(employee_id=rep.id, recorded_at=clock.now(), **span))
    shop = make.site(make.store_type(branch), code="A1")
    make.save(PlanStop(employee_id=rep.id, work_date=TODAY, seq=1, site_id=shop.id))
    assert "1 person was told." in publish(who, branch)


def test_a_new_name_of_a_shift_is_no_news_but_new_hours_are(branch: Any, rep: Any) -> None:
    hr = make.employee(branch, "hr")
    early = make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
    make.save(RosterDay(employee_id=rep.id, work_date=TODAY, branch_id=branch.id, kind="work", shift_id=early.id))
    by, span = signed_in(hr), {"people": [rep.id], "first_on": MONDAY, "last_on": MONDAY + 6 * DAY}
    assert do(service.publish, by=by, at=clock.now(), **span) == (1, 1)
    for changes, news in (({"name": "First"}, 0), ({"end": "16:00"}, 1)):
        with transaction() as opened:
            opened.execute(Shift.__table__.update().values(**changes))
        assert len(schedules.untold(by, [rep.id], MONDAY, MONDAY + 6 * DAY, clock.now())) == news


def test_the_clients_own_staff_tell_nobody(client_as: Any, branch: Any) -> None:
    guest = client_as(make.employee(branch, "supervisor", employer="client"))
    assert guest.get("/schedule/publish").status_code == 403
    assert guest.post("/schedule/publish", data={"on": str(TODAY)}).status_code == 403


def test_the_notice_is_read_in_both_languages(client_as: Any, who: Any, branch: Any, rep: Any) -> None:
    roster(rep, TODAY)
    publish(who, branch)
    phone = client_as(rep)
    assert "Wang told you of your roster, Wed 4 Mar: Rest." in phone.get("/notices").text
    assert "<h2>Fri 6 Mar" in phone.get(f"/plan?day={TODAY + 2 * DAY}").text
    phone.post("/language", data={"lang": "zh"})
    assert "休息" in phone.get("/notices").text
