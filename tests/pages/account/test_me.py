"""One's own page."""

from __future__ import annotations

import pytest

from tests import factories
from tests.support import apps
from webapp.core.db import db
from webapp.core.security import hash_password
from webapp.people.models import Employee, SignIn

PASSWORD = "tea in the morning"


@pytest.fixture
def branch(app):
    return factories.branch()


@pytest.mark.parametrize("role", ["rep", "supervisor", "hr", "finance", "admin"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_everybody_has_the_page_in_both_languages(branch, client_as, role, language):
    client = client_as(factories.employee(branch, role, language=language))
    for path in ("/me", "/me/password", "/me/setup", "/me/setup/location", "/me/setup/install"):
        assert client.get(path).status_code == 200


def test_reading_comfort_is_kept_and_shown(branch, client_as):
    who = factories.employee(branch)
    client = client_as(who)
    chosen = {"language": "zh", "theme": "dark", "text_size": "large"}
    assert client.post("/me", data=chosen).location == "/me"
    page = client.get("/me").text
    assert 'lang="zh-CN" data-theme="dark" data-size="large"' in page
    assert {name: getattr(db.session.get_one(Employee, who.id), name) for name in chosen} == chosen
    assert client.post("/me", data={**chosen, "theme": "pink"}).status_code == 422


def test_letter_keys_can_be_switched_off_at_the_desk(branch, client_as):
    """WCAG 2.1.4; a phone has no such keys, so its form says nothing about them."""
    desk, phone = client_as(factories.employee(branch, "hr")), client_as(factories.employee(branch))
    comfort = {"language": "en", "theme": "auto", "text_size": "normal"}
    assert "data-keys" not in desk.get("/hr/inbox").text
    desk.post("/me", data=comfort)
    assert 'data-keys="off"' in desk.get("/hr/inbox").text
    desk.post("/me", data={**comfort, "letter_keys": "1"})
    assert "data-keys" not in desk.get("/hr/inbox").text
    phone.post("/me", data=comfort)
    page = phone.get("/me").text
    assert "data-keys" not in page
    assert "letter_keys" not in page


def test_another_phone_can_be_signed_out(app, branch, client_as):
    """T36: revoking ends the other session with its very next request."""
    who = factories.employee(branch)
    here, there = client_as(who), client_as(who)
    other = db.session.query(SignIn).order_by(SignIn.id.desc()).first()
    assert here.post(f"/me/sign-ins/{other.id}/end").status_code == 303
    assert there.get("/me").status_code == 303
    assert here.get("/me").status_code == 200


def test_all_others_at_once(branch, client_as):
    who = factories.employee(branch)
    here, *others = [client_as(who) for _ in range(3)]
    here.post("/me/sign-ins/end-others")
    assert here.get("/me").status_code == 200
    assert {other.get("/me").status_code for other in others} == {303}


def test_somebody_elses_sign_in_does_not_exist(branch, client_as):
    """T35."""
    victim = client_as(factories.employee(branch))
    theirs = db.session.query(SignIn).one().id
    for role in ("rep", "hr", "admin"):
        assert client_as(factories.employee(branch, role)).post(f"/me/sign-ins/{theirs}/end").status_code == 404
    assert victim.get("/me").status_code == 200


def test_a_new_password_needs_the_old_one_and_ends_other_sign_ins(app, branch, client_as):
    who = factories.employee(branch, password_hash=hash_password(PASSWORD))
    here, there = client_as(who), client_as(who)
    new = {"password": "a quiet shop", "again": "a quiet shop"}
    wrong = here.post("/me/password", data={"current": "guess", **new})
    assert wrong.status_code == 422
    assert "not your current password" in wrong.text
    assert "a quiet shop" not in wrong.text
    assert here.post("/me/password", data={"current": PASSWORD, **new}).location == "/me"
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303
    fresh = app.test_client()
    assert fresh.post("/login", data={"number": who.staff_no, "password": PASSWORD}).status_code == 422
    assert fresh.post("/login", data={"number": who.staff_no, "password": "a quiet shop"}).status_code == 303


def test_the_language_switch_works_signed_in(branch, client_as):
    who = factories.employee(branch, language="en")
    client = client_as(who)
    assert client.post("/language", data={"lang": "zh", "next": "/me?a=b"}).location == "/me?a=b"
    assert client.post("/language", data={"lang": "zh", "next": "//evil.example"}).location == "/"
    assert client.post("/language", data={"lang": "xx"}).status_code == 422
    assert db.session.get_one(Employee, who.id).language == "zh"


def test_forms_from_other_sites_change_nothing(app, branch):
    client = apps.sign_in(app, app.test_client(), factories.employee(branch))
    answer = client.post("/me/sign-ins/end-others", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
