"""The demo under the launcher: its sign-ins work from the first moment, and a killed fill goes on."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launcher.conftest import Launched
from tests.support import process

pytestmark = pytest.mark.crash


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Launched]:
    running = Launched(tmp_path / "var", ONSITE_DEMO="1")
    try:
        process.wait_until(lambda: "Onsite is running" in running.text(), "the launcher", within=60, log=running.log)
        yield running
    finally:
        running.end()


def test_sign_in_works_at_once_and_a_killed_fill_is_started_again(launched: Launched) -> None:
    assert _sign_in(launched, "R001") == (303, "/today")
    process.wait_until(lambda: launched.child("demo"), "the fill", log=launched.log)
    first = launched.child("demo")
    assert first is not None
    first.kill()
    process.wait_until(lambda: (child := launched.child("demo")) and child.pid != first.pid, "another fill")
    assert _sign_in(launched, "H001")[0] == 303


def _sign_in(launched: Launched, number: str) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", launched.port, timeout=15)
    form = f"number={number}&password=onsite-demo"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/login", form, headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Location")
