"""Every kind of notice leads to a page its reader may see, also when they have to sign in first. T42."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from jobs.settlement import day_changed as changed
from tests import factories
from tests.attendance.days import ON, arrive
from tests.pages.supervisor.crew import NOON
from tests.pages.supervisor.crew import crew as make_crew
from tests.rewards.world import MONDAY, World
from tests.support import money
from tests.wallet.people import signed_in
from webapp.attendance import service as attendance
from webapp.core.db import db, do, transaction
from webapp.core.outbox import Item
from webapp.core.security import hash_password
from webapp.notifications.models import Notice, NoticeChoice
from webapp.people.models import Branch, Device, Employee
from webapp.rewards import service as rewards
from webapp.sales import service as sales

SECRET = "tea in the morning"  # noqa: S105


def the_job(rep: Employee) -> None:
    changed([Item(1, "day_changed", "x", {"employee_id": rep.id, "work_date": ON.isoformat()}, 1)])


def confirmed() -> None:
    crew = make_crew()
    arrive(crew.field, "09:05")
    do(attendance.confirm, by=signed_in(crew.boss), employee_id=crew.field.rep.id, work_date=ON, at=_noon(crew))


def asked_and_rejected() -> None:
    """The supervisor is asked, passes it on to HR who wants each at once, who rejects it."""
    crew = make_crew()
    factories.save(NoticeChoice(employee_id=crew.hr.id, muted=[], each_exception=True))
    arrive(crew.field, "09:05", 300)
    the_job(crew.field.rep)
    known = {"employee_id": crew.field.rep.id, "work_date": ON, "at": _noon(crew)}
    [issue] = do(attendance.pass_on, by=signed_in(crew.boss), note="I was not there.", **known)
    the_job(crew.field.rep)
    said = {"exception_id": issue, "decision": "rejected", "reason": "Across the river."}
    do(attendance.decide, by=signed_in(crew.hr), at=_noon(crew), **said)


def new_phone() -> None:
    crew = make_crew()
    with transaction():
        db.session.get_one(Branch, crew.field.branch.id).device_limit = 0
    arrive(crew.field, "09:05", device_key="a" * 43, signed=True)
    the_job(crew.field.rep)
    device = db.session.query(Device).one().id
    said = {"device_id": device, "decision": "refused", "reason": "Whose is it?"}
    do(attendance.decide_phone, by=signed_in(crew.boss), at=_noon(crew), **said)


def rewarded_taken_back_and_settled() -> None:
    world = World()
    world.works(MONDAY, at=world.at(MONDAY, 18))
    for amount in (5, 4):
        figure = {"employee_id": world.rep.id, "work_date": MONDAY, "amount": amount, "target": 5, "source": "api"}
        do(sales.record_figure, by=None, at=world.at(MONDAY, 19), **figure)
        rewards.take_changes(pairs=[(world.rep.id, MONDAY)], at=world.at(MONDAY, 20))
    rewards.settle_through(branch_id=world.branch.id, through=MONDAY, at=world.morning_after(MONDAY))


def paid() -> None:
    crew = make_crew()
    money.payslip(crew.field.rep, crew.hr)


def _noon(crew: Any) -> Any:
    return crew.field.moment("12:00")


@pytest.mark.parametrize(
    ("happens", "codes"),
    [
        (confirmed, {"notice_confirmed"}),
        (asked_and_rejected, {"notice_waiting_site", "notice_rejected"}),
        (new_phone, {"notice_phone_asks", "notice_phone_refused"}),
        (rewarded_taken_back_and_settled, {"notice_reward", "notice_back", "notice_settled"}),
        (paid, {"notice_payslip"}),
    ],
)
def test_a_notice_leads_to_its_page_through_the_sign_in(app: Any, freeze: Any, happens: Any, codes: set[str]) -> None:
    freeze(NOON)
    happens()
    db.session.remove()
    notices = [(row.code, row.link, row.employee_id) for row in db.session.query(Notice)]
    assert codes <= {code for code, _, _ in notices}
    for code, link, who in notices:
        with transaction():
            person = db.session.get_one(Employee, who)
            person.password_hash = hash_password(SECRET)
            number = person.staff_no
        client = app.test_client()
        away = client.get(link)
        assert unquote(away.location) == f"/login?next={link}", code
        assert f'name="next" value="{link.replace("&", "&amp;")}"' in client.get(away.location).text, code
        entered = client.post("/login", data={"number": number, "password": SECRET, "next": link})
        assert entered.location == link, code
        assert client.get(link).status_code == 200, (code, link)
