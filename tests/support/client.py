"""A test client that behaves like a browser of our own pages and checks every page it is given."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support import apps, pages


class CheckingClient(FlaskClient):
    """Sends Sec-Fetch-Site like a browser does; fails on a broken page and on any 500."""

    check_pages = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Each request in a context of its own: the one the test has pushed would share `g` between people."""
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        apps.forget_read()
        if self.check_pages:
            check(response)
        return response

    def hx(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """The same request as htmx sends it."""
        headers = {"HX-Request": "true", **kwargs.pop("headers", {})}
        return self.open(path, method=method.upper(), headers=headers, **kwargs)


def check(response: TestResponse) -> None:
    asked = f"{response.request.method} {response.request.path}"
    assert response.status_code != 500, f"{asked} answered 500:\n{response.get_data(as_text=True)[:2000]}"
    if response.mimetype != "text/html" or not response.data:
        return
    html = response.get_data(as_text=True)
    if response.headers.get("Content-Encoding"):
        return
    found = pages.problems(html, fragment="HX-Request" in response.request.headers)
    assert not found, f"{asked} ({response.status_code}) is not a good page:\n  " + "\n  ".join(found)
