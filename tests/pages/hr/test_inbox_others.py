"""Rows of HR's inbox that are no exceptions: leave requests, swaps, held punches, questions about pay."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr import waiting as made
from tests.pages.hr.waiting import Waiting, fresh
from tests.payroll.company import APRIL
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import do
from webapp.devices.models import HeldDecision
from webapp.payroll.models import PayslipQuestion
from webapp.people.models import Employee, Team
from webapp.schedules import service as schedules
from webapp.schedules.models import LeaveRequest, SwapRequest

NAMES = {
    "exception": "Mia Mistake", "leave_request": "Lea Leaves", "swap": "Anna Asks", "held_punch": "Holly Holds",
    "pay_question": "Person",
}  # fmt: skip
DRAWER = {"HX-Target": "detail"}


@pytest.fixture
def all_kinds(app: Any, freeze: Any) -> Waiting:
    freeze(APRIL.isoformat())
    return made.waiting()


@pytest.fixture
def hr(all_kinds: Waiting, client_as: Any) -> Any:
    return client_as(all_kinds.it.hr)


def kinds(html: str) -> list[str]:
    """Of the rows, in their order."""
    found = re.findall(r'<tr data-row id="x-(?:(\w+)-)?\d+"', html)
    return [kind or "exception" for kind in found]


def badge(html: str) -> str:
    return re.findall(r'id="badge-inbox"[^>]*>(\d*)<', html)[0]


def marks(it: Waiting) -> list[str]:
    return [f"{it.exception}-0", f"leave_request-{it.leave}-1", f"swap-{it.swap}-2"]


def test_every_kind_is_a_row_of_the_one_table(all_kinds: Waiting, hr: Any) -> None:
    html = hr.get("/hr/inbox").text
    assert sorted(kinds(html)) == sorted(NAMES)
    for said in (
        "Leave request", "Annual leave · Fri 3 Apr – Mon 6 Apr · 4 days · Wedding", "Swap of days",
        "Ben Agrees works instead of Anna Asks on Fri 3 Apr", "Clock was reset · Back door showed 2000-01-01 08:00:00",
        "Question about pay", "I worked 22 days", "March 2026", "Sun 5 Apr",
    ):  # fmt: skip
        assert said in html, (said, html[html.index("<tbody>") :])
    assert badge(html) == "5"
    assert 'value="held_punch' in html
    assert len(re.findall(r'name="ids"[^>]* disabled', html)) == 2
    assert "needs the time it counts at: open it" in html


def test_filters_that_know_all_kinds(all_kinds: Waiting, hr: Any) -> None:
    for query, seen in (
        *((f"kind={kind}", [kind]) for kind in NAMES if kind != "exception"),
        ("kind=mistake", ["exception"]), ("q=lea", ["leave_request"]), ("q=ben+agrees", ["swap"]),
        ("q=holly", ["held_punch"]), ("q=back+door", ["held_punch"]), ("q=nobody", []),
        ("month=2026-03", ["pay_question"]), ("days=1", []), ("overdue=1", []), ("state=decided", []),
        (f"branch_id={all_kinds.it.branch.id + 999}", []),
    ):  # fmt: skip
        assert kinds(hr.get(f"/hr/inbox?{query}").text) == seen, query
    assert len(kinds(hr.get(f"/hr/inbox?branch_id={all_kinds.it.branch.id}").text)) == 5
    assert len(kinds(hr.get("/hr/inbox?state=all").text)) == 5


def test_filters_only_exceptions_have_say_so(all_kinds: Waiting, hr: Any) -> None:
    for query, name in (
        ("store_type_id=1", "Store type"), ("supervisor_id=1", "Supervisor"), ("min=0", "Money from"),
        ("sent=1", "Sent by supervisors"),
    ):  # fmt: skip
        html = hr.get(f"/hr/inbox?{query}&q=mi").text
        assert set(kinds(html)) <= {"exception"}, query
        assert f"other matters have nothing for “{name}”" in html
        assert 'href="/hr/inbox?q=mi">Show all that waits' in html
    for sort in ("day", "due", "-money"):
        assert kinds(hr.get(f"/hr/inbox?kind=swap&sent=1&sort={sort}").text) == [], sort
    decided = hr.get("/hr/inbox?state=decided").text
    assert ("lists of their own" in decided, 'href="/hr/schedule/swaps"' in decided) == (True, True)
    assert "lists of their own" not in hr.get("/hr/inbox").text


def test_it_is_sorted_by_every_column_across_kinds(all_kinds: Waiting, hr: Any) -> None:
    order = {
        "day": ["pay_question", "exception", "held_punch", "swap", "leave_request"],
        "person": ["swap", "held_punch", "leave_request", "exception", "pay_question"],
        "kind": ["exception", "leave_request", "swap", "held_punch", "pay_question"],
    }
    for sort, wanted in order.items():
        assert kinds(hr.get(f"/hr/inbox?sort={sort}").text) == wanted, sort
    assert kinds(hr.get("/hr/inbox?sort=-kind").text) == order["kind"][::-1]
    for sort in ("due", "-due", "money", "-money", "store", "branch", "opened"):
        assert sorted(kinds(hr.get(f"/hr/inbox?sort={sort}").text)) == sorted(NAMES), sort


def test_pages_count_and_leave_nothing_out(all_kinds: Waiting, hr: Any) -> None:
    made.many_leaves(all_kinds.it.branch, 60)
    for sort in ("day", "-person", "due", "money"):
        pages = [hr.get(f"/hr/inbox?sort={sort}&page={number}").text for number in (1, 2, 9)]
        assert pages[1] == pages[2].replace("page=9", "page=2"), sort
        ids = [re.findall(r'<tr data-row id="(x-[^"]+)"', html) for html in pages[:2]]
        assert [len(found) for found in ids] == [50, 15], sort
        assert len({*ids[0], *ids[1]}) == 65, sort
        assert "65" in re.findall(r'class="pager".*?</nav>', pages[0], re.DOTALL)[0]
    assert badge(pages[0]) == "65"


def test_what_is_late_is_counted_on_its_view(all_kinds: Waiting, hr: Any) -> None:
    assert re.search(r"Overdue</a>", hr.get("/hr/inbox").text)
    made.many_leaves(all_kinds.it.branch, 2, asked=timedelta(days=9))
    do(_due_yesterday, number=all_kinds.question)
    html = hr.get("/hr/inbox").text
    assert re.search(r'Overdue <span class="badge">3</span>', html)
    assert kinds(hr.get("/hr/inbox?overdue=1").text) == ["pay_question", "leave_request", "leave_request"]
    assert kinds(hr.get("/hr/inbox?sort=due").text)[:3] == ["leave_request", "leave_request", "pay_question"]


def _due_yesterday(*, number: int) -> None:
    make.db.session.get_one(PayslipQuestion, number).due_on = date(2026, 4, 1)


def test_what_waits_for_others_is_not_there(all_kinds: Waiting, hr: Any, client_as: Any) -> None:
    """One's own request, one that a supervisor answers first, one of another branch."""
    branch = all_kinds.it.branch
    team = make.save(Team(branch_id=branch.id, name="East"))
    make.employee(branch, "supervisor", team_id=team.id)
    made.leave(make.employee(branch, team_id=team.id, name="Sue Supervised"), steps=["supervisor", "hr"])
    made.leave(fresh(Employee, all_kinds.it.hr.id))
    made.leave(make.employee(make.branch(), name="Foreign"))
    html = hr.get("/hr/inbox").text
    assert (len(kinds(html)), badge(html)) == (5, "5")
    stranger = client_as(make.employee(make.branch(), "hr"))
    assert kinds(stranger.get("/hr/inbox").text) == []
    finance = client_as(all_kinds.it.finance)
    for path in all_kinds.paths.values():
        assert (stranger.get(path).status_code, finance.get(path).status_code) == (404, 403), path
        said = {"decision": "approved", "version": 1, "reason": "x"}
        assert (stranger.post(path, data=said).status_code, finance.post(path, data=said).status_code) == (404, 403)


@pytest.mark.parametrize("kind", list(NAMES)[1:])
def test_the_drawer_shows_the_matter_and_a_page_of_its_own_too(all_kinds: Waiting, hr: Any, kind: str) -> None:
    path = all_kinds.paths[kind]
    words = {"leave_request": "Others on leave then", "swap": "agreed on", "held_punch": "What stands around it",
             "pay_question": "What was recorded then"}  # fmt: skip
    drawer, page = hr.hx("GET", f"{path}?sort=-day").text, hr.get(f"{path}?sort=-day").text
    for html in (drawer, page):
        assert words[kind] in html
        assert f'action="{path}?sort=-day"' in html
    assert ("<html" in drawer, "<html" in page) == (False, True)
    assert (f'hx-post="{path}?sort=-day"' in drawer, "hx-post" in page) == (True, False)
    assert 'href="/hr/inbox?sort=-day"' in page


def test_leave_is_approved_in_its_row(all_kinds: Waiting, hr: Any) -> None:
    path = f"{all_kinds.paths['leave_request']}?kind=leave_request"
    answer = hr.hx("POST", path, data={"decision": "approved", "version": 1})
    assert (answer.status_code, f'id="x-leave_request-{all_kinds.leave}"' in answer.text) == (200, True)
    assert ("Approved" in answer.text, badge(answer.text)) == (True, "4")
    assert fresh(LeaveRequest, all_kinds.leave).state == "approved"
    late = hr.hx("POST", path, data={"decision": "rejected", "version": 1, "reason": "No"})
    assert (late.status_code, 'role="alert"' in late.text) == (422, True)


def test_a_swap_is_refused_in_the_drawer_with_a_reason(all_kinds: Waiting, hr: Any) -> None:
    path = all_kinds.paths["swap"]
    empty = hr.hx("POST", path, data={"decision": "rejected", "version": 2}, headers=DRAWER)
    assert (empty.status_code, 'aria-invalid="true"' in empty.text) == (422, True)
    done = hr.hx("POST", path, data={"decision": "rejected", "version": 2, "reason": "Too late"}, headers=DRAWER)
    assert (done.status_code, "<template><tr" in re.sub(r">\s+<", "><", done.text)) == (200, True)
    assert ("Too late" in done.text, badge(done.text)) == (True, "4")
    assert fresh(SwapRequest, all_kinds.swap).state == "rejected"


def test_plain_forms_go_back_to_the_same_filters(all_kinds: Waiting, hr: Any) -> None:
    swap, held = all_kinds.paths["swap"], all_kinds.paths["held_punch"]
    answer = hr.post(f"{swap}?kind=swap", data={"decision": "approved", "version": 2})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hr/inbox?kind=swap")
    assert hr.post(held, data={"decision": "ignore", "seen": 0}).status_code == 422
    answer = hr.post(held, data={"decision": "ignore", "seen": 0, "reason": "Nobody was there"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hr/inbox")
    assert make.db.session.query(HeldDecision).count() == 1
    assert sorted(kinds(hr.get("/hr/inbox").text)) == ["exception", "leave_request", "pay_question"]


def test_a_question_is_answered_in_the_drawer(all_kinds: Waiting, hr: Any) -> None:
    path = all_kinds.paths["pay_question"]
    said = {"outcome": "explained", "text": "21 days", "client_id": "5d3d2b3e-6f1c-4d47-9a0e-0d5f7b0a1c11", "seq": 0}
    short = hr.hx("POST", path, data={**said, "text": ""}, headers=DRAWER)
    assert (short.status_code, "data-errors" in short.text or 'role="alert"' in short.text) == (422, True)
    done = hr.hx("POST", path, data=said, headers=DRAWER)
    assert (done.status_code, "21 days" in done.text, badge(done.text)) == (200, True, "4")
    assert fresh(PayslipQuestion, all_kinds.question).state == "answered"


def test_many_at_once_of_different_kinds(all_kinds: Waiting, hr: Any) -> None:
    answer = hr.post("/hr/inbox/bulk?sort=-day", data={"ids": marks(all_kinds), "decision": "approved"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hr/inbox?sort=-day")
    assert "3 approved." in hr.get("/hr/inbox").text
    assert fresh(AttendanceException, all_kinds.exception).state == "approved"
    assert fresh(LeaveRequest, all_kinds.leave).state == "approved"
    assert fresh(SwapRequest, all_kinds.swap).state == "approved"


def test_the_one_that_cannot_be_done_stays_with_its_reason(all_kinds: Waiting, hr: Any) -> None:
    """A leave of a month that is closed; the others are done."""
    closed = made.leave(make.employee(all_kinds.it.branch, name="Clo Closed"), date(2026, 3, 30), date(2026, 3, 30))
    do(schedules.close_period, by=all_kinds.it.hr, branch_id=all_kinds.it.branch.id, month="2026-03", at=clock.now())
    ids = [*marks(all_kinds), f"leave_request-{closed}-1", f"held_punch-{all_kinds.held}-0", "pay_question-1-0"]
    answer = hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "approved"})
    assert "3 approved. 1 needs you." in answer.text
    row = answer.text[answer.text.index(f'id="x-leave_request-{closed}"') :]
    assert "closed" in row[: row.index("</tr>")]
    assert fresh(LeaveRequest, closed).state == "open"
    assert fresh(LeaveRequest, all_kinds.leave).state == "approved"
    assert not make.db.session.query(HeldDecision).count()


def test_a_reason_too_long_for_some_stops_only_those(all_kinds: Waiting, hr: Any) -> None:
    """PostgreSQL refuses what its column cannot hold, and would break off among the rows."""
    sent = {"ids": marks(all_kinds), "decision": "approved", "reason": "x" * 301}
    answer = hr.post("/hr/inbox/bulk", data=sent)
    assert (answer.status_code, "1 approved. 2 need you." in answer.text) == (200, True)
    assert "300" in answer.text[answer.text.index(f'id="x-leave_request-{all_kinds.leave}"') :]
    assert (fresh(LeaveRequest, all_kinds.leave).state, fresh(SwapRequest, all_kinds.swap).state) == (
        "open",
        "accepted",
    )


@pytest.mark.parametrize("path", ["/hr/inbox", "/hr/reports/lateness.csv"])
def test_an_address_in_no_known_encoding_is_read_as_well_as_it_can_be(hr: Any, path: str) -> None:
    answer = hr.get(path, environ_overrides={"QUERY_STRING": "q=\xff&since=x"})
    assert answer.status_code in (200, 303)


def test_a_stale_version_decides_nothing(all_kinds: Waiting, hr: Any) -> None:
    ids = [f"leave_request-{all_kinds.leave}-7", f"swap-{all_kinds.swap}-1"]
    answer = hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "rejected", "reason": "No"})
    assert "0 rejected. 2 need you." in answer.text
    assert [fresh(LeaveRequest, all_kinds.leave).state, fresh(SwapRequest, all_kinds.swap).state] == [
        "open",
        "accepted",
    ]
    for strange in (["leave_request--1"], ["swap-1-x"], ["x-1-1"], ["leave_request-999999-1"], ["--"]):
        assert hr.post("/hr/inbox/bulk", data={"ids": strange, "decision": "approved"}).status_code == 422


def test_more_than_the_limit_is_looked_at_once_more(all_kinds: Waiting, hr: Any) -> None:
    made.many_leaves(all_kinds.it.branch, 20)
    rows = make.db.session.query(LeaveRequest).all()
    ids = [*marks(all_kinds)[:1], *(f"leave_request-{row.id}-1" for row in rows)]
    page = hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "rejected", "reason": "No"}).text
    assert ("Leave requests and swaps" in page, "Reject 22" in page, "and 11 more" in page) == (True, True, True)
    assert hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "rejected", "reason": "No", "checked": "1"}).location
    assert {row.state for row in make.db.session.query(LeaveRequest).populate_existing()} == {"rejected"}


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_a_mixed_page_costs_as_many_statements_as_a_short_one(all_kinds: Waiting, hr: Any, queries: Any) -> None:
    def cost() -> tuple[int, int]:
        with queries() as seen:
            page = hr.get("/hr/inbox")
        assert seen.writes() == []
        assert len(gzip.compress(page.data)) <= 10_000
        return len(seen), len(kinds(page.text))

    few, branch = cost(), all_kinds.it.branch
    made.many_leaves(branch, 12)
    door = make.terminal(branch)
    for n in range(12):
        made.held_punch(door, make.employee(branch), pin=f"10{n}")
        made.exception(make.employee(branch))
        made.wants_to_swap(make.employee(branch), make.employee(branch))
    many = cost()
    assert (few[1], many[1]) == (5, 50)
    assert few[0] == many[0] <= 20
