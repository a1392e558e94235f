"""The phone's signature under a check-in: what it covers, and that nothing odd is ever refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.signing import Key, base64url
from webapp.attendance.rules import read_evidence
from webapp.attendance.rules.signature import SIGNED, read_signature

FORM = {
    "client_id": "0b0f6e0e-5a57-4a5e-9a0e-1f7d9f0c2a11", "uid": "7", "site_id": "3",
    "tapped_at": "2026-03-02T01:02:03.000Z", "lat": "31.23045", "lng": "121.47375", "accuracy": "12",
    "fix_at": "2026-03-02T01:02:01.500Z",
}  # fmt: skip


def test_a_right_signature_names_the_phone() -> None:
    key = Key()
    found = read_evidence(key.signed(FORM), "check-in")
    assert (found.device_key, found.signed) == (key.thumbprint, True)
    assert len(key.thumbprint) == 43


def test_unsigned_is_neither_good_nor_bad() -> None:
    found = read_evidence(FORM)
    assert (found.device_key, found.signed) == (None, None)


@pytest.mark.parametrize("name", SIGNED)
def test_a_change_after_signing_shows(name: str) -> None:
    sent = Key().signed(FORM)
    assert read_signature({**sent, name: sent.get(name, "") + "1"}, "check-in").signed is False


def test_a_signature_is_for_one_kind_and_one_key() -> None:
    one, other = Key(), Key()
    assert read_signature(one.signed(FORM), "check-out").signed is False
    borrowed = {**one.signed(FORM), "key": base64url(other.point)}
    assert read_signature(borrowed, "check-in") == (other.thumbprint, False)


def test_signing_again_does_not_change_what_was_said() -> None:
    """T18: the outbox signs at every try, each time differently; it stays the same check-in."""
    first, second = (read_evidence(Key().signed(FORM)) for _ in range(2))
    assert first.device_key != second.device_key
    assert first.content() == second.content()


@pytest.mark.parametrize(
    "odd",
    [
        {"key": ""}, {"sig": ""}, {"key": "AAAA"}, {"key": "é"}, {"sig": "é"}, {"key": "a" * 5000}, {"sig": "a" * 5000},
        {"key": base64url(b"\4" + bytes(64))}, {"key": base64url(b"\2" + bytes(64))}, {"sig": base64url(bytes(64))},
        {"sig": base64url(b"\xff" * 64)}, {"sig": base64url(b"\0" * 32 + b"\1" * 32)}, {"key": "=", "sig": "="},
    ],
)  # fmt: skip
def test_malformed_is_evidence_and_no_refusal(odd: dict[str, str]) -> None:
    found = read_evidence({**Key().signed(FORM), **odd})
    assert found.signed is False


@given(st.text(), st.text())
def test_whatever_is_posted_is_read(key: str, sig: str) -> None:
    found: Any = read_signature({**FORM, "key": key, "sig": sig}, "check-in")
    assert found.signed is (False if key or sig else None)
