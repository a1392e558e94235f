"""HR's pages for people."""

from __future__ import annotations

from datetime import date

import pytest

from tests import factories
from webapp.core.audit import AuditEntry
from webapp.core.db import db
from webapp.people.models import BranchScope, Employee, Salary, SignIn, Team


@pytest.fixture
def branch(app):
    return factories.branch()


@pytest.fixture
def hr(branch, client_as):
    return client_as(factories.employee(branch, "hr", staff_no="H1"))


@pytest.fixture
def admin(branch, client_as):
    return client_as(factories.employee(branch, "admin", staff_no="A1"))


def fields(person, **changes):
    """The employee form as the browser sends it."""
    names = (
        "staff_no",
        "name",
        "phone",
        "branch_id",
        "team_id",
        "role",
        "employer",
        "joined_on",
        "language",
        "version",
    )
    values = {name: getattr(person, name) for name in names}
    return {name: "" if value is None else str(value) for name, value in {**values, **changes}.items()}


def get(employee_id):
    db.session.expire_all()
    return db.session.get_one(Employee, employee_id)


def actions():
    return [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_adding_a_person(branch, hr):
    form = {"staff_no": "r900", "name": " Li  Na ", "phone": "138 0013 8000", "branch_id": branch.id, "role": "rep",
            "employer": "own", "joined_on": "2026-03-02", "language": "zh", "salary": "6,500.00"}  # fmt: skip
    made = hr.post("/hr/people", data=form)
    person = db.session.query(Employee).filter_by(staff_no="R900").one()
    assert made.location == f"/hr/people/{person.id}#sign-in"
    assert (person.name, person.phone, person.password_hash) == ("Li Na", "13800138000", None)
    assert db.session.query(Salary).one().amount == 650000
    assert actions() == ["employee.hired", "salary.recorded"]
    again = hr.post("/hr/people", data={**form, "phone": ""})
    assert again.status_code == 422
    assert "Li Na has this staff number already." in again.text
    assert "6,500.00" in again.text, "nothing typed is lost"


def test_the_list_is_searched_filtered_sorted_and_paged_in_constant_queries(branch, hr, queries):
    other = factories.branch()
    factories.employee(other, name="Elsewhere")
    counts = []
    for size in (3, 120):
        for n in range(size):
            factories.employee(branch, name=f"Person 100% {size}-{n:03}", joined_on=date(2021, 1, 1))
        with queries() as asked:
            page = hr.get("/hr/people?sort=-name")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8, asked
    assert page.text.count('<th scope="row">') == 50
    assert "120-119" in page.text
    assert "124 entries" in page.text
    assert "Elsewhere" not in page.text
    assert "120-000" in hr.get("/hr/people?sort=-name&page=3").text
    found = hr.get("/hr/people?q=100%25+3-0").text
    assert "3 entries" in found
    assert "1 entry" in hr.get("/hr/people?role=hr").text
    assert "Nobody matches" in hr.get("/hr/people?state=left").text
    assert hr.get("/hr/people?page=zzz&team_id=x&sort=;drop").status_code == 200


def test_changing_a_person_is_audited_with_before_and_after(branch, hr):
    who = factories.employee(branch, name="Wang Wei")
    team = factories.save(Team(branch_id=branch.id, name="North"))
    assert hr.post(f"/hr/people/{who.id}", data=fields(who, name="Wang Wei-Lin", team_id=team.id)).status_code == 303
    assert get(who.id).name == "Wang Wei-Lin"
    entry = db.session.query(AuditEntry).one()
    assert (entry.before, entry.after) == (
        {"name": "Wang Wei", "team_id": None},
        {"name": "Wang Wei-Lin", "team_id": team.id},
    )


def test_two_at_once_the_second_is_told(branch, hr):
    """T24: a stale page does not overwrite."""
    who = factories.employee(branch, name="Old")
    assert hr.post(f"/hr/people/{who.id}", data=fields(who, name="First")).status_code == 303
    late = hr.post(f"/hr/people/{who.id}", data=fields(who, name="Second"))
    assert late.status_code == 422
    assert "Somebody changed this" in late.text
    assert 'value="Second"' in late.text
    assert get(who.id).name == "First"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": ""}, "name"), ({"joined_on": "soon"}, "joined_on"), ({"role": "king"}, "role"),
     ({"staff_no": "no spaces!"}, "staff_no"), ({"phone": "12"}, "phone"), ({"team_id": 999}, "team_id")],
)  # fmt: skip
def test_bad_input_is_said_beside_its_field(branch, hr, change, field):
    who = factories.employee(branch)
    page = hr.post(f"/hr/people/{who.id}", data=fields(who, **change))
    assert page.status_code == 422
    assert f'id="f-{field}-error"' in page.text


@pytest.mark.parametrize("role", ["rep", "hr", "finance", "admin"])
def test_the_clients_staff_only_supervise(branch, admin, role):
    """Nobody of the client's can earn, decide or see money here."""
    clients = factories.employee(branch, "supervisor", employer="client")
    page = admin.post(f"/hr/people/{clients.id}", data=fields(clients, role=role))
    assert page.status_code == 422
    assert 'id="f-employer-error"' in page.text
    assert "can only be store supervisors" in page.text
    assert get(clients.id).role == "supervisor"
    assert admin.post(f"/hr/people/{clients.id}", data=fields(clients, role=role, employer="own")).status_code == 303
    own = factories.employee(branch, role)
    assert admin.post(f"/hr/people/{own.id}", data=fields(own, employer="client")).status_code == 422
    assert get(own.id).employer == "own"


def test_leaving_ends_sign_ins_at_once_and_keeps_history(branch, hr, client_as, freeze):
    """T36: with the answer to HR's click the phone is out."""
    freeze("2026-03-02T09:00+08:00")
    who = factories.employee(branch, password_hash="x")
    phone = client_as(who)
    assert phone.get("/me").status_code == 200
    future = {"left_on": "2026-03-31", "reason": "resigned"}
    assert hr.post(f"/hr/people/{who.id}/leaving", data=future).status_code == 303
    assert phone.get("/me").status_code == 200, "until the last day is over"
    assert hr.post(f"/hr/people/{who.id}/leaving", data={"left_on": "2026-03-01"}).status_code == 303
    assert phone.get("/me").status_code == 303
    assert db.session.query(SignIn).filter_by(employee_id=who.id).one().revoked_at is not None
    assert hr.post(f"/hr/people/{who.id}/leaving", data={"left_on": ""}).status_code == 303
    assert get(who.id).left_on is None
    assert [name for name in actions() if name.startswith("employee.")] == [
        "employee.leaving", "employee.leaving", "employee.stays",
    ]  # fmt: skip


def test_leaving_now_takes_the_password_too(branch, hr, client_as, freeze):
    today = freeze("2026-03-02T09:00+08:00").date()
    who = factories.employee(branch, password_hash="x")
    phone = client_as(who)
    hr.post(f"/hr/people/{who.id}/leaving", data={"now": "1"})
    assert phone.get("/me").status_code == 303
    assert (get(who.id).left_on, get(who.id).password_hash) == (today, None)


def test_leaving_before_joining_is_refused(branch, hr):
    who = factories.employee(branch, joined_on=date(2026, 3, 1))
    assert hr.post(f"/hr/people/{who.id}/leaving", data={"left_on": "2026-02-28"}).status_code == 422


def test_salary_has_a_date_and_can_be_replaced(branch, hr):
    who = factories.employee(branch)
    for amount in ("5000", "5,500.50"):
        form = {"effective_from": "2026-04-01", "amount": amount}
        assert hr.post(f"/hr/people/{who.id}/salary", data=form).status_code == 303
    assert db.session.query(Salary).one().amount == 550050
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert (entry.before["salary"], entry.after["salary"]) == (500000, 550050)
    bad = hr.post(f"/hr/people/{who.id}/salary", data={"effective_from": "2026-04-01", "amount": "1.234"})
    assert bad.status_code == 422


def test_a_one_time_password_is_shown_once(branch, hr, client_as):
    who = factories.employee(branch)
    phone = client_as(who)
    page = hr.post(f"/hr/people/{who.id}/password")
    once = page.text.split("<code>")[1].split("</code>")[0]
    assert len(once) == 14
    assert once not in hr.get(f"/hr/people/{who.id}").text
    assert page.headers["Cache-Control"] == "no-store"
    assert phone.get("/me").status_code == 303
    assert get(who.id).password_temporary
    assert once not in str(db.session.query(AuditEntry).one().after)


def test_first_passwords_for_many_at_once(app, branch, hr):
    """Only for those who have none, and whom this person may give one."""
    waiting = [factories.employee(branch) for _ in range(3)]
    factories.employee(branch, password_hash="x")
    factories.employee(branch, left_on=date(2026, 1, 1))
    chief, theirs = factories.employee(branch, "admin"), factories.employee(factories.branch())
    assert "Make one-time passwords" in hr.get("/hr/people?state=waiting").text
    page = hr.post("/hr/people/passwords")
    assert page.text.count("<code>") == 3
    once = page.text.split(f"<td>{waiting[0].staff_no}</td>")[1].split("<code>")[1].split("</code>")[0]
    signed_in = app.test_client().post("/login", data={"number": waiting[0].staff_no, "password": once})
    assert signed_in.location == "/login/password"
    assert get(chief.id).password_hash is get(theirs.id).password_hash is None


def test_hr_cannot_make_or_touch_office_rights(branch, hr, admin):
    """T24: HR may not give itself, or a friend, the right to pay out."""
    rep, clerk = factories.employee(branch), factories.employee(branch, "finance")
    chief = factories.employee(branch, "admin")
    assert hr.post(f"/hr/people/{rep.id}", data=fields(rep, role="finance")).status_code == 422
    assert hr.post(f"/hr/people/{clerk.id}", data=fields(clerk, role="rep")).status_code == 422
    assert hr.post(f"/hr/people/{clerk.id}/password").status_code == 403
    assert hr.post(f"/hr/people/{chief.id}", data=fields(chief, name="Mine")).status_code == 403
    assert hr.get(f"/hr/people/{chief.id}").status_code == 200
    assert admin.post(f"/hr/people/{rep.id}", data=fields(rep, role="finance")).status_code == 303


def test_nobody_changes_their_own_role_salary_or_last_day(branch, client_as):
    """T24."""
    for role in ("hr", "admin"):
        who = factories.employee(branch, role)
        client = client_as(who)
        assert client.post(f"/hr/people/{who.id}", data=fields(who, role="rep")).status_code == 422
        pay = {"effective_from": "2026-04-01", "amount": "99999"}
        assert client.post(f"/hr/people/{who.id}/salary", data=pay).status_code == 422
        assert client.post(f"/hr/people/{who.id}/leaving", data={"left_on": "2030-01-01"}).status_code == 422
        assert client.post(f"/hr/people/{who.id}/password").status_code == 403
    assert db.session.query(Salary).count() == 0


def test_hr_of_one_branch_never_reaches_another(branch, hr, client_as):
    """T35, T36: 404 for every page and every change; more branches only where an admin gave them."""
    other = factories.branch()
    theirs = factories.employee(other)
    for path in ("", "/leaving", "/salary", "/password", "/sign-ins/end"):
        data = {**fields(theirs), "left_on": "2030-01-01", "effective_from": "2026-04-01", "amount": "1"}
        assert hr.post(f"/hr/people/{theirs.id}{path}", data=data).status_code == 404, path
    assert hr.get(f"/hr/people/{theirs.id}").status_code == 404
    mine = factories.employee(branch)
    assert hr.post(f"/hr/people/{mine.id}", data=fields(mine, branch_id=other.id)).status_code == 422
    wide = factories.employee(branch, "hr")
    factories.save(BranchScope(employee_id=wide.id, branch_id=other.id))
    assert client_as(wide).get(f"/hr/people/{theirs.id}").status_code == 200


def test_a_branch_with_another_currency_needs_a_new_start(branch, admin):
    away = factories.branch(currency="SGD", timezone="Asia/Singapore")
    near = factories.branch()
    who = factories.employee(branch)
    refused = admin.post(f"/hr/people/{who.id}", data=fields(who, branch_id=away.id))
    assert "same currency and time zone" in refused.text
    assert admin.post(f"/hr/people/{who.id}", data=fields(who, branch_id=near.id)).status_code == 303


def test_an_admin_gives_further_branches(branch, admin):
    other, who = factories.branch(), factories.employee(branch, "hr")
    assert admin.post(f"/hr/people/{who.id}", data={**fields(who), "scope": [other.id]}).status_code == 303
    assert db.session.query(BranchScope).one().branch_id == other.id
    assert "employee.scope" in actions()


@pytest.mark.parametrize("role", ["rep", "supervisor", "finance"])
def test_others_do_not_get_in(branch, client_as, role):
    """T35."""
    client = client_as(factories.employee(branch, role))
    for path in ("/hr/people", "/hr/people/new", "/hr/people/1"):
        assert client.get(path).status_code == 403
