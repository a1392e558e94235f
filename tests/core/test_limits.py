"""Rate limits never stand between a person and the sign-in when Redis is in trouble."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask


@pytest.fixture
def silent() -> Iterator[str]:
    """Something that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_a_sign_in_does_not_wait_for_a_redis_that_hangs(make_app: Callable[..., Flask], silent: str) -> None:
    app = make_app(RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI=silent)
    answers: list[int] = []

    def sign_in() -> None:
        form = {"number": "R001", "password": "wrong password"}
        answers.append(app.test_client().post("/login", data=form).status_code)

    thread = threading.Thread(target=sign_in, daemon=True)
    thread.start()
    thread.join(15)
    assert answers == [422]
