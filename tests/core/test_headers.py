"""What every answer says to the browser and to caches between, whatever kind of answer it is (T23)."""

from __future__ import annotations

import pytest

from tests import factories
from tests.support.client import CheckingClient
from webapp.core.security import hash_password


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
