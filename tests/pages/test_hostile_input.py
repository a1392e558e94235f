"""Whatever is typed into whatever field or address, nobody sees a 500 (T40)."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.architecture.route_objects import OBJECTS, fill
from tests.architecture.routes import all_routes
from tests.support import company as companies
from tests.support.client import CheckingClient
from tests.support.company import Company
from tests.support.forms import FoundForm, forms

# HR may nothing that the admin may not.
ROLES = {"rep": "R001", "supervisor": "S001", "finance": "F001", "admin": "A001"}
ODD = (
    "", "a\x00b", "<script>alert(1)</script>'\"{{7*7}}", "\u202eABC\u202c مرحبا 👩‍👩‍👧‍👦 𠮷", "字" * 5000, "9" * 23,
    "-1", "NaN", "1e400", "2026-02-30", "0000-00-00", "9999-12-31", "25:61", "²", "9" * 5000,
)  # fmt: skip
EACH = 2
NAMES = (
    "page", "q", "month", "on", "day", "sort", "state", "branch_id", "kind", "min", "days", "n", "year", "view", "from",
    "to", "site", "amount", "id", "seen", "show", "store_type_id", "supervisor_id", "team_id", "only", "next", "person",
    "action", "until", "reject", "counts", "staff_no", "role", "size",
)  # fmt: skip


@pytest.fixture
def company(app: Flask) -> Company:
    app.config["PROPAGATE"] = False
    return companies.build()


@pytest.mark.parametrize("role", ROLES)
def test_no_field_of_any_form_breaks_anything(role: str, app: Flask, company: Company, client_as) -> None:
    """Every form of every page; each field in its turn gets some of the odd texts, the others stay as they were."""
    client, broken = client_as(ROLES[role]), []
    fields = [(form, name) for form in _all_forms(app, client, role, company) for name in form.fields]
    for n, (form, name) in enumerate(fields):
        for text in _some(n):
            status = client.post(form.action, data={**form.fields, name: text}).status_code
            broken += [f"{form.action} {name}={text[:30]!r}: {status}"] if status >= 500 else []
    assert not broken, "\n".join(broken)
    assert fields


@pytest.mark.parametrize("role", ROLES)
def test_no_query_of_any_address_breaks_anything(role: str, app: Flask, company: Company, client_as) -> None:
    client, broken = client_as(ROLES[role]), []
    for n, path in enumerate(_pages(app, role, company)):
        for text in _some(n):
            status = client.get(path, query_string=dict.fromkeys(NAMES, text)).status_code
            broken += [f"{path} {text[:30]!r}: {status}"] if status >= 500 else []
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("text", ["²", "9" * 5000])
def test_what_only_looks_like_a_number_breaks_no_form(text: str, company: Company, client_as) -> None:
    client, rep, shop = client_as("A001"), company.people["R001"], {"file": (io.BytesIO(b"Code\nX1\n"), "x.csv")}
    for path, data in {
        "/hr/schedule/leave": {"branch_id": text},
        "/hr/schedule/calendar/days": {"branch_id": text},
        f"/hr/schedule/{rep.id}?on=2026-12-01": {"day": text},
        "/hr/sites": {"branch_id": text},
        "/hr/sites/import": {"branch_id": company.branch.id, "store_type_id": text, **shop},
        "/hr/inbox/bulk": {"decision": "approved", "ids": [f"{text}-0", f"1-{text}"]},
    }.items():
        assert client.post(path, data=data).status_code in {200, 404, 422}, path


@pytest.mark.parametrize("text", ["http://[", "null", "http://localhost:99999", "字", "http://localhost\x0b"])
def test_no_header_that_says_where_a_form_stood_breaks_it(text: str, company: Company, client_as) -> None:
    """Without Sec-Fetch-Site, as older browsers send it."""
    client = client_as("H001")
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    sent = text.encode().decode("latin-1")
    assert client.post("/hr/people", data={}, headers={"Origin": sent}).status_code == 403
    stood = {"Origin": "http://localhost", "Referer": sent}
    assert client.post("/hr/people", data={}, headers=stood).status_code == 422
    assert client.get("/login", headers={"Host": sent}).status_code < 500


def _some(n: int) -> list[str]:
    """A few of the odd texts, others for every n."""
    return [ODD[(n * EACH + k) % len(ODD)] for k in range(EACH)]


def _all_forms(app: Flask, client: CheckingClient, role: str, company: Company) -> Iterator[FoundForm]:
    """Each once; not those that end the very session that tries them."""
    seen: set[str] = set()
    for path in _pages(app, role, company):
        answer = client.get(path)
        for form in forms(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else []:
            if form.method == "post" and form.action not in seen and not form.action.startswith(("/logout", "/me/")):
                seen.add(form.action)
                yield form


def _pages(app: Flask, role: str, company: Company) -> list[str]:
    found = []
    for route in all_routes(app):
        machine = route.rule.startswith(("/api/", "/static/", "/healthz", "/readyz")) or route.rule.endswith(".csv")
        known = all(name in OBJECTS for name in route.parameters)
        if route.method == "GET" and known and not machine and (route.roles is None or role in route.roles):
            found.append(route.path(fill(route.parameters, company, ROLES[role])))
    return found
