"""Signed JSON: taken whole or not at all, once however often it is sent, and only from who holds the secret."""

from __future__ import annotations

import hmac
import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from jobs.devices import device_request
from tests import factories
from tests.support.clockwork import Frozen
from webapp.core.db import conn, db, do
from webapp.core.outbox import Item
from webapp.core.secrets import seal
from webapp.devices.models import BadLine, DeviceRequest, RawPunch, Terminal

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = "shared between two"
PUNCH = {"id": "007", "time": "2026-03-02 08:55:00"}


@pytest.fixture
def source(app: Any, freeze: Frozen) -> Terminal:
    freeze(NOW.isoformat())
    return factories.terminal(factories.branch(timezone="Asia/Shanghai"), kind="webhook", secret=seal(SECRET))


def send(client: Any, source: Terminal | str, body: Any, *, secret: str = SECRET, at: datetime = NOW) -> Any:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(at.timestamp()))
    signature = hmac.new(secret.encode(), f"{stamp}.".encode() + sent, sha256).hexdigest()
    serial = source if isinstance(source, str) else source.serial
    headers = {"X-Onsite-Source": serial, "X-Onsite-Timestamp": stamp, "X-Onsite-Signature": f"sha256={signature}"}
    return client.post("/api/punches", data=sent, headers=headers, content_type="application/json")


def test_the_same_road_as_a_terminal(client: Any, source: Terminal) -> None:
    later = {
        **PUNCH,
        "id": 8,
        "at": "2026-03-02T08:56:10+08:00",
        "time": "2026-03-02T08:56:10",
        "status": 1,
        "key": "r9",
    }
    body = {"punches": [PUNCH, later, {**PUNCH, "id": "000"}]}
    first = send(client, source, body)
    assert (first.status_code, first.json) == (200, {"received": 2, "nobody": 1, "repeated": False})
    assert send(client, source, body).json["repeated"]
    device_request([Item(0, "device_request", "x", {"terminal_id": source.id}, 1)])
    db.session.remove()
    rows = db.session.execute(
        select(RawPunch.pin, RawPunch.device_time, RawPunch.at, RawPunch.source, RawPunch.vendor_key)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("7", "2026-03-02 08:55:00", datetime(2026, 3, 2, 0, 55, tzinfo=UTC), "webhook", None),
        ("8", "2026-03-02 08:56:10", datetime(2026, 3, 2, 0, 56, 10, tzinfo=UTC), "webhook", "r9"),
    ]
    assert db.session.scalar(select(func.count()).select_from(BadLine)) == 0


def test_only_with_the_secret_and_nobody_learns_why(client: Any, source: Terminal) -> None:
    body = {"punches": [PUNCH]}
    do(lambda: conn().execute(Terminal.__table__.update().values(state="paused")))
    answers = [send(client, source, body)]
    do(lambda: conn().execute(Terminal.__table__.update().values(state="active", networks=["10.9.0.0/16"])))
    answers.append(send(client, source, body))
    do(lambda: conn().execute(Terminal.__table__.update().values(networks=None)))
    answers += [send(client, source, body, secret="wrong"), send(client, "NOBODY", body), client.post("/api/punches")]
    pushing = factories.terminal(factories.branch(), secret=seal(SECRET))
    unsigned = factories.terminal(factories.branch(), kind="webhook")
    answers += [send(client, pushing, body), send(client, unsigned, body)]
    assert {(answer.status_code, answer.json["error"]) for answer in answers} == {(401, "webhook_signature")}
    assert len({answer.data for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 0


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (301, 401), (-299, 200), (-301, 401)])
def test_an_old_call_cannot_be_played_again(
    client: Any, source: Terminal, freeze: Frozen, seconds: int, status: int
) -> None:
    at = datetime.fromtimestamp(NOW.timestamp() - seconds, UTC)
    answer = send(client, source, {"punches": [PUNCH]}, at=at)
    assert answer.status_code == status
    assert status == 200 or answer.json["error"] == "webhook_clock"


def test_a_changed_body_or_time_breaks_the_signature(client: Any, source: Terminal) -> None:
    sent = json.dumps({"punches": [PUNCH]}).encode()
    stamp = str(int(NOW.timestamp()))
    signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + sent, sha256).hexdigest()
    for body, time in ((sent.replace(b"007", b"008"), stamp), (sent, str(int(stamp) + 1))):
        headers = {
            "X-Onsite-Source": source.serial,
            "X-Onsite-Timestamp": time,
            "X-Onsite-Signature": f"sha256={signature}",
        }
        assert client.post("/api/punches", data=body, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("punch", "field", "code"),
    [
        ({**PUNCH, "id": "a b"}, "id", "webhook_id"), ({**PUNCH, "id": None}, "id", "webhook_id"),
        ({**PUNCH, "id": True}, "id", "webhook_id"), ({"id": "7"}, "time", "webhook_time"),
        ({**PUNCH, "time": "2026-02-30 08:00:00"}, "time", "webhook_time"),
        ({**PUNCH, "time": "0000-01-01 08:00:00"}, "time", "webhook_time"),
        ({**PUNCH, "time": 1772413200}, "time", "webhook_time"),
        ({**PUNCH, "at": "2026-03-02T08:55:00"}, "at", "webhook_at"),
        ({**PUNCH, "at": "9999-12-31T23:59:59-14:00"}, "at", "webhook_at"),
        ({**PUNCH, "status": "x" * 9}, "status", "webhook_word"), ({**PUNCH, "key": ["a"]}, "key", "webhook_word"),
        ("7", None, "webhook_punch"),
    ],
    ids=str,
)  # fmt: skip
def test_each_wrong_row_is_named_and_nothing_is_taken(
    client: Any, source: Terminal, punch: Any, field: str | None, code: str
) -> None:
    answer = send(client, source, {"punches": [PUNCH, punch]})
    assert answer.status_code == 422
    assert answer.json["error"] == "webhook_rows"
    row = answer.json["rows"][0]
    assert (row["row"], row["field"], row["error"]) == (1, field, code)
    assert row["message"] not in {"", code}
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "webhook_json"), (b"\xff", "webhook_json"), (b"[" * 100_000, "webhook_json"), (b"[]", "webhook_punches"),
        (b'{"punches": {}}', "webhook_punches"), ({"punches": [PUNCH] * 2001}, "webhook_too_many"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_bodies_that_are_none(client: Any, source: Terminal, body: Any, code: str) -> None:
    answer = send(client, source, body)
    assert (answer.status_code, answer.json["error"]) == (422, code)


def test_too_much_at_once(client: Any, source: Terminal) -> None:
    assert send(client, source, b" " * (2 * 1024 * 1024 + 1)).status_code == 413


def test_the_signature_in_the_documentation() -> None:
    text = Path(__file__).parents[2].joinpath("docs/devices.md").read_text()
    found = re.search(r"secret `(.+?)`, timestamp `(\d+)`, body `(.+?)` gives\s+`sha256=([0-9a-f]{64})`", text)
    assert found
    secret, stamp, body, signature = found.groups()
    assert hmac.new(secret.encode(), f"{stamp}.{body}".encode(), sha256).hexdigest() == signature
