"""Proof of time: bound to a person and to this installation's keys."""

from __future__ import annotations

from datetime import UTC, datetime

from webapp.core import time_token

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_it_is_read_back_for_its_person_only(app) -> None:
    text = time_token.give(7, AT)
    assert time_token.read(text, 7) == AT
    assert time_token.read(text, 8) is None
    assert time_token.read(text[:-1] + ("A" if text[-1] != "A" else "B"), 7) is None


def test_what_an_earlier_key_signed_counts_while_it_is_a_fallback(app) -> None:
    app.config["SECRET_KEY"] = "old"
    text = time_token.give(7, AT)
    app.config["SECRET_KEY"] = "new"
    assert time_token.read(text, 7) is None
    app.config["SECRET_KEY_FALLBACKS"] = ["old"]
    assert time_token.read(text, 7) == AT
