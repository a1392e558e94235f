"""What every answer says to the browser and to caches between, whatever kind of answer it is (T23)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests import factories
from tests.support import company as companies
from tests.support.client import CheckingClient
from webapp.core.security import hash_password

ANSWERS: dict[str, tuple[int, Callable[[CheckingClient], TestResponse]]] = {
    "page": (200, lambda client: client.get("/hr/people")),
    "fragment": (200, lambda client: client.hx("get", "/hr/inbox")),
    "redirect": (303, lambda client: client.get("/")),
    "download": (200, lambda client: client.get("/hr/sites/export.csv")),
    "refused form": (422, lambda client: client.post("/hr/people", data={})),
    "not there": (404, lambda client: client.get("/hr/nothing")),
    "not a file": (404, lambda client: client.get("/static/css/nothing.css")),
    "wrong method": (405, lambda client: client.get("/logout")),
    "not for them": (403, lambda client: client.get("/today")),
    "from elsewhere": (403, lambda client: client.post("/logout", headers={"Sec-Fetch-Site": "cross-site"})),
    "machine": (200, lambda client: client.get("/healthz")),
    "file": (200, lambda client: client.get("/static/css/desk.css")),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_is_strict_and_only_files_are_kept(kind: str, app, client_as) -> None:
    companies.build()
    status, ask = ANSWERS[kind]
    answer = ask(client_as("H001"))
    said = answer.headers
    assert answer.status_code == status
    assert said["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert not [word for word in ("unsafe", "*", "http:", "https:") if word in said["Content-Security-Policy"]]
    assert "frame-ancestors 'none'" in said["Content-Security-Policy"]
    assert (said["X-Content-Type-Options"], said["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert said["Cross-Origin-Opener-Policy"] == "same-origin"
    assert said["Cache-Control"] == ("no-cache" if kind == "file" else "no-store")
    assert "Strict-Transport-Security" not in said


def test_over_https_the_browser_stays_there(client) -> None:
    assert client.get("/login", base_url="https://localhost").headers["Strict-Transport-Security"]


@pytest.fixture
def signed_in(client: CheckingClient) -> CheckingClient:
    """By the form, with the cookie a browser gets."""
    who = factories.employee(factories.branch(), password_hash=hash_password("tea in the morning"))
    answer = client.post("/login", data={"number": who.staff_no, "password": "tea in the morning"})
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    return client


def test_files_are_the_same_for_everybody(signed_in: CheckingClient) -> None:
    """A cache between may hand them to anybody: nothing of a session is in them."""
    answer = signed_in.get("/static/js/phone.js")
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers["Vary"]


def test_t22_only_signing_in_gives_a_cookie(signed_in: CheckingClient) -> None:
    """An answer that was on its way while somebody else signed in would put the first one's cookie back."""
    for answer in (signed_in.get("/today"), signed_in.hx("get", "/wallet"), signed_in.get("/nothing")):
        assert "Set-Cookie" not in answer.headers, answer.request.path
