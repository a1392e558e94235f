"""T40: numbers no database can hold are answered like any other bad input, never with a 500."""

import pytest
from flask import Flask

from tests.architecture.routes import all_routes
from tests.support import company as companies
from webapp.core.errors import Invalid
from webapp.core.money import parse_amount

HUGE = "9" * 20


@pytest.mark.parametrize("who", ["R001", "S001", "H001", "F001"])
def test_an_id_beyond_every_id_is_not_found(who: str, app: Flask, client_as) -> None:
    role = companies.build().people[who].role
    client, wrong = client_as(who), []
    for route in all_routes(app):
        if "<int" in route.rule and route.roles and role in route.roles:
            path = route.path(dict.fromkeys(route.parameters, HUGE))
            if (status := client.open(path, method=route.method).status_code) not in (404, 405):
                wrong.append(f"{route}: {status}")
    assert not wrong, "\n".join(wrong)


def test_an_id_beyond_every_id_in_a_form_is_bad_input(app: Flask, client_as) -> None:
    companies.build()
    assert client_as("S001").post("/confirm/clean", data={"ids": ["1", HUGE]}).status_code == 422


def test_a_day_sent_without_its_fields_is_shown_again(app: Flask, client_as) -> None:
    person = companies.build().people["R001"]
    answer = client_as("H001").post(f"/hr/schedule/{person.id}", data={"starts": "nonsense", "stop": "nowhere"})
    assert answer.status_code == 422


@pytest.mark.parametrize("typed", ["1e999999", "-1e999999", "9" * 400, "1e30", "nan", "infinity", "1.001"])
def test_an_amount_beyond_every_amount_is_bad_input(typed: str) -> None:
    with pytest.raises(Invalid, match="not_an_amount"):
        parse_amount(typed, "CNY")
