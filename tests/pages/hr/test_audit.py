"""The audit page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from webapp.core import audit, clock, tables
from webapp.core.db import do
from webapp.people import service
from webapp.people.models import Team

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def branch(app):
    return factories.branch()


@pytest.fixture
def hr(branch, client_as):
    return client_as(factories.employee(branch, "hr", staff_no="H1", name="Hu HR"))


def note(branch, n=1, **known):
    values = {"actor_id": None, "action": "branch.held", "object_type": "branch", "object_id": branch.id,
              "branch_id": branch.id, "at": AT + timedelta(hours=n)}  # fmt: skip
    do(audit.record, **{**values, **known})


def rows(page):
    return page.text.count('<th scope="row">')


def test_before_and_after_in_words(branch, hr, client_as):
    who = factories.employee(branch, name="Li Na")
    team = factories.save(Team(branch_id=branch.id, name="North"))
    change = {"employee_id": who.id, "at": clock.now()}
    do(service.update_employee, by=None, version=1, role="supervisor", team_id=team.id, **change)
    do(service.record_salary, by=None, effective_from=branch.settled_from, amount=650000, **change)
    text = hr.get("/hr/audit").text
    assert "Rep → Store supervisor" in text
    assert "</span> North" in text
    assert "¥6,500.00" in text
    assert "Onsite itself" in text
    assert f'href="/hr/people/{who.id}">Li Na</a>' in text


@pytest.mark.parametrize("odd", ["0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_name_that_looks_like_no_day_hides_nothing(odd, branch, hr):
    note(branch, before={"name": "Early"}, after={"name": odd})
    assert [hr.get(path).status_code for path in ("/hr/audit", "/hr/audit/export.csv")] == [200, 200]


def test_days_and_plans_are_named_and_found_by_person(branch, hr):
    """U29: who changed Li Na's 2 March, and what was it before?"""
    who = factories.employee(branch, name="Li Na")
    site = factories.site(factories.store_type(branch), name="Bridge Store")
    on = f"{who.id}|2026-03-02"
    note(branch, 1, action="attendance.absent", object_type="attendance_day", object_id=on,
         after={"word": "absent", "reason": "no_show", "bulk": False})  # fmt: skip
    note(branch, 2, action="plan.changed", object_type="schedule", object_id=on, before={"stops": []},
         after={"stops": [[site.id, "09:00", "10:30"]]})  # fmt: skip
    note(branch, 3, action="branch.released")
    page = hr.get("/hr/audit?person=li+na")
    assert rows(page) == 2
    for text in (">Marked absent<", "Li Na · Mon 2 Mar", "</span> Did not come", "Bridge Store 09:00–10:30"):
        assert text in page.text, text


def test_filters_by_person_object_action_and_day(branch, hr):
    who = factories.employee(branch, name="Li Na")
    note(branch, 1)
    note(branch, 2, actor_id=who.id)
    note(branch, 3, object_type="employee", object_id=who.id, action="employee.changed", reason="because")
    note(branch, 30)
    for query, n in {
        "": 4, "person=li+na": 2, f"person={who.staff_no}": 2, "person=nobody": 0, "action=employee.changed": 1,
        "object_type=branch": 3, f"object_type=employee&object_id={who.id}": 1, "since=2026-03-03": 1,
        "until=2026-03-02": 3, "since=2026-03-02&until=2026-03-02": 3, "since=soon&before=x": 4,
    }.items():  # fmt: skip
        assert rows(hr.get(f"/hr/audit?{query}")) == n, query


def test_days_are_those_of_the_branch(branch, hr):
    """T15: 00:30 in Shanghai is still yesterday in UTC."""
    note(branch, at=datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
    assert rows(hr.get("/hr/audit?since=2026-03-02&until=2026-03-02")) == 1
    assert rows(hr.get("/hr/audit?until=2026-03-01")) == 0


def test_paging_by_id_in_constant_queries(branch, hr, queries):
    for n in range(120):
        note(branch, n)
    with queries() as asked:
        page = hr.get("/hr/audit")
    assert len(asked) <= 7, asked
    seen = [rows(page)]
    while 'rel="next"' in page.text:
        page = hr.get(page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&"))
        seen.append(rows(page))
    assert seen == [50, 50, 20]


def test_hr_sees_its_branches_only(branch, hr, client_as):
    """T35."""
    other = factories.branch()
    note(other)
    note(branch, branch_id=None)
    assert rows(hr.get("/hr/audit")) == 0
    assert rows(client_as(factories.employee(branch, "admin")).get("/hr/audit")) == 2
    for role in ("rep", "supervisor", "finance"):
        client = client_as(factories.employee(branch, role))
        assert client.get("/hr/audit").status_code == client.get("/hr/audit/export.csv").status_code == 403


def test_the_download_has_what_the_page_shows_and_no_formulas(branch, hr):
    """T37."""
    note(branch, 1, reason="=HYPERLINK(1)", after={"on_hold": True})
    note(branch, 2, action="branch.released")
    answer = hr.get("/hr/audit/export.csv?action=branch.held")
    assert b"'=HYPERLINK" in answer.data
    table = tables.read(answer.data)
    assert len(table.rows) == 1
    assert table.rows[0].values[0] == "2026-03-02 10:00:00+08:00"
    assert table.rows[0].values[5] == "On hold: yes"
