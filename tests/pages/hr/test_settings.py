"""Branch settings and teams."""

from __future__ import annotations

from datetime import date

import pytest

from tests import factories
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.people.models import Branch, Salary, Team
from webapp.rules.models import Rule
from webapp.sites.models import StoreType
from webapp.wallet import service as wallet
from webapp.wallet.rules import Posting


@pytest.fixture
def branch(app):
    return factories.branch(code="SH")


@pytest.fixture
def hr(branch, client_as):
    return client_as(factories.employee(branch, "hr"))


@pytest.fixture
def admin(branch, client_as):
    return client_as(factories.employee(branch, "admin"))


def fields(branch, **changes):
    names = ("name", "timezone", "currency", "country", "language", "settlement_time", "settled_from", "version")
    values = {name: str(getattr(branch, name)) for name in names}
    return {**values, "workdays": [str(day) for day in branch.workdays], **changes}


def get(branch):
    db.session.expire_all()
    return db.session.get_one(Branch, branch.id)


def test_settings_change_with_an_audit_entry(branch, hr):
    form = fields(branch, settlement_time="22:30", workdays=["1", "2", "3"], timezone="Asia/Tokyo", currency="jpy")
    assert hr.get("/hr/settings").location == f"/hr/settings/{branch.id}"
    assert hr.post(f"/hr/settings/{branch.id}", data=form).status_code == 303
    now = get(branch)
    assert (now.settlement_time, now.workdays, now.timezone, now.currency) == ("22:30", [1, 2, 3], "Asia/Tokyo", "JPY")
    entry = db.session.query(AuditEntry).one()
    assert entry.before == {
        "timezone": "Asia/Shanghai", "currency": "CNY", "settlement_time": "10:00", "workdays": [1, 2, 3, 4, 5, 6, 7],
    }  # fmt: skip
    assert "On hold" not in hr.get("/hr/audit").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("timezone", "Mars/Base"), ("currency", "XX1"), ("country", "China"), ("settlement_time", "25:00"),
     ("workdays", []), ("workdays", ["8"]), ("settled_from", "x"), ("name", " "), ("language", "fr")],
)  # fmt: skip
def test_bad_settings_are_said_at_their_field(branch, hr, field, value):
    page = hr.post(f"/hr/settings/{branch.id}", data=fields(branch, **{field: value}))
    assert page.status_code == 422
    assert f'href="#f-{field}"' in page.text
    assert get(branch).version == 1


def pay_salary(who):
    values = {"effective_from": date(2026, 1, 1), "amount": 1, "currency": "CNY", "recorded_at": clock.now()}
    factories.save(Salary(employee_id=who.id, **values))


def post_reward(who):
    posting = Posting("k1", "reward", 500, date(2026, 1, 1))
    do(wallet.post, employee_id=who.id, currency="CNY", postings=[posting], at=clock.now())


@pytest.mark.parametrize("cause", [pay_salary, post_reward])
def test_currency_and_time_zone_are_locked_once_money_exists(branch, hr, cause):
    cause(factories.employee(branch))
    for change in ({"currency": "SGD"}, {"timezone": "Asia/Tokyo"}):
        page = hr.post(f"/hr/settings/{branch.id}", data=fields(branch, **change))
        assert page.status_code == 422
        assert "can no longer change" in page.text
    assert hr.post(f"/hr/settings/{branch.id}", data=fields(branch, name="Shanghai East")).status_code == 303


def test_a_settled_branch_keeps_its_currency(app, client_as):
    branch = factories.branch(settled_through=date(2026, 1, 1))
    hr = client_as(factories.employee(branch, "hr"))
    assert hr.post(f"/hr/settings/{branch.id}", data=fields(branch, currency="SGD")).status_code == 422


def test_the_first_settled_day_stays_once_days_are_settled(app, client_as):
    """Days before it are never corrected, so moving it would take corrections away."""
    branch = factories.branch(settled_from=date(2026, 1, 1), settled_through=date(2026, 1, 9))
    hr = client_as(factories.employee(branch, "hr"))
    page = hr.post(f"/hr/settings/{branch.id}", data=fields(branch, settled_from="2026-01-05"))
    assert (page.status_code, "can no longer change" in page.text) == (422, True)
    assert get(branch).settled_from == date(2026, 1, 1)
    assert 'type="hidden" name="settled_from" value="2026-01-01"' in hr.get(f"/hr/settings/{branch.id}").text
    assert hr.post(f"/hr/settings/{branch.id}", data=fields(branch, name="East")).status_code == 303


def test_two_at_once_the_second_is_told(branch, hr):
    """T24."""
    assert hr.post(f"/hr/settings/{branch.id}", data=fields(branch, name="One")).status_code == 303
    late = hr.post(f"/hr/settings/{branch.id}", data=fields(branch, name="Two"))
    assert "Somebody changed this" in late.text
    assert get(branch).name == "One"


def test_holding_needs_a_reason_and_is_released(branch, hr):
    assert hr.post(f"/hr/settings/{branch.id}/hold", data={"reason": " "}).status_code == 422
    assert hr.post(f"/hr/settings/{branch.id}/hold", data={"reason": "bank strike"}).status_code == 303
    assert (get(branch).on_hold, get(branch).hold_reason) == (True, "bank strike")
    assert "bank strike" in hr.get(f"/hr/settings/{branch.id}").text
    hr.post(f"/hr/settings/{branch.id}/release")
    assert (get(branch).on_hold, get(branch).hold_reason) == (False, None)
    assert "bank strike" in hr.get("/hr/audit").text


def test_teams(branch, hr):
    base = f"/hr/settings/{branch.id}/teams"
    assert hr.post(base, data={"team": "North"}).status_code == 303
    assert hr.post(base, data={"team": " North "}).status_code == 422
    team = db.session.query(Team).one()
    assert hr.get(f"{base}/{team.id}").status_code == 200
    assert hr.post(f"{base}/{team.id}", data={"team": "South"}).status_code == 303
    factories.employee(branch, team_id=team.id)
    assert "Move its people" in hr.post(f"{base}/{team.id}/delete").text
    assert hr.post(base, data={"team": "Empty"}).status_code == 303
    empty = db.session.query(Team).filter_by(name="Empty").one()
    assert hr.post(f"{base}/{empty.id}/delete").status_code == 303
    assert [found.name for found in db.session.query(Team)] == ["South"]


def test_another_branch_is_not_there(branch, hr):
    """T35: nor its teams through one's own branch."""
    other = factories.branch()
    team = factories.save(Team(branch_id=other.id, name="Theirs"))
    assert hr.get(f"/hr/settings/{other.id}").status_code == 404
    for path in ("", "/hold", "/release", "/teams", f"/teams/{team.id}", f"/teams/{team.id}/delete"):
        data = {**fields(other), "team": "x", "reason": "x"}
        assert hr.post(f"/hr/settings/{other.id}{path}", data=data).status_code == 404, path
    assert hr.post(f"/hr/settings/{branch.id}/teams/{team.id}", data={"team": "x"}).status_code == 404


def test_an_admin_opens_a_branch_ready_to_work(branch, admin, hr):
    form = fields(branch, code="sg", name="Singapore", timezone="Asia/Singapore", currency="sgd", country="sg")
    made = admin.post("/hr/settings", data=form)
    new = db.session.query(Branch).filter_by(code="SG").one()
    assert made.location == f"/hr/settings/{new.id}"
    assert db.session.query(StoreType).filter_by(branch_id=new.id).count() == 4
    assert db.session.query(Rule).filter_by(branch_id=new.id).count() == 4
    assert admin.get(made.location).status_code == 200
    assert "with this code already" in admin.post("/hr/settings", data=form).text
    assert hr.post("/hr/settings", data=form).status_code == 403
    assert hr.get("/hr/settings/new").status_code == 403
    assert admin.get("/hr/settings/new").status_code == 200
