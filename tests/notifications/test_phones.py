"""A phone that waits for approval asks somebody, and its owner hears what was decided."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.settlement import day_changed as changed
from tests import factories
from tests.attendance.days import ON, arrive
from tests.pages.supervisor.crew import NOON, Crew
from tests.pages.supervisor.crew import crew as make_crew
from tests.wallet.people import signed_in
from webapp.attendance import service as attendance
from webapp.core.db import db, do, transaction
from webapp.core.outbox import Item
from webapp.notifications.queries import lines
from webapp.people.models import Branch, Device, Employee
from webapp.sites.models import SiteSupervisor


@pytest.fixture
def crew(app: Any, freeze: Any) -> Crew:
    """One phone a person; the second one asks."""
    freeze(NOON)
    made = make_crew()
    with transaction():
        db.session.get_one(Branch, made.field.branch.id).device_limit = 1
    came(made, "a", "09:00")
    return made


def came(crew: Crew, key: str, clock: str) -> None:
    arrive(crew.field, clock, device_key=key * 43, signed=True, extra={"device": f"Phone {key}"})
    noticed(crew)


def noticed(crew: Crew) -> None:
    payload = {"employee_id": crew.field.rep.id, "work_date": ON.isoformat()}
    changed([Item(1, "day_changed", "x", payload, 1)])


def phone(key: str) -> int:
    db.session.remove()
    return db.session.query(Device).filter_by(key=key * 43).one().id


def told(who: Employee) -> list[tuple[str, str, bool]]:
    """(text, link, unread) of notices about phones, newest first."""
    db.session.remove()
    rows = [row for row in lines(who.id, page=1).rows if "phone" in row.code]
    return [(row.text, row.link, row.read_at is None) for row in rows]


def say(crew: Crew, decision: str, reason: str = "", **known: Any) -> None:
    at, boss = crew.field.moment("12:00"), signed_in(crew.boss)
    said = {"device_id": phone("b"), "decision": decision, "reason": reason}
    do(attendance.decide_phone, by=boss, at=at, **said, **known)


def test_the_supervisor_is_asked_once_and_hr_is_not(crew: Crew) -> None:
    came(crew, "b", "10:00")
    noticed(crew)
    text = f"{crew.field.rep.name} checked in with a new phone. It waits for you."
    assert told(crew.boss) == [(text, f"/team/phones/{phone('b')}", True)]
    assert told(crew.hr) == told(crew.field.rep) == []


def test_approved_it_tells_the_rep_and_asks_nobody_any_more(crew: Crew) -> None:
    came(crew, "b", "10:00")
    say(crew, "bound", replaces=phone("a"))
    assert told(crew.field.rep) == [
        ("Your new phone is accepted. It takes the place of Phone a.", "/me/phones", True)
    ]  # fmt: skip
    noticed(crew)
    assert [unread for _, _, unread in told(crew.boss)] == [False]


def test_refused_it_says_why(crew: Crew) -> None:
    came(crew, "b", "10:00")
    say(crew, "refused", "Whose phone is this?")
    assert told(crew.field.rep)[0][0] == "Your new phone is not accepted: Whose phone is this?"
    say(crew, "bound", replaces=phone("a"))
    assert len(told(crew.field.rep)) == 2


def test_a_phone_that_hr_took_away_asks_again(crew: Crew, freeze: Any) -> None:
    came(crew, "b", "10:00")
    say(crew, "bound", replaces=phone("a"))
    for _ in range(2):
        known = {"device_id": phone("b"), "at": crew.field.moment("12:30")}
        do(attendance.remove_phone, by=signed_in(crew.hr), **known)
    texts = [text for text, _, _ in told(crew.field.rep)]
    assert texts[0] == "Lin Mei took one of your phones off the list. It needs a yes to be used again."
    assert len(texts) == 2
    freeze(crew.field.moment("14:00"))
    came(crew, "b", "14:00")
    assert [unread for _, _, unread in told(crew.boss)] == [True, False]


def test_taken_back_by_its_owner_it_asks_nobody(crew: Crew) -> None:
    came(crew, "b", "10:00")
    me = signed_in(crew.field.rep)
    do(attendance.remove_phone, by=me, device_id=phone("b"), at=crew.field.moment("10:30"))
    assert [unread for _, _, unread in told(crew.boss)] == [False]
    assert told(crew.field.rep) == []


def test_without_a_supervisor_the_office_is_asked(crew: Crew) -> None:
    with transaction():
        db.session.query(SiteSupervisor).delete()
    came(crew, "b", "10:00")
    assert told(crew.boss) == []
    assert [link for _, link, _ in told(crew.hr)] == [f"/hr/phones/{phone('b')}"]


def test_a_leader_of_the_team_is_asked_too(crew: Crew) -> None:
    from webapp.people.models import Team

    team = factories.save(Team(branch_id=crew.field.branch.id, name="One"))
    leader = factories.employee(crew.field.branch, "supervisor", team_id=team.id)
    with transaction():
        db.session.get_one(Employee, crew.field.rep.id).team_id = team.id
    came(crew, "b", "10:00")
    assert len(told(leader)) == len(told(crew.boss)) == 1
