"""Signing in, being locked out, choosing a password, signing out."""

from __future__ import annotations

from datetime import date

import pytest

from tests import factories
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.limits import limiter
from webapp.core.security import hash_password
from webapp.pages.account.places import local_path
from webapp.people import service
from webapp.people.models import Employee, SignIn

PASSWORD = "tea in the morning"
HASH = hash_password(PASSWORD)
ANSWER_PAGES = {"rep": "/today", "supervisor": "/confirm", "hr": "/hr/inbox", "finance": "/hr/withdrawals"}


@pytest.fixture
def branch(app):
    return factories.branch()


def person(branch, role="rep", **known):
    return factories.employee(branch, role, **{"password_hash": HASH, **known})


def enter(client, number, password=PASSWORD, **more):
    return client.post("/login", data={"number": number, "password": password, **more})


@pytest.mark.parametrize("role", ANSWER_PAGES)
def test_everybody_lands_on_their_own_page(branch, client, role):
    who = person(branch, role)
    assert enter(client, who.staff_no).location == ANSWER_PAGES[role]
    assert client.get("/").location == ANSWER_PAGES[role]
    assert client.get("/login").location == ANSWER_PAGES[role]


@pytest.mark.parametrize("typed", ["r77", " R77 ", "138 0013-8000"])
def test_staff_number_or_phone_however_it_is_typed(branch, client, typed):
    person(branch, staff_no="R77", phone="13800138000")
    assert enter(client, typed).status_code == 303


@pytest.mark.parametrize(
    ("stored", "typed", "status"),
    [
        ("+8613800138000", "138 0013 8000", 303),
        ("13800138000", "+86 138 0013 8000", 303),
        ("+6591234567", "9123 4567", 303),
        ("+8613800138000", "0138000", 422),
        ("+8613800138000", "+6513800138000", 422),
    ],
)
def test_a_phone_number_is_known_without_its_country_code(branch, client, stored, typed, status):
    person(branch, phone=stored)
    assert enter(client, typed).status_code == status


def test_a_number_of_two_countries_needs_its_code(branch, client):
    person(branch, phone="+8691234567")
    person(branch, phone="+6591234567")
    assert enter(client, "91234567").status_code == 422
    assert enter(client, "+6591234567").status_code == 303


def test_a_wrong_pair_says_the_same_whether_the_person_exists_or_not(branch, client):
    who = person(branch)
    answers = []
    for number in (who.staff_no, "NOBODY"):
        page = enter(client, number, "not this one")
        assert page.status_code == 422
        assert f'value="{number}"' in page.text
        assert "not this one" not in page.text
        answers.append(page.text.replace(number, "X"))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("number", ["R77", "NOBODY"])
def test_five_wrong_passwords_lock_and_say_the_minutes(branch, client, freeze, number):
    """Names nobody has are locked as well, or the lock would tell who exists."""
    freeze("2026-03-02T09:00+08:00")
    person(branch, staff_no="R77")
    for _ in range(4):
        assert "do not belong together" in enter(client, number, "wrong").text
    assert "15 more min" in enter(client, number, "wrong").text
    freeze.forward(minutes=9)
    assert "6 more min" in enter(client, number).text, "the right password does not open a lock"
    freeze.forward(minutes=6)
    assert enter(client, number).status_code == (303 if number == "R77" else 422)


def test_a_right_password_forgets_the_wrong_ones(branch, client):
    who = person(branch)
    for _ in range(2):
        for _ in range(4):
            enter(client, who.staff_no, "wrong")
        assert enter(client, who.staff_no).status_code == 303
        client.post("/logout")


@pytest.mark.parametrize(("role", "days"), [("rep", 29), ("supervisor", 29), ("hr", 0.49), ("finance", 0.49)])
def test_how_long_a_sign_in_lasts(branch, client, freeze, role, days):
    freeze("2026-03-02T09:00+08:00")
    who = person(branch, role)
    enter(client, who.staff_no)
    freeze.forward(days=days)
    assert client.get("/me").status_code == 200
    freeze.forward(days=1.1)
    assert client.get("/me").location == "/login?next=/me"


def test_signing_out_kills_a_copied_cookie(branch, client, app):
    """T36: the server forgets the sign-in, whoever still holds the cookie."""
    who = person(branch)
    enter(client, who.staff_no)
    copied = client.get_cookie("session").value
    assert client.post("/logout").location == "/login"
    thief = app.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/me").status_code == 303
    assert client.post("/logout").status_code == 303


def test_somebody_who_left_does_not_come_in(branch, client, freeze):
    """T36: dead from the day after the last one, by the branch's calendar, with a sign-in or without."""
    freeze("2026-03-02T09:00+08:00")
    who = person(branch, left_on=date(2026, 3, 3))
    assert enter(client, who.staff_no).status_code == 303
    freeze("2026-03-03T23:59+08:00")
    assert client.get("/me").status_code == 200
    freeze("2026-03-04T00:00+08:00")
    assert client.get("/me").status_code == 303
    assert enter(client, who.staff_no).status_code == 422


def test_next_leads_on_but_never_away(branch, client):
    who = person(branch)
    assert enter(client, who.staff_no, next="/me?x=1").location == "/me?x=1"
    client.post("/logout")
    assert enter(client, who.staff_no, next="//evil.example/").location == "/today"


@pytest.mark.parametrize(
    "text",
    ["//x.example", "/\\x.example", "https://x.example", "javascript:alert(1)", "/a\\b", "/a\nb", "/a\n", "\t//x", ""],
)
def test_foreign_addresses_are_refused(text):
    assert local_path(text, "/home") == "/home"


def test_a_one_time_password_works_once_and_asks_for_an_own_one(branch, client, app, freeze):
    freeze("2026-03-02T09:00+08:00")
    who = person(branch, password_hash=None)
    assert enter(client, who.staff_no).status_code == 422
    once = service.one_time_password()
    do(service.reset_password, by=None, employee_id=who.id, new_hash=hash_password(once), at=clock.now())
    assert enter(client, who.staff_no, once).location == "/login/password"
    assert client.get("/me").status_code == 303, "not signed in yet"
    assert client.get("/login/password").status_code == 200
    easy = client.post("/login/password", data={"password": "12345678", "again": "12345678"})
    assert easy.status_code == 422
    assert "first that are tried" in easy.text
    other = client.post("/login/password", data={"password": "a quiet shop", "again": "a quiet stop"})
    assert "differ" in other.text
    done = client.post("/login/password", data={"password": "a quiet shop", "again": "a quiet shop"})
    assert done.location == "/me/setup"
    assert client.get("/me/setup").status_code == 200
    fresh = app.test_client()
    assert enter(fresh, who.staff_no, once).status_code == 422
    assert enter(fresh, who.staff_no, "a quiet shop").location == "/today"


def test_the_step_for_an_own_password_ends(branch, client, freeze):
    freeze("2026-03-02T09:00+08:00")
    who = person(branch, password_temporary=True)
    enter(client, who.staff_no)
    freeze.forward(minutes=11)
    late = client.post("/login/password", data={"password": "a quiet shop", "again": "a quiet shop"})
    assert late.status_code == 422
    assert client.get("/login/password").location == "/login"


def test_the_language_chosen_before_signing_in_is_kept(branch, client):
    who = person(branch, language="en")
    assert client.post("/language", data={"lang": "zh", "next": "/login"}).location == "/login"
    assert 'lang="zh-CN"' in client.get("/login").text
    enter(client, who.staff_no)
    assert db.session.get_one(Employee, who.id).language == "zh"


def test_the_demo_people_stand_only_on_the_demos_page(make_app):
    for demo in (True, False):
        page = make_app(DEMO=demo).test_client().get("/login").text
        assert ("R001" in page) is demo
        assert ("onsite-demo" in page) is demo


def test_a_sign_in_keeps_its_device(branch, client):
    who = person(branch)
    client.post(
        "/login", data={"number": who.staff_no, "password": PASSWORD}, headers={"User-Agent": "Chrome on Android"}
    )
    assert db.session.query(SignIn).one().agent == "Chrome on Android"


@pytest.mark.parametrize("storage", ["memory://", "redis+unix:///nonexistent/onsite-test.sock"])
def test_one_address_cannot_try_for_ever(make_app, monkeypatch, storage):
    """The same limit counts while Redis is away."""
    monkeypatch.setattr(limiter, "_storage_dead", False)
    client = make_app(RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI=storage).test_client()
    assert tries(client) == [422] * 30 + [429] * 2
    assert client.get("/login").status_code == 200


@pytest.mark.parametrize(("proxies", "forwarded"), [(0, "10.0.0.{}"), (1, "10.0.0.{}, 192.0.2.7")])
def test_t37_only_a_trusted_proxy_says_where_somebody_is(make_app, monkeypatch, proxies, forwarded):
    """Who makes up addresses stays one address; behind the proxy, the one it saw counts."""
    monkeypatch.setattr(limiter, "_storage_dead", False)  # else it begins anew when it looks for its storage again
    client = make_app(RATELIMIT_ENABLED=True, TRUSTED_PROXIES=proxies).test_client()
    assert tries(client, forwarded) == [422] * 30 + [429] * 2
    neighbour = client.post("/login", data={"number": ""}, headers={"X-Forwarded-For": "192.0.2.8"})
    assert neighbour.status_code == (422 if proxies else 429)


def tries(client, forwarded="10.0.0.1"):
    return [
        client.post("/login", data={"number": ""}, headers={"X-Forwarded-For": forwarded.format(n)}).status_code
        for n in range(32)
    ]


def test_an_address_with_chinese_fits_into_a_header(branch, client):
    answer = client.hx("POST", "/language", data={"lang": "zh", "next": "/今天?q=%E4%BB%8A"})
    assert answer.headers["HX-Redirect"] == "/%E4%BB%8A%E5%A4%A9?q=%E4%BB%8A"
