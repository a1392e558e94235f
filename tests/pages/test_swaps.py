"""Swapping days on the phone: asked, agreed, approved."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests import factories as make
from webapp.core.db import db
from webapp.people.models import Team
from webapp.schedules import queries
from webapp.schedules.models import RosterDay, SwapRequest

FRIDAY, THURSDAY = date(2026, 3, 6), date(2026, 3, 5)


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    return make.branch(workdays=[1, 2, 3, 4, 5])


@pytest.fixture
def team(branch: Any) -> Any:
    return make.save(Team(branch_id=branch.id, name="East"))


@pytest.fixture
def anna(branch: Any, team: Any) -> Any:
    return make.employee(branch, team_id=team.id, name="Anna")


@pytest.fixture
def ben(branch: Any, team: Any) -> Any:
    made = make.employee(branch, team_id=team.id, name="Ben")
    make.save(RosterDay(employee_id=made.id, work_date=FRIDAY, branch_id=branch.id, kind="rest"))
    return made


@pytest.fixture
def boss(branch: Any, team: Any) -> Any:
    return make.employee(branch, "supervisor", team_id=team.id)


def ask(client: Any, other: Any, **more: Any) -> Any:
    data = {"other_id": other.id, "asker_on": str(FRIDAY), "client_id": str(uuid4()), "note": "Family", **more}
    return client.post("/me/swaps/new", data=data)


@pytest.mark.parametrize("decider", ["supervisor", "hr"])
def test_the_whole_way(client_as: Any, branch: Any, anna: Any, ben: Any, boss: Any, decider: str) -> None:
    phone, colleague = client_as(anna), client_as(ben)
    assert "Ben" in phone.get("/me/swaps/new").text
    mark = str(uuid4())
    look = ask(phone, ben, client_id=mark)
    assert (look.status_code, "Ben works instead of Anna." in look.text) == (200, True)
    places = {ask(phone, ben, client_id=mark, step="send").location for _ in range(2)}
    assert len(places) == 1
    page = places.pop()
    assert "Waits for you" in colleague.get("/me/swaps").text
    assert "Yes, swap" in colleague.get(page).text
    assert "Yes, swap" not in phone.get(page).text
    assert colleague.post(f"{page}/answer", data={"answer": "yes"}).status_code == 303
    assert "Waits for approval" in phone.get(page).text
    swap = db.session.scalars(select(SwapRequest)).one()
    hers, where = (
        (boss, "/team/swaps") if decider == "supervisor" else (make.employee(branch, "hr"), "/hr/schedule/swaps")
    )
    desk = client_as(hers)
    assert "Family" in desk.get(f"{where}/{swap.id}").text
    assert desk.post(f"{where}/{swap.id}", data={"decision": "rejected", "version": 2}).status_code == 422
    assert desk.post(f"{where}/{swap.id}", data={"decision": "approved", "version": 2}).status_code == 303
    late = desk.post(f"{where}/{swap.id}", data={"decision": "approved", "version": 2}, follow_redirects=True)
    assert "Somebody has answered this swap meanwhile" in late.text
    db.session.remove()
    assert [queries.expectation(one.id, FRIDAY, branch).kind for one in (anna, ben)] == ["rest", "work"]
    assert "Swapped" in colleague.get(page).text


def test_what_is_wrong_is_said_and_what_was_typed_stays(client_as: Any, anna: Any, ben: Any) -> None:
    busy = ask(client_as(anna), ben, asker_on=str(THURSDAY))
    assert (busy.status_code, "Your colleague works on that day" in busy.text, "Family" in busy.text) == (
        422,
        True,
        True,
    )
    assert ask(client_as(anna), ben, other_id="").status_code == 422
    assert "Choose a colleague" in ask(client_as(anna), anna).text


def test_withdrawn_and_refused(client_as: Any, branch: Any, anna: Any, ben: Any, boss: Any) -> None:
    page = ask(client_as(anna), ben, step="send").location
    assert client_as(make.employee(branch)).get(page).status_code == 404
    assert client_as(anna).post(f"{page}/withdraw").status_code == 303
    late = client_as(ben).post(f"{page}/answer", data={"answer": "yes"}, follow_redirects=True)
    assert "Somebody has answered this swap meanwhile" in late.text
    page = ask(client_as(anna), ben, step="send").location
    client_as(ben).post(f"{page}/answer", data={"answer": "no"})
    assert "The colleague said no" in client_as(anna).get(page).text
    assert "Nothing waits for you" in client_as(boss).get("/team/requests").text


def test_back_to_a_form_that_was_sent_asks_once_more(client_as: Any, anna: Any, ben: Any) -> None:
    phone, mark = client_as(anna), str(uuid4())
    assert ask(phone, ben, client_id=mark, step="send").status_code == 303
    again = ask(phone, ben, client_id=mark, asker_on=str(THURSDAY), step="send")
    assert (again.status_code, "was sent once already" in again.text) == (422, True)
    assert "Family" in again.text
    assert mark not in again.text
