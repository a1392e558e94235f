"""Odd answers to the forms under /me: refused beside their field, never with a 500, and nothing typed is lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.pages.test_hostile_input import ODD
from tests.support import company as companies
from tests.support.company import Company

LEAVE = {"kind": "sick", "first_on": "2026-03-06", "last_on": "2026-03-06", "note": "Dentist", "step": "look"}
SWAP = {"other_id": "0", "asker_on": "2026-03-06", "other_on": "", "note": "Family", "step": "look"}
MORE = ("0001-01-01", "2026-03-06T25:00", "🙂", "1", "-0", "true", "x" * 10_000)


@pytest.fixture
def firm(app: Any, freeze: Any) -> Company:
    freeze("2026-03-04T10:00+08:00")
    app.config["PROPAGATE"] = False
    return companies.build()


@pytest.mark.parametrize("step", ["look", "send"])
@pytest.mark.parametrize(("address", "form"), [("/me/leave/new", LEAVE), ("/me/swaps/new", SWAP)])
def test_no_field_breaks_asking(firm: Company, client_as: Any, address: str, form: dict[str, str], step: str) -> None:
    client = client_as("R001")
    usual = {**form, "client_id": str(uuid4()), "step": step}
    if "other_id" in usual:
        usual["other_id"] = str(firm.people["R002"].id)
    for name in [*usual, "starts_half", "ends_half"]:
        for text in (*ODD, *MORE):
            answer = client.post(address, data={**usual, "client_id": str(uuid4()), name: text})
            assert answer.status_code in (200, 303, 422), f"{name}={text[:30]!r}: {answer.status_code}"
    for name in usual:
        short = {key: value for key, value in usual.items() if key != name}
        assert client.post(address, data=short).status_code in (200, 303, 422), f"without {name}"
    assert client.post(address, data={}).status_code == 422


def test_a_note_that_is_too_long_stays(firm: Company, client_as: Any) -> None:
    answer = client_as("R001").post("/me/leave/new", data={**LEAVE, "client_id": str(uuid4()), "note": "字" * 10_000})
    assert (answer.status_code, "字" * 10_000 in answer.text) == (422, True)


@pytest.mark.parametrize(
    "path", ["/me/leave/{}/withdraw", "/me/leave/{}/cancel", "/me/swaps/{}/answer", "/me/swaps/{}/withdraw"]
)
def test_what_is_not_theirs_is_not_there(firm: Company, client_as: Any, path: str) -> None:
    """Neither for another rep nor for whoever has another role."""
    for number in (1, 999_999_999, 10**12):
        assert client_as("R001").post(path.format(number), data={"reason": "x", "answer": "yes"}).status_code == 404
    assert client_as("S001").post(path.format(1), data={}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/plan?day=0000-00-00", "/plan?day=9999-12-31", "/plan?day=🙂", "/plan?day=" + "9" * 5000]
)
def test_no_day_breaks_the_plan(firm: Company, client_as: Any, path: str) -> None:
    assert client_as("R001").get(path).status_code == 200


def test_no_order_breaks_the_plan(firm: Company, client_as: Any) -> None:
    client = client_as("R001")
    for on in ("", "0000-00-00", "9999-12-31", "0001-01-01", "2026-03-04"):
        for order in ("", "0", "-1", "9" * 23, "9" * 5000, "²", "x"):
            assert client.post("/plan/order", data={"on": on, "seen": order, "order": order}).status_code == 303
