"""Every page of every role in both languages, light and dark: axe, targets, width, CSP, console (T40, T41)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.architecture.route_objects import OBJECTS, fill
from tests.architecture.routes import all_routes
from tests.support import apps, browsers
from tests.support.company import Company, find

ROLES = {"rep": "R001", "supervisor": "S001", "hr": "H001", "finance": "F001", "admin": "A001"}
ON_PHONES = {"rep", "supervisor"}
_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.walk
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
@pytest.mark.parametrize("role", ROLES)
def test_every_page(role: str, language: str, scheme: str, phone, desk, stack, axe, screens) -> None:
    apps.speak(stack.app, ROLES[role], language)
    with stack.app.app_context():
        company = find()
    page: Page = (phone if role in ON_PHONES else desk)(ROLES[role], color_scheme=scheme)
    for path in _pages(stack.app, role, company):
        answer = page.goto(path)
        assert answer is not None
        if not answer.text().lstrip().lower().startswith("<!doctype"):
            continue  # a part of a page, fetched by its page
        axe(page)
        assert page.evaluate(_TOO_WIDE) <= 0, f"{path} scrolls sideways"
        if role in ON_PHONES:
            assert not browsers.small_targets(page), f"{path}: lower than 48 px: {browsers.small_targets(page)}"
        screens(page, f"{path.strip('/').replace('/', '-')}-{language}")


def _pages(app, role: str, company: Company) -> Iterator[str]:
    for route in all_routes(app):
        machine = route.rule.startswith(("/api/", "/iclock/", "/static/", "/healthz", "/readyz"))
        machine = machine or route.rule.endswith((".csv", ".js", ".png", ".webmanifest"))
        known = all(name in OBJECTS for name in route.parameters)
        if route.method == "GET" and known and not machine and (route.roles is None or role in route.roles):
            with app.app_context():
                path = route.path(fill(route.parameters, company, ROLES[role]))
            if not path.endswith((".csv", ".xlsx")):  # what a browser saves instead of showing it
                yield path
