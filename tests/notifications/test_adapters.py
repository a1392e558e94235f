"""Every way out against a server that checks what it gets and misbehaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.notifications.elsewhere import Elsewhere, http_server, mail_server
from webapp.notifications.adapters import dingtalk, email, feishu, http, wecom
from webapp.notifications.adapters.message import House, Mail, Message
from webapp.notifications.adapters.ways import WAYS

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = "SEC1234567890"


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with http_server() as running:
        yield running


def message(target: str, secret: str = "", **known: object) -> Message:
    made = Message(
        target, secret, "3 exceptions wait. 三条", "https://x.example/hr/inbox", "k1", AT, House(private=True)
    )
    return replace(made, **known)


def test_dingtalk_signs_in_the_address(there) -> None:
    assert dingtalk.send(message(f"{there.url}/robot/send?access_token=abc", SECRET)).what == "sent"
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.got[0].path).query).items()}
    stamp = asked["timestamp"]
    assert (asked["access_token"], stamp) == ("abc", "1772413200000")
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert asked["sign"] == base64.b64encode(digest).decode()
    assert there.got[0].json["text"]["content"] == "3 exceptions wait. 三条\nhttps://x.example/hr/inbox"


def test_feishu_signs_in_the_body(there) -> None:
    there.answers = [(200, {"code": 0, "msg": "success"}, {})]
    assert feishu.send(message(f"{there.url}/hook/abc", SECRET)).what == "sent"
    said = there.got[0].json
    key = f"{said['timestamp']}\n{SECRET}".encode()
    assert said["sign"] == base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()
    assert (said["timestamp"], said["msg_type"]) == ("1772413200", "text")
    feishu.send(message(f"{there.url}/hook/abc"))
    assert "sign" not in there.got[1].json


def test_wecom_has_no_signature(there) -> None:
    assert wecom.send(message(f"{there.url}/send?key=abc")).what == "sent"
    assert there.got[0].path == "/send?key=abc"


@pytest.mark.parametrize(
    ("way", "answer", "what", "problem"),
    [
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "refused", "channel_signature"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, "again", "channel_too_fast"),
        ("dingtalk", {"errcode": 300005, "errmsg": "token is not exist"}, "refused", "channel_unknown"),
        ("dingtalk", {"errcode": 99, "errmsg": "?"}, "refused", "channel_refused"),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, "refused", "channel_signature"),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, "again", "channel_too_fast"),
        ("feishu", {"StatusCode": 0, "StatusMessage": "success"}, "sent", None),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "refused", "channel_unknown"),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "again", "channel_too_fast"),
    ],
)
def test_a_polite_answer_can_be_a_refusal(there, way, answer, what, problem) -> None:
    there.answers = [(200, answer, {})]
    outcome = WAYS[way](message(there.url))
    assert (outcome.what, outcome.problem) == (what, problem)


@pytest.mark.parametrize(
    ("answer", "what", "problem"),
    [
        ((500, b"boom", {}), "again", "channel_server"),
        ((404, b"gone", {}), "refused", "channel_refused"),
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "refused", "channel_refused"),
        ((200, b"<html>login</html>", {}), "again", "channel_odd"),
        ((200, b"[1]", {}), "again", "channel_odd"),
        ((200, b'{"errcode": "x"}', {}), "again", "channel_odd"),
        ((200, b"\xff\xfe", {}), "again", "channel_odd"),
    ],
)
def test_a_server_that_misbehaves(there, answer, what, problem) -> None:
    there.answers = [answer]
    outcome = dingtalk.send(message(there.url))
    assert (outcome.what, outcome.problem, len(there.got)) == (what, problem, 1)


def test_it_waits_as_long_as_it_is_told(there) -> None:
    there.answers = [(429, b"slow down", {"Retry-After": "120"})]
    outcome = wecom.send(message(there.url))
    assert (outcome.what, outcome.problem, outcome.retry_after) == ("again", "channel_too_fast", 120)


def test_a_server_that_hangs_or_is_away(there, monkeypatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.2)
    there.answers = ["hang"]
    assert dingtalk.send(message(there.url)).problem == "channel_timeout"
    assert dingtalk.send(message("http://127.0.0.1:9/")).problem == "channel_unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "http://oapi.dingtalk.com/robot", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/",
        "https://user:pw@example.com/", "file:///etc/passwd", "gopher://example.com/", "https://", "https://a b.com/",
        "https://example.com:99999/",
    ],
)  # fmt: skip
def test_the_own_network_is_never_called(url) -> None:
    outcome = dingtalk.send(message(url, house=House(private=False)))
    assert (outcome.what, outcome.problem) == ("refused", "channel_address")


def mail(port: int) -> House:
    return House(mail=Mail("127.0.0.1", port, "none", "", "", "Onsite <onsite@example.com>"))


def test_mail_arrives_with_one_id_for_one_message() -> None:
    with mail_server() as (port, letters):
        for _ in range(2):
            assert email.send(message("lin@example.com, wang@example.com", house=mail(port))).what == "sent"
    ids = [line for letter in letters for line in letter.splitlines() if line.startswith("Message-ID")]
    assert len(ids) == 2
    assert ids[0] == ids[1]
    assert "To: lin@example.com, wang@example.com" in letters[0]
    assert "https://x.example/hr/inbox" in letters[0]


@pytest.mark.parametrize(
    ("replies", "what", "problem"),
    [
        ({"RCPT": "550 nobody here"}, "refused", "mail_nobody"),
        ({"RCPT": "451 come back later"}, "again", "mail_later"),
        ({"DATA": "554 spam"}, "refused", "channel_refused"),
        ({"DATA": "452 full"}, "again", "mail_later"),
        ({"MAIL": "530 sign in"}, "refused", "channel_refused"),
    ],
)
def test_a_mail_server_that_refuses(replies, what, problem) -> None:
    with mail_server(replies) as (port, _):
        outcome = email.send(message("lin@example.com", house=mail(port)))
    assert (outcome.what, outcome.problem) == (what, problem)


def test_mail_without_a_server_or_without_encryption() -> None:
    assert email.send(message("lin@example.com")).problem == "mail_not_set"
    with mail_server() as (port, letters):
        strict = House(mail=Mail("127.0.0.1", port, "starttls", "", "", "x@example.com"))
        assert email.send(message("lin@example.com", house=strict)).problem == "mail_no_tls"
    assert letters == []
