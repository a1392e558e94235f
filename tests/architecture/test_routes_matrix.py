"""T35, T36: every route x every role x own and foreign objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.architecture.route_objects import EMPTY_HANDED, FORMS, LOOKS, OBJECTS, fill
from tests.architecture.routes import Route, all_routes
from tests.support import apps, queries
from tests.support import company as companies
from tests.support.client import CheckingClient
from tests.support.company import Company

ROLES = {"rep": "R001", "supervisor": "S001", "hr": "H001", "finance": "F001", "admin": "A001"}
NOBODYS = 999_999
Clients = Callable[..., CheckingClient]
Walk = Callable[..., Iterator[tuple[Route, str]]]

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def company(app: Flask) -> Company:
    return companies.build()


@pytest.fixture
def walk(app: Flask, company: Company) -> Walk:
    """walk(who, foreign=False): every route with its path filled in; foreign leaves out those that name no object."""

    def routes(who: str, *, foreign: bool = False) -> Iterator[tuple[Route, str]]:
        for route in all_routes(app):
            known = all(name in OBJECTS for name in route.parameters)
            if known and (route.parameters or not foreign):
                yield route, route.path(fill(route.parameters, company, who, foreign=foreign))

    return routes


def test_every_url_parameter_has_an_object(app: Flask) -> None:
    missing = {
        f"{name} of {route.rule}" for route in all_routes(app) for name in route.parameters if name not in OBJECTS
    }
    assert not missing, f"add to OBJECTS in tests/architecture/route_objects.py: {sorted(missing)}"


def test_nobody_gets_in_without_signing_in(client: CheckingClient, walk: Walk) -> None:
    wrong = []
    for route, path in walk("R001"):
        if route.roles is not None:
            answer = client.open(path, method=route.method)
            if answer.status_code != 401 and "/login" not in answer.headers.get("Location", ""):
                wrong.append(f"{route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_is_not_allowed_is_refused(role: str, client_as: Clients, walk: Walk) -> None:
    client, wrong = client_as(ROLES[role]), []
    for route, path in walk(ROLES[role]):
        if route.roles is not None and role not in route.roles:
            status = client.open(path, method=route.method, data=FORMS.get(route.endpoint)).status_code
            if status not in (403, 404):
                wrong.append(f"{route}: {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ROLES)
def test_pages_open_for_those_allowed_and_change_nothing(
    role: str, language: str, app, client_as: Clients, walk
) -> None:
    """T21, T40: in both languages, as a page and as a fragment, without a single write."""
    apps.speak(app, ROLES[role], language)
    client, wrong = client_as(ROLES[role]), []
    for route, path in walk(ROLES[role]):
        if route.method == "GET" and (route.roles is None or role in route.roles):
            for send in (client.get, lambda path: client.hx("GET", path)):
                with queries.record() as asked:
                    status = send(path).status_code
                if not 200 <= status < 400 and EMPTY_HANDED.get(route.endpoint) != status:
                    wrong.append(f"{route}: {status}")
                wrong += [f"{route} writes: {text}" for text in asked.writes() if not _a_look(route.endpoint, text)]
    assert not wrong, "\n".join(wrong)


def _a_look(endpoint: str, statement: str) -> bool:
    return endpoint in LOOKS and statement.startswith("INSERT INTO position_view ")


@pytest.mark.parametrize("role", ROLES)
def test_objects_of_others_do_not_exist(role: str, client_as: Clients, walk: Walk, company: Company) -> None:
    """A 403 or 404 for every object of another branch. The admin works in all of them, so gets one that is nobody's."""
    wrong = []
    for route, path in walk(ROLES[role], foreign=True):
        if route.roles is None or role in route.roles:
            if role == "admin":
                path = route.path(dict.fromkeys(route.parameters, NOBODYS))
            answer = client_as(ROLES[role]).open(path, method=route.method, data=FORMS.get(route.endpoint))
            if answer.status_code not in (403, 404):
                wrong.append(f"{route} {path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_form_is_never_a_500(role: str, client_as: Clients, walk: Walk) -> None:
    for route, path in walk(ROLES[role]):
        if route.method != "GET" and (route.roles is None or role in route.roles):
            answer = client_as(ROLES[role]).open(path, method=route.method, data={})
            assert answer.status_code < 500, f"{route}: {answer.status_code}"
