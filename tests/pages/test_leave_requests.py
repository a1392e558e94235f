"""Leave from the rep's phone through the supervisor's to HR's desk; plain forms all the way."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from tests import factories as make
from webapp.core.audit import AuditEntry
from webapp.core.db import db, transaction
from webapp.people.models import Branch, Team
from webapp.schedules import queries
from webapp.schedules.models import Leave, LeaveRequest, LeaveType, PlanStop
from webapp.schedules.rules import read_leave_policy

TODAY, FRIDAY, MONDAY = date(2026, 3, 4), date(2026, 3, 6), date(2026, 3, 9)
ASKED = {"kind": "annual", "first_on": str(FRIDAY), "last_on": str(MONDAY), "starts_half": "1", "note": "Wedding"}


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    made = make.branch(workdays=[1, 2, 3, 4, 5])
    with transaction() as conn:
        conn.execute(update(LeaveType).where(LeaveType.code == "annual").values(yearly_halves=20))
    return made


@pytest.fixture
def team(branch: Any) -> Any:
    return make.save(Team(branch_id=branch.id, name="East"))


@pytest.fixture
def rep(branch: Any, team: Any) -> Any:
    return make.employee(branch, team_id=team.id, name="Li Na")


@pytest.fixture
def boss(branch: Any, team: Any) -> Any:
    return make.employee(branch, "supervisor", team_id=team.id, name="Chen Jie")


@pytest.fixture
def hr(branch: Any) -> Any:
    return make.employee(branch, "hr", name="Lin Mei")


def ask(client: Any, **more: Any) -> int:
    data = {**ASKED, "client_id": str(uuid4()), "step": "send", **more}
    answer = client.post("/me/leave/new", data=data)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def row(request_id: int) -> LeaveRequest:
    db.session.remove()
    return db.session.get_one(LeaveRequest, request_id)


def test_the_whole_way(client_as: Any, branch: Any, rep: Any, boss: Any, hr: Any) -> None:
    phone, site = client_as(rep), make.site(make.store_type(branch), name="Corner")
    make.save(PlanStop(employee_id=rep.id, work_date=MONDAY, seq=1, site_id=site.id))
    form = phone.get("/me/leave/new").text
    mark = form.split('name="client_id" value="')[1][:36]
    look = phone.post("/me/leave/new", data={**ASKED, "client_id": mark}).text
    for text in ("1.5 days", "8.5 days", "Visits: Corner", "from noon", "Your supervisor answers first"):
        assert text in look
    assert db.session.scalar(select(func.count()).select_from(LeaveRequest)) == 0
    edit = phone.post("/me/leave/new", data={**ASKED, "client_id": mark, "step": "edit"}).text
    assert 'value="Wedding"' in look
    assert ">Wedding</textarea>" in edit
    asked = {ask(phone, client_id=mark) for _ in range(2)}
    assert len(asked) == 1
    request_id = asked.pop()
    assert "Waiting" in phone.get(f"/me/leave/{request_id}").text

    desk = client_as(boss)
    assert "Li Na" in desk.get("/team/requests").text
    page = desk.get(f"/team/leave/{request_id}").text
    for text in ("Wedding", "Corner", "8.5 days", "Nobody else of the team", "Do not approve"):
        assert text in page
    assert desk.post(f"/team/leave/{request_id}", data={"decision": "rejected", "version": 1}).status_code == 422
    assert desk.post(f"/team/leave/{request_id}", data={"decision": "approved", "version": 1}).status_code == 303
    again = desk.post(f"/team/leave/{request_id}", data={"decision": "approved", "version": 1}, follow_redirects=True)
    assert "Somebody has answered this meanwhile" in again.text

    office = client_as(hr)
    assert "Li Na" in office.get("/hr/schedule/requests").text
    answer = office.post("/hr/schedule/requests", data={"ids": f"{request_id}-2", "decision": "approved"})
    assert answer.status_code == 303
    assert "1 request is answered" in office.get(answer.location).text
    leave = db.session.get_one(Leave, row(request_id).leave_id)
    assert (leave.starts_half, leave.ends_half, leave.note) == (True, False, "Wedding")
    assert "8.5 days" in phone.get("/me/leave").text
    assert "Cancel this leave" in office.get(f"/hr/schedule/requests/{request_id}").text
    cancelled(phone, office, request_id)


def cancelled(phone: Any, office: Any, request_id: int) -> None:
    """Approved leave is asked back, and HR lets it go."""
    assert phone.post(f"/me/leave/{request_id}/cancel", data={}).status_code == 422
    assert phone.post(f"/me/leave/{request_id}/cancel", data={"reason": "Postponed"}).status_code == 303
    page = office.get(f"/hr/schedule/requests/{request_id}").text
    assert ("Postponed" in page, "Cancel the leave" in page) == (True, True)
    version = row(request_id).version
    office.post(f"/hr/schedule/requests/{request_id}", data={"decision": "approved", "version": version})
    assert (row(request_id).state, "10 days" in phone.get("/me/leave").text) == ("cancelled", True)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"first_on": "2026-03-07", "last_on": "2026-03-08", "starts_half": ""}, "You are off already"),
        ({"first_on": "2026-03-09", "last_on": "2026-03-06"}, "before the first"),
        ({"first_on": "2026-02-20", "last_on": "2026-02-20"}, "Sun 1 Mar at the earliest"),
        ({"first_on": "x"}, "Write a date"),
        ({"kind": "gone"}, "Choose one of the options"),
        ({"last_on": "2026-04-09"}, "10 days of this kind are left in 2026"),
        ({"note": "x" * 301}, "At most 300 characters"),
        ({"client_id": "x"}, "This form is damaged"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client_as: Any, rep: Any, boss: Any, typed: dict[str, str], text: str
) -> None:
    data = {**ASKED, "client_id": str(uuid4()), **typed}
    answer = client_as(rep).post("/me/leave/new", data=data)
    assert (answer.status_code, text in answer.text) == (422, True), answer.text
    assert ASKED["note"] in answer.text or "note" in typed


def test_others_do_not_see_it(client_as: Any, branch: Any, rep: Any, boss: Any) -> None:
    request_id = ask(client_as(rep))
    assert client_as(make.employee(branch)).get(f"/me/leave/{request_id}").status_code == 404
    for stranger in (make.employee(branch, "supervisor"), make.employee(branch, "supervisor", employer="client")):
        assert client_as(stranger).get(f"/team/leave/{request_id}").status_code == 404
        assert "Li Na" not in client_as(stranger).get("/team/requests").text


def test_several_at_once_each_says_what_became_of_it(client_as: Any, branch: Any, hr: Any) -> None:
    people = [make.employee(branch, name=f"Rep {n}") for n in range(3)]
    ids = [ask(client_as(one)) for one in people]
    client_as(people[1]).post(f"/me/leave/{ids[1]}/withdraw")
    marks = [f"{one}-1" for one in ids]
    desk = client_as(hr)
    answer = desk.post("/hr/schedule/requests", data={"ids": marks, "decision": "approved"})
    page = desk.get(answer.location).text
    assert ("2 requests are answered" in page, "Rep 1, " in page) == (True, True)
    assert [row(one).state for one in ids] == ["approved", "withdrawn", "approved"]
    none = desk.post("/hr/schedule/requests", data={"decision": "approved"})
    assert (none.status_code, "Mark at least one request" in none.text) == (422, True)
    history = desk.get("/hr/schedule/requests?state=approved&q=Rep 2").text
    assert ("Rep 2" in history, "Rep 0" in history) == (True, False)


def test_the_list_costs_the_same_for_many(
    client_as: Any, branch: Any, team: Any, boss: Any, hr: Any, queries: Any
) -> None:
    seen: dict[str, list[int]] = {}
    for number in (1, 12):
        for _ in range(number):
            ask(client_as(make.employee(branch, team_id=team.id)))
        for who, path in ((hr, "/hr/schedule/requests?state=all"), (hr, "/hr/schedule/leave/balances"),
                          (boss, "/team/requests")):  # fmt: skip
            client = client_as(who)
            client.get(path)
            with queries() as asked:
                assert client.get(path).status_code == 200
            seen.setdefault(path, []).append(len(asked))
    assert all(few == many for few, many in seen.values()), seen
    assert max(many for _, many in seen.values()) <= 16, seen


def test_hr_makes_renames_orders_and_archives_kinds(client_as: Any, branch: Any, rep: Any, hr: Any) -> None:
    desk, path = client_as(hr), "/hr/schedule/leave/types"
    known = {"branch_id": branch.id, "name_en": "Marriage", "name_zh": "婚假", "yearly": "1.5", "note_needed": "1"}
    assert desk.post(path, data=known).status_code == 303
    assert desk.post(path, data=known).status_code == 422
    made = next(one for one in queries.leave_types(branch.id) if one.name_en == "Marriage")
    assert (made.yearly_halves, made.half_days, made.note_needed, made.code) == (3, False, True, "marriage")
    desk.post(f"{path}/{made.id}/up")
    db.session.remove()
    assert [one.code for one in queries.leave_types(branch.id)][-2:] == ["marriage", "other"]
    renamed = {**known, "name_en": "Wedding", "version": 1}
    assert desk.post(f"{path}/{made.id}", data=renamed).status_code == 303
    stale = desk.post(f"{path}/{made.id}", data={**renamed, "name_en": "Old"})
    assert (stale.status_code, "Somebody changed this kind" in stale.text) == (422, True)
    assert "Wedding" in client_as(rep).get("/me/leave/new").text
    assert desk.post(f"{path}/{made.id}/archive").status_code == 303
    assert "Wedding" not in client_as(rep).get("/me/leave/new").text
    odd = desk.post(path, data={**known, "name_en": "Odd", "name_zh": "奇", "yearly": "1.3"})
    assert "whole or half days" in odd.text
    db.session.remove()
    acts = set(db.session.scalars(select(AuditEntry.action)))
    assert {"leave_type.created", "leave_type.moved", "leave_type.changed", "leave_type.archived"} <= acts


def test_the_rules_and_what_one_person_gets(client_as: Any, branch: Any, rep: Any, hr: Any) -> None:
    desk = client_as(hr)
    data = {"branch_id": branch.id, "chain": ["hr"], "hr_from": "2.5", "notice_days": 2, "back_days": 0}
    data["version"] = branch.version
    assert desk.post("/hr/schedule/leave/types/policy", data=data).status_code == 303
    stale = desk.post("/hr/schedule/leave/types/policy", data={**data, "notice_days": 9})
    assert (stale.status_code, 'type="number" value="9"' in stale.text) == (422, True), "another tab was first"
    db.session.remove()
    policy = read_leave_policy(db.session.get_one(Branch, branch.id).leave_policy)
    assert (policy.chain, policy.hr_from_halves, policy.notice_days, policy.back_days) == (("hr",), 5, 2, 0)
    nobody = desk.post("/hr/schedule/leave/types/policy", data={**data, "chain": []})
    assert (nobody.status_code, "Somebody has to answer" in nobody.text) == (422, True)
    give = {"branch_id": branch.id, "staff": rep.staff_no, "kind": "annual", "year": 2026, "days": "-0.5", "note": "x"}
    assert desk.post("/hr/schedule/leave/balances", data=give).status_code == 303
    assert "9.5 days" in client_as(rep).get("/me/leave").text
    assert desk.post("/hr/schedule/leave/balances", data={**give, "kind": "sick"}).status_code == 422
    assert ">9.5<" in desk.get("/hr/schedule/leave/balances").text


def test_half_a_day_recorded_by_hr(client_as: Any, branch: Any, rep: Any, hr: Any) -> None:
    desk = client_as(hr)
    data = {"branch_id": branch.id, "staff": rep.staff_no, "kind": "annual", "first_on": str(FRIDAY)}
    assert desk.post("/hr/schedule/leave", data={**data, "last_on": str(FRIDAY), "ends_half": "1"}).status_code == 303
    assert "Fri 6 Mar, morning" in desk.get("/hr/schedule/leave").text


def test_the_audit_trail_calls_kinds_by_their_names(client_as: Any, branch: Any, rep: Any, hr: Any) -> None:
    desk = client_as(hr)
    known = {"branch_id": branch.id, "name_en": "Marriage leave", "name_zh": "婚假"}
    desk.post("/hr/schedule/leave/types", data=known)
    ask(client_as(rep), kind="marriage", starts_half="")
    page = desk.get("/hr/audit").text
    assert "Kind of leave · Marriage leave" in page
    assert page.count("Marriage leave") >= 2


def test_back_to_a_form_that_was_sent_asks_once_more(client_as: Any, rep: Any) -> None:
    """Other days on the same form are a wish of their own, after one look; what was typed is still there."""
    phone, mark = client_as(rep), str(uuid4())
    first = ask(phone, client_id=mark)
    other = {**ASKED, "first_on": "2026-03-16", "last_on": "2026-03-17", "client_id": mark}
    again = phone.post("/me/leave/new", data={**other, "step": "send"})
    assert (again.status_code, "was sent once already" in again.text) == (422, True)
    assert ">Wedding</textarea>" in again.text
    assert 'value="2026-03-16"' in again.text
    fresh = again.text.split('name="client_id" value="')[1][:36]
    assert ask(phone, **{**other, "client_id": fresh}) != first


def test_a_reason_that_is_too_long_stays_to_be_shortened(client_as: Any, branch: Any, rep: Any, boss: Any) -> None:
    made = ask(client_as(rep))
    said = {"decision": "rejected", "version": 1, "reason": "字" * 301}
    answer = client_as(boss).post(f"/team/leave/{made}", data=said)
    assert (answer.status_code, "At most 300 characters" in answer.text) == (422, True)
    assert "Choose one of the options" not in answer.text
    assert "字" * 301 in answer.text
