"""Views of the inbox that somebody named, and what is due when."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.pages.supervisor.crew import NOON, ON, Crew, crew
from webapp.attendance.models import AttendanceException
from webapp.attendance.rules.deadlines import Deadlines
from webapp.core.db import conn, db, do
from webapp.people.models import Branch, SavedView
from webapp.schedules.models import CalendarDay


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


@pytest.fixture
def hr(team: Crew, client_as: Any) -> Any:
    return client_as(team.hr)


def views() -> list[tuple[str, str, str]]:
    found = [tuple(row) for row in db.session.execute(select(SavedView.name, SavedView.query, SavedView.page))]
    db.session.remove()
    return found  # type: ignore[return-value]


def only_id() -> int:
    found = db.session.scalars(select(SavedView.id)).one()
    db.session.remove()
    return found


def test_a_view_is_kept_opened_with_renamed_and_deleted(team: Crew, hr: Any) -> None:
    team.came("Far Fan", metres=400)
    assert "Keep this view" not in hr.get("/hr/inbox").text
    page = hr.get("/hr/inbox?kind=outside&sort=-day").text
    assert 'action="/hr/inbox/views?kind=outside' in page
    sent = hr.post("/hr/inbox/views?kind=outside&sort=-day", data={"name": " Far   away ", "first": "1"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/hr/inbox?kind=outside&sort=-day")
    assert views() == [("Far away", "kind=outside&sort=-day", "inbox:first")]
    opened = hr.get("/hr/inbox")
    assert opened.headers["Location"] == "/hr/inbox?kind=outside&sort=-day"
    page = hr.get(opened.headers["Location"]).text
    assert re.search(r'class="chip own" href="/hr/inbox\?kind=outside&amp;sort=-day" aria-current', page)
    assert 'href="/hr/inbox?state=open"' in page
    here = f"/hr/inbox/views/{only_id()}"
    assert hr.post(here, data={"name": "Away"}).status_code == 303
    assert hr.post(f"{here}/first", data={}).status_code == 303
    assert views() == [("Away", "kind=outside&sort=-day", "inbox")]
    assert hr.get("/hr/inbox").status_code == 200
    assert hr.post(f"{here}/delete").status_code == 303
    assert views() == []


def test_only_filters_the_inbox_knows_are_kept(team: Crew, hr: Any) -> None:
    strange = "kind=outside&next=https://evil.example/&q=%22%3E%3Cscript%3E&page=7&sort=evil&min=5&state=open"
    assert hr.post(f"/hr/inbox/views?{strange}", data={"name": "Strange"}).status_code == 303
    assert views()[0][1] == "q=%22%3E%3Cscript%3E&kind=outside&min=5"
    assert "<script>" not in re.sub(r"<script [^>]*src", "", hr.get("/hr/inbox?state=all").text)


def test_one_view_at_a_time_opens_the_inbox(team: Crew, hr: Any) -> None:
    for name, query in (("A", "kind=outside"), ("B", "kind=uncertain")):
        hr.post(f"/hr/inbox/views?{query}", data={"name": name, "first": "1"})
    assert [page for _, _, page in sorted(views())] == ["inbox", "inbox:first"]


def test_refusals_say_what_to_do_and_keep_what_was_typed(team: Crew, hr: Any) -> None:
    for data, query, text in (
        ({"name": ""}, "kind=outside", "Fill this in."),
        ({"name": "All"}, "", "Filter or sort the list first"),
        ({"name": "x" * 61}, "kind=outside", "At most 60 characters"),
    ):
        answer = hr.post(f"/hr/inbox/views?{query}", data=data)
        assert (answer.status_code, text in answer.text) == (422, True), text
    hr.post("/hr/inbox/views?kind=outside", data={"name": "Away"})
    answer = hr.post("/hr/inbox/views?kind=cannot", data={"name": "Away"})
    assert (answer.status_code, "You have a view called “Away”" in answer.text) == (422, True)
    assert 'value="Away"' in answer.text
    made = {"owner_id": team.hr.id, "page": "inbox", "query": "sent=1", "created_at": datetime.now(UTC)}
    factories.save(*(SavedView(name=f"View {n}", **made) for n in range(19)))
    answer = hr.post("/hr/inbox/views?kind=cannot", data={"name": "One more"})
    assert (answer.status_code, "You have 20 views" in answer.text) == (422, True)


def test_a_view_is_its_owners(team: Crew, hr: Any, client_as: Any) -> None:
    hr.post("/hr/inbox/views?kind=outside", data={"name": "Mine"})
    other = client_as(factories.employee(team.field.branch, role="hr"))
    here = f"/hr/inbox/views/{only_id()}"
    for path in (here, f"{here}/first", f"{here}/delete"):
        assert other.post(path, data={"name": "Stolen"}).status_code == 404
    assert "Mine" not in other.get("/hr/inbox").text
    assert [name for name, _, _ in views()] == ["Mine"]


def age(days: int) -> None:
    do(_age, days=days)


def _age(*, days: int) -> None:
    newest = select(AttendanceException.id).order_by(AttendanceException.id.desc()).limit(1).scalar_subquery()
    opened = conn().scalar(select(AttendanceException.opened_at).where(AttendanceException.id == newest))
    changed = update(AttendanceException).where(AttendanceException.id == newest)
    conn().execute(changed.values(opened_at=opened - timedelta(days=days)))


def test_what_is_late_says_so_and_can_be_asked_for(team: Crew, hr: Any) -> None:
    """Opened four days ago, due after three; a holiday between gives a day more."""
    team.came("Old Ole", metres=400)
    age(4)
    team.came("New Nele", metres=400)
    page = hr.get("/hr/inbox").text
    row = page[page.index("Old Ole") - 900 : page.index("Old Ole") + 2500]
    assert "Overdue" in row
    assert "4 working days" in page
    late = hr.get("/hr/inbox?overdue=1").text
    assert ("Old Ole" in late, "New Nele" in late) == (True, False)
    for sort, names in (("due", ["Old Ole", "New Nele"]), ("-due", ["New Nele", "Old Ole"])):
        found = hr.get(f"/hr/inbox?sort={sort}").text
        assert sorted(names, key=found.index) == names
    yesterday = ON - timedelta(days=1)
    factories.save(CalendarDay(branch_id=team.field.branch.id, on=yesterday, kind="holiday", name="X"))
    assert "Old Ole" not in hr.get("/hr/inbox?overdue=1").text
    assert "3 working days" in hr.get("/hr/inbox").text


def test_a_branch_gives_itself_other_days(team: Crew, hr: Any) -> None:
    team.came("Old Ole", metres=400)
    age(2)
    assert "Old Ole" not in hr.get("/hr/inbox?overdue=1").text
    do(_set_days, branch_id=team.field.branch.id, days=1)
    assert "Old Ole" in hr.get("/hr/inbox?overdue=1").text


def _set_days(*, branch_id: int, days: int) -> None:
    conn().execute(update(Branch).where(Branch.id == branch_id).values(attendance={"decide_days": days}))


@pytest.mark.parametrize("days", [0, 1, 3])
@pytest.mark.parametrize("week", [(1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7), (6,), ()])
def test_the_moment_of_overdue_is_that_of_the_due_day(days: int, week: tuple[int, ...]) -> None:
    """The list is filtered by one moment, the rows show a day: both say the same of every opening."""
    calendar = {date(2026, 3, 4): "holiday", date(2026, 3, 7): "workday"}
    one = Deadlines("X", "Asia/Shanghai", week, calendar, days)
    now = datetime(2026, 3, 18, 4, tzinfo=UTC)
    for hours in range(0, 24 * 20, 7):
        opened = now - timedelta(hours=hours)
        assert (opened < one.overdue_before(now)) == (one.due(opened) < one.local(now)), opened
        assert one.age(opened, now) >= 0
