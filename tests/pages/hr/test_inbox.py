"""HR's inbox: the money before the decision, and what happens when two decide at once."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories
from tests.attendance.days import arrive, leave
from tests.pages.supervisor.crew import NOON, ON, Crew, crew
from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.models import AttendanceException, Decision
from webapp.core import clock
from webapp.core.db import db, do
from webapp.people.queries import as_actor
from webapp.rewards import queries as rewards

STRANGE = (
    "page=-1", "page=9999999999", "kind=x", "sort=x", "min=x", "days=-5", "state=x", "q=%25%27", "sort=-",
    "branch_id=99999999999999999999", "min=99999999999",
)  # fmt: skip


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


@pytest.fixture
def hr(team: Crew, client_as: Any) -> Any:
    return client_as(team.hr)


def exceptions() -> list[AttendanceException]:
    db.session.remove()
    return list(db.session.query(AttendanceException).order_by(AttendanceException.id))


def picked() -> list[str]:
    return [f"{row.id}-{row.state_seq}" for row in exceptions() if row.state == "open"]


def day(found: Any, on: date = ON) -> Any:
    db.session.remove()
    return attendance.days([(found.rep.id, on)])[found.rep.id, on]


def test_a_row_says_what_happened_and_what_approving_is_worth(team: Crew, hr: Any) -> None:
    team.came("Far Fan", metres=400)
    html = hr.get("/hr/inbox").text
    assert ("Far Fan" in html, "250 m outside" in html, "+¥100.00" in html) == (True, True, True)
    assert 'data-minor="10000" data-currency="CNY"' in html
    assert "400 m from the store (±10 m)" in html
    assert not re.search(r"31\.23|121\.4", html)


def test_filters_live_in_the_address(team: Crew, hr: Any) -> None:
    team.came("Far Fan", metres=400)
    team.came("Edge Ed", metres=150)
    kind, shop = team.field.kind, team.field.shop
    for query, seen in (
        ("kind=outside", ("Far Fan",)),
        ("kind=uncertain", ("Edge Ed",)),
        ("q=edge", ("Edge Ed",)),
        (f"q={shop.name.replace(' ', '+')}", ("Edge Ed", "Far Fan")),
        (f"store_type_id={kind.id}", ("Edge Ed", "Far Fan")),
        (f"store_type_id={kind.id + 99}", ()),
        (f"supervisor_id={team.boss.id}", ("Edge Ed", "Far Fan")),
        (f"supervisor_id={team.hr.id}", ()),
        ("days=2", ()),
        ("min=100", ("Edge Ed", "Far Fan")),
        ("min=101", ()),
        ("state=decided", ()),
        ("state=all&sort=-money", ("Edge Ed", "Far Fan")),
    ):
        html = hr.get(f"/hr/inbox?{query}").text
        found = tuple(name for name in ("Edge Ed", "Far Fan") if name in html)
        assert found == seen, query


def test_saved_views_are_addresses(team: Crew, hr: Any) -> None:
    team.came("Far Fan", metres=400)
    [waiting, *_] = exceptions()
    do(service.pass_on, by=as_actor(team.boss.staff_no, at=clock.now()), employee_id=waiting.employee_id,
       work_date=ON, note="Look at the door", at=clock.now())  # fmt: skip
    team.came("Edge Ed", metres=150)
    for query, seen in (("sent=1", ["Far Fan"]), ("mine=1&state=decided", []), ("", ["Edge Ed", "Far Fan"])):
        html = hr.get(f"/hr/inbox?{query}").text
        assert [name for name in ("Edge Ed", "Far Fan") if name in html] == seen, query
        assert html.count('class="chip" href=') == 4
        assert len(re.findall(r'class="chip" href="[^"]*" aria-current', html)) == 1, query
    hr.post(f"/hr/inbox/{waiting.id}/decide", data={"decision": "approved", "seq": exceptions()[0].state_seq})
    assert "Far Fan" in hr.get("/hr/inbox?mine=1&state=decided").text


def test_hr_marks_somebody_absent_and_takes_it_back(team: Crew, hr: Any) -> None:
    found = team.came("Far Fan", metres=400)
    [row] = exceptions()
    here = f"/hr/inbox/{row.id}"
    assert f'href="{here}/absent"' in hr.get(here).text
    assert "counts as on time" in hr.get(f"{here}/absent").text
    refused = hr.post(f"{here}/absent", data={"reason": "no_show"})
    assert (refused.status_code, "Add a note" in refused.text, "checked" in refused.text) == (422, True, True)
    assert hr.post(f"{here}/absent", data={"reason": "no_show", "note": "Nobody saw them"}).status_code == 303
    assert (day(found).confirmed, day(found).status) == ("absent", "absent")
    assert "Marked absent" in hr.get("/hr/audit?person=far").text
    assert f'action="{here}/absent/undo"' in hr.get(here).text
    assert hr.post(f"{here}/absent/undo").status_code == 303
    assert day(found).confirmed != "absent"


@pytest.mark.parametrize("query", STRANGE)
def test_strange_addresses_are_pages_too(team: Crew, hr: Any, query: str) -> None:
    team.came("Far", metres=400)
    assert hr.get(f"/hr/inbox?{query}").status_code == 200


def test_the_row_button_approves_and_the_money_follows(team: Crew, hr: Any) -> None:
    far = team.came("Far", metres=400)
    [one] = exceptions()
    answer = hr.hx("POST", f"/hr/inbox/{one.id}/decide", data={"decision": "approved", "seq": 0})
    assert (answer.status_code, f'id="x-{one.id}"' in answer.text) == (200, True)
    assert "Approved" in answer.text
    assert (day(far).status, day(far).undecided) == ("field_work", False)


def test_rejecting_needs_a_reason_and_keeps_what_was_typed(team: Crew, hr: Any) -> None:
    far = team.came("Far", metres=400)
    [one] = exceptions()
    path, target = f"/hr/inbox/{one.id}/decide", {"HX-Target": "detail"}
    answer = hr.hx("POST", path, data={"decision": "rejected", "seq": 0}, headers=target)
    assert (answer.status_code, "Say why" in answer.text) == (422, True)
    assert hr.post(path, data={"decision": "x", "reason": "typed", "seq": 0}).status_code == 422
    done = hr.hx("POST", path, data={"decision": "rejected", "seq": 0, "reason": "Too far"}, headers=target)
    assert (done.status_code, "<template>" in done.text) == (200, True)
    assert ("Too far" in done.text, "Open it again" in done.text) == (True, True)
    assert not day(far).present


def test_u25_the_second_person_sees_who_and_when(team: Crew, hr: Any, client_as: Any) -> None:
    """T24: a stale page decides nothing."""
    team.came("Far", metres=400)
    [one] = exceptions()
    other = client_as(factories.employee(team.field.branch, "hr", name="Ada Other"))
    path = f"/hr/inbox/{one.id}/decide"
    assert hr.post(path, data={"decision": "approved", "seq": 0}).status_code == 303
    second = other.hx("POST", path, data={"decision": "rejected", "reason": "No", "seq": 0})
    assert second.status_code == 422
    assert "Lin Mei decided this at 2 Mar 12:00" in second.text
    assert f'id="x-{one.id}"' in second.text
    assert other.post(path, data={"decision": "rejected", "reason": "No", "seq": 0}).status_code == 409
    db.session.remove()
    assert db.session.query(Decision).count() == 1


def test_pressing_twice_decides_once(team: Crew, hr: Any) -> None:
    team.came("Far", metres=400)
    [one] = exceptions()
    for _ in range(2):
        assert hr.hx("POST", f"/hr/inbox/{one.id}/decide", data={"decision": "approved", "seq": 0}).status_code == 200
    db.session.remove()
    assert db.session.query(Decision).count() == 1


def test_many_at_once_and_one_that_needs_a_person(team: Crew, hr: Any, client_as: Any) -> None:
    """U26: the others are done, one stays with its reason."""
    for number in range(4):
        team.came(f"Far {number}", metres=400)
    ids = picked()
    other = client_as(factories.employee(team.field.branch, "hr", name="Ada Other"))
    other.post(f"/hr/inbox/{exceptions()[1].id}/decide", data={"decision": "approved", "seq": 0})
    answer = hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "approved", "checked": "1"})
    assert "3 approved. 1 was answered or taken back meanwhile." in answer.text
    assert "Ada Other decided this at" in answer.text
    assert [row.state for row in exceptions()] == ["approved"] * 4
    assert "Nothing waits for a decision." not in answer.text
    sorters = re.findall(r'href="(/[^"]*sort=[^"]*)"', answer.text)
    assert len(sorters) == 5
    assert {hr.get(address).status_code for address in sorters} == {200}


def test_a_whole_selection_goes_back_to_the_same_filters(team: Crew, hr: Any) -> None:
    for number in range(2):
        team.came(f"Far {number}", metres=400)
    answer = hr.post("/hr/inbox/bulk?kind=outside&sort=-day", data={"ids": picked(), "decision": "approved"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hr/inbox?kind=outside&sort=-day")
    assert "2 approved." in hr.get("/hr/inbox").text


def test_bulk_reject_needs_a_reason(team: Crew, hr: Any) -> None:
    team.came("Far", metres=400)
    answer = hr.post("/hr/inbox/bulk", data={"ids": picked(), "decision": "rejected"})
    assert (answer.status_code, "Say why" in answer.text) == (422, True)
    assert hr.post("/hr/inbox/bulk", data={"ids": picked(), "decision": "rejected", "reason": "No"}).status_code == 303
    assert [row.state for row in exceptions()] == ["rejected"]


@pytest.mark.parametrize(
    "ids", [[], ["x"], ["1"], ["-1-0"], ["999999-0"], ["9" * 30 + "-0"], ["1-99999999999999999999"]]
)
def test_a_forged_selection_decides_nothing(team: Crew, hr: Any, ids: list[str]) -> None:
    team.came("Far", metres=400)
    assert hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "approved"}).status_code == 422
    assert [row.state for row in exceptions()] == ["open"]


def test_more_than_the_limit_is_looked_at_once_more(team: Crew, hr: Any) -> None:
    """U23: the sum on the button is the change of the ledger."""
    for number in range(11):
        team.came(f"Far {number}", metres=400)
    ids = picked()
    page = hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "approved"})
    assert "Approve 11 · +¥1,100.00" in page.text
    assert [row.state for row in exceptions()] == ["open"] * 11
    assert hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "approved", "checked": "1"}).status_code == 303
    assert [row.state for row in exceptions()] == ["approved"] * 11


def test_two_check_ins_of_one_day_are_summed_as_they_really_are(team: Crew, hr: Any) -> None:
    far = team.came("Far", metres=400)
    arrive(far, "09:15", 400)
    page = hr.post("/hr/inbox/bulk", data={"ids": picked(), "decision": "approved"})
    assert "Approve 2 · +¥100.00" in page.text


def test_t35_other_branches_are_not_there(team: Crew, hr: Any) -> None:
    foreign = crew()
    foreign.came("Foreign", metres=400)
    [one] = exceptions()
    assert "Foreign" not in hr.get("/hr/inbox?state=all").text
    for path in (f"/hr/inbox/{one.id}", f"/hr/inbox/{one.id}/effect"):
        assert hr.get(path).status_code == 404
    for path in ("decide", "reopen"):
        data = {"decision": "approved", "reason": "x"}
        assert hr.post(f"/hr/inbox/{one.id}/{path}", data=data).status_code == 404
    assert hr.post("/hr/inbox/bulk", data={"ids": picked(), "decision": "approved"}).status_code == 422
    assert [row.state for row in exceptions()] == ["open"]


def test_the_drawer_has_the_evidence_and_the_money(team: Crew, hr: Any, client_as: Any) -> None:
    far = team.came("Far", metres=400)
    client_as(team.boss).post(f"/confirm/{far.rep.id}/hr?on={ON}", data={"note": "The door is at the back."})
    [one] = exceptions()
    html = hr.hx("GET", f"/hr/inbox/{one.id}").text
    assert "<html" not in html
    assert "Chen Jie: “The door is at the back.”" in html
    assert re.search(r"Attendance allowance</th><td>¥0.00</td><td>¥100.00</td><td>\+¥100.00", html)
    assert ("Phone 09:05:00, server 09:05:00" in html, "<circle" in html) == (True, True)
    assert "Approve · +¥100.00" in html
    assert not re.search(r"31\.23|121\.4", html)
    assert "<html" in hr.get(f"/hr/inbox/{one.id}").text


def test_a_correction_is_approved_with_the_time_asked_or_another(team: Crew, hr: Any) -> None:
    found = team.came("Late", "09:45")
    wanted = found.moment("09:00")
    mark = attendance.mark_rows([(found.rep.id, ON)])[found.rep.id, ON][0].id
    db.session.remove()
    do(service.report_mistake, rep=found.me, work_date=ON, category="wrong_time", note="", wanted_at=wanted,
       check_in_id=mark, at=clock.now())  # fmt: skip
    [one] = exceptions()
    html = hr.hx("GET", f"/hr/inbox/{one.id}").text
    assert 'value="09:00"' in html
    later = hr.hx("GET", f"/hr/inbox/{one.id}/effect?at=09:30").text
    assert "¥70.00" in later
    assert hr.hx("GET", f"/hr/inbox/{one.id}/effect?at=x").status_code == 200
    assert (
        hr.post(f"/hr/inbox/{one.id}/decide", data={"decision": "approved", "seq": 0, "at": "09:10"}).status_code == 303
    )
    assert (day(found).status, day(found).first_in) == ("normal", found.moment("09:10"))


def test_a_missing_check_out_asks_for_a_time(team: Crew, hr: Any, freeze: Any) -> None:
    found = team.came("Forgot")
    freeze("2026-03-03T08:00+08:00")
    service.close_due(branch_id=team.field.branch.id, at=clock.now())
    do(service.ask_excuse, rep=found.me, work_date=ON, kind="missing_out", note="Phone empty", at=clock.now())
    [one] = exceptions()
    html = hr.get("/hr/inbox").text
    assert ("needs a time" in html, "No check-out" in html) == (True, True)
    assert 'value="18:00"' in hr.hx("GET", f"/hr/inbox/{one.id}").text
    target = {"HX-Target": "detail"}
    empty = hr.hx("POST", f"/hr/inbox/{one.id}/decide", data={"decision": "approved", "seq": 0}, headers=target)
    assert (empty.status_code, "Give the time." in empty.text) == (422, True)
    data = {"decision": "approved", "seq": 0, "at": "18:05"}
    assert hr.hx("POST", f"/hr/inbox/{one.id}/decide", data=data, headers=target).status_code == 200
    assert (day(found).status, day(found).last_out) == ("normal", found.moment("18:05"))


def test_a_decision_is_opened_again_with_a_reason(team: Crew, hr: Any) -> None:
    far = team.came("Far", metres=400)
    [one] = exceptions()
    hr.post(f"/hr/inbox/{one.id}/decide", data={"decision": "approved", "seq": 0})
    assert "Far" in hr.get("/hr/inbox?state=decided").text
    assert hr.post(f"/hr/inbox/{one.id}/reopen", data={"seq": 1}).status_code == 422
    assert hr.post(f"/hr/inbox/{one.id}/reopen", data={"seq": 1, "reason": "Wrong person"}).status_code == 303
    assert (exceptions()[0].state, day(far).status) == ("open", "pending")
    html = hr.hx("GET", f"/hr/inbox/{one.id}").text
    assert ("Wrong person" in html, "Opened again" in html) == (True, True)


def test_later_days_of_a_streak_are_part_of_the_change(team: Crew, hr: Any, freeze: Any) -> None:
    found = team.rep("Streak")
    for number in range(10):
        on = ON + timedelta(days=number)
        arrived = arrive(found, "09:00", 400 if number == 0 else 0, on=on)
        leave(found, arrived, "18:00", on=on)
    freeze("2026-03-12T09:00+08:00")
    [one] = exceptions()
    html = hr.hx("GET", f"/hr/inbox/{one.id}").text
    assert "Later days change too" in html
    assert "All together: +¥200.00" in html


def test_u23_the_sum_of_two_days_of_one_run_is_what_is_earned_afterwards(team: Crew, hr: Any, freeze: Any) -> None:
    """Each day alone completes no run of ten; both together do."""
    found = team.rep("Streak")
    for number in range(10):
        on = ON + timedelta(days=number)
        leave(found, arrive(found, "09:00", 400 if number in (0, 4) else 0, on=on), "18:00", on=on)
    freeze("2026-03-12T09:00+08:00")

    def earned() -> int:
        db.session.remove()
        days = rewards.earned_between(found.rep.id, ON, ON + timedelta(days=9), at=clock.now())
        return sum(day.total for day in days.values())

    before = earned()
    page = hr.post("/hr/inbox/bulk", data={"ids": picked(), "decision": "approved"})
    assert "Approve 2 · +¥350.00" in page.text
    hr.post("/hr/inbox/bulk", data={"ids": picked(), "decision": "approved", "checked": "1"})
    assert earned() - before == 35_000


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_fifty_rows_cost_as_many_statements_as_five(team: Crew, hr: Any, queries: Any) -> None:
    def cost(more: int) -> int:
        for number in range(more):
            team.came(f"Far {more} {number}", metres=400 if number % 2 else 150)
        with queries() as seen:
            page = hr.get("/hr/inbox")
        assert seen.writes() == []
        assert len(gzip.compress(page.data)) <= 10_000
        assert page.text.count("data-row ") == more + (5 if more > 5 else 0)
        return len(seen)

    assert cost(5) == cost(45) <= 16
