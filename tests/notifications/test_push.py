"""Web Push against a push service that decrypts what it gets, checks who signed it, and misbehaves (T42)."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import func, select, update

from jobs import notifications as jobs
from tests import factories
from tests.notifications.elsewhere import Elsewhere, Got, http_server
from tests.support import apps
from webapp.core import clock
from webapp.core.db import conn, db, do, transaction
from webapp.core.errors import Invalid
from webapp.notifications import queries, service
from webapp.notifications.adapters import http, push
from webapp.notifications.models import Delivery, NoticeChoice, PushKey, PushSubscription
from webapp.notifications.rules import Told
from webapp.notifications.service.deliver import deliver_some
from webapp.people import queries as people
from webapp.people import service as accounts

http_ece = pytest.importorskip("http_ece", reason="the extra `push` is not installed")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    key: ec.EllipticCurvePrivateKey
    secret: bytes
    endpoint: str

    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"endpoint": self.endpoint, "p256dh": b64(point), "auth": b64(self.secret)}

    def read(self, got: Got) -> dict[str, Any]:
        assert got.headers["content-encoding"] == "aes128gcm"
        return json.loads(
            http_ece.decrypt(got.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        )


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with http_server() as running:
        running.answers = [(201, b"", {})]
        yield running


@pytest.fixture
def somebody(app) -> Any:
    app.config.update(OUTGOING_PRIVATE=True, PUSH_PRIVATE=True, PUBLIC_URL="https://onsite.example.com")
    return sign_in(app, factories.employee(factories.branch(language="zh"), language="zh"))


def sign_in(app: Any, employee: Any) -> Any:
    return people.signed_in(apps.add_sign_in(app, employee), at=clock.now())


def subscribed(user: Any, there: Elsewhere, path: str = "/push/1") -> Browser:
    do(service.push_key, at=clock.now())
    browser = Browser(ec.generate_private_key(ec.SECP256R1()), os.urandom(16), there.url + path)
    do(service.subscribe, user=user, at=clock.now(), **browser.keys())
    return browser


def earn(user: Any, key: str = "r1") -> int:
    params = {"amount_minor": 2000, "currency": "CNY", "rule_code": "rule_name_streak", "day_on": "2026-03-02"}
    return do(service.tell, told=[Told(user.id, "notice_reward", key, "/wallet", params)], at=clock.now())


def left() -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(PushSubscription))


def test_it_arrives_encrypted_signed_in_the_persons_language_without_amounts(somebody, there) -> None:
    browser = subscribed(somebody, there)
    earn(somebody)
    earn(somebody)
    jobs.deliver()
    assert len(there.got) == 1
    said = browser.read(there.got[0])
    assert (said["title"], said["link"]) == ("奖励", "/wallet")
    assert "¥" not in said["body"]
    assert "连续无迟到早退" in said["body"]
    assert not any("a" <= letter.lower() <= "z" for letter in said["body"]), said["body"]
    assert there.got[0].headers["ttl"] == "86400"
    check_signature(there.got[0], there.url)
    assert conn().scalar(select(PushSubscription.reached_at)) is not None


def check_signature(got: Got, origin: str) -> None:
    """RFC 8292: a token for this push service, signed with the key the browser was given."""
    fields = dict(part.strip().split("=", 1) for part in got.headers["authorization"].removeprefix("vapid ").split(","))
    assert fields["k"].rstrip("=") == conn().scalar(select(PushKey.public))
    head, claims, signature = fields["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(fields["k"]))
    raw = unb64(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    said = json.loads(unb64(claims))
    assert (said["aud"], said["sub"]) == (origin, "https://onsite.example.com")


def test_amounts_only_for_whoever_wants_them(somebody, there) -> None:
    browser = subscribed(somebody, there)
    choose(somebody, amounts=True)
    earn(somebody)
    jobs.deliver()
    assert "¥20.00" in browser.read(there.got[0])["body"]


def choose(user: Any, **known: Any) -> None:
    values = {"muted": [], "digest": "now", "digest_at": "18:00", "amounts": False, "each_exception": False}
    do(service.choose, user=user, at=clock.now(), **{**values, **known})


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_nothing_breaks(somebody, there, status) -> None:
    subscribed(somebody, there)
    there.answers = [(status, b"gone", {})]
    earn(somebody)
    jobs.deliver()
    assert left() == 0
    assert earn(somebody, "r2") == 1
    jobs.deliver()
    assert (len(there.got), queries.unread(somebody.id)) == (1, 2)


def test_a_busy_push_service_is_asked_again_when_it_says(somebody, there, freeze) -> None:
    freeze("2026-03-02T09:00+08:00")
    subscribed(somebody, there)
    there.answers = [(429, b"", {"Retry-After": "90"}), (500, b"", {}), (201, b"", {})]
    earn(somebody)
    for minute in ("00", "01", "02", "04"):
        freeze(f"2026-03-02T09:{minute}+08:00")
        jobs.deliver()
    assert len(there.got) == 3
    assert conn().scalar(select(Delivery.state)) == "sent"
    assert left() == 1


def test_a_push_service_that_hangs_holds_up_nobody_else(somebody, there, monkeypatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.3)
    with http_server() as hanging:
        hanging.answers = ["hang"]
        subscribed(somebody, hanging)
        subscribed(somebody, there, "/push/2")
        earn(somebody)
        jobs.deliver()
        assert (len(hanging.got), len(there.got)) == (1, 1)
    assert queries.unread(somebody.id) == 1


def test_signed_out_means_silent(somebody, there) -> None:
    """Two people share a phone: whoever signed out is not heard of on it any more."""
    subscribed(somebody, there)
    earn(somebody)
    do(accounts.sign_out, sign_in_id=somebody.sign_in_id, at=clock.now())
    earn(somebody, "r2")
    jobs.deliver()
    jobs.forget()
    assert (there.got, left()) == ([], 0)


def test_a_browser_belongs_to_whoever_used_it_last(app, somebody, there) -> None:
    other = sign_in(app, factories.employee(factories.branch("OTHER")))
    browser = subscribed(somebody, there)
    do(service.subscribe, user=other, at=clock.now(), **browser.keys())
    earn(somebody)
    earn(other, "theirs")
    jobs.deliver()
    assert (left(), len(there.got)) == (1, 1)
    assert browser.read(there.got[0])["title"] == "Rewards"


def test_muted_kinds_stay_inside(somebody, there) -> None:
    subscribed(somebody, there)
    choose(somebody, muted=["rewards"])
    earn(somebody)
    jobs.deliver()
    assert (there.got, queries.unread(somebody.id)) == ([], 1)


def test_once_a_day_is_one_summary(somebody, there, freeze) -> None:
    freeze("2026-03-02T09:00+08:00")
    browser = subscribed(somebody, there)
    choose(somebody, digest="daily", digest_at="18:00")
    earn(somebody, "1")
    earn(somebody, "2")
    for moment in ("2026-03-02T17:50", "2026-03-02T18:00", "2026-03-02T18:10", "2026-03-02T23:00"):
        freeze(f"{moment}+08:00")
        jobs.digests()
        jobs.deliver()
    assert [browser.read(got)["body"] for got in there.got] == ["你有 2 条新通知。"]
    with transaction():
        conn().execute(update(NoticeChoice).values(digest_on=None))
    do(service.read_all, employee_id=somebody.id, at=clock.now())
    jobs.digests()
    assert len(there.got) == 1


def test_without_the_extra_everything_else_works(somebody, there, monkeypatch) -> None:
    subscribed(somebody, there)
    monkeypatch.setattr(push, "find_spec", lambda name: None)
    assert earn(somebody) == 1
    jobs.deliver()
    assert there.got == []
    assert conn().scalar(select(Delivery.problem)) == "push_not_set"
    with pytest.raises(Invalid, match="push_not_set"):
        do(service.subscribe, user=somebody, endpoint=there.url, p256dh="", auth="", at=clock.now())


def test_one_key_until_it_cannot_be_opened(app, somebody, there) -> None:
    first = do(service.push_key, at=clock.now())
    assert do(service.push_key, at=clock.now()) == first
    subscribed(somebody, there)
    app.config["SECRET_KEY"] = "another one entirely"
    assert do(service.push_key, at=clock.now()) != first
    assert left() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://127.0.0.1.evil/\n"}, {"endpoint": "javascript:alert(1)"}, {"endpoint": f"https://x/{1:01000}"},
        {"p256dh": "short"}, {"auth": "!" * 22}, {"p256dh": "漢" * 87},
    ],
)  # fmt: skip
def test_a_browsers_address_is_looked_at(somebody, there, wrong) -> None:
    browser = Browser(ec.generate_private_key(ec.SECP256R1()), os.urandom(16), there.url)
    with pytest.raises(Invalid, match="push_bad"):
        do(service.subscribe, user=somebody, at=clock.now(), **{**browser.keys(), **wrong})


def test_nobody_has_more_than_ten_browsers(somebody, there) -> None:
    for number in range(12):
        subscribed(somebody, there, f"/push/{number}")
    assert left() == 10


def test_what_waits_for_the_one_before_never_reaches_the_next_on_a_shared_phone(app, somebody, there) -> None:
    browser = subscribed(somebody, there)
    there.answers = [(503, b"", {})]
    earn(somebody)
    jobs.deliver()
    other = sign_in(app, factories.employee(factories.branch()))
    do(service.subscribe, user=other, at=clock.now(), **browser.keys())
    there.answers = [(201, b"", {})]
    tried = len(there.got)
    deliver_some(at=clock.now() + timedelta(hours=1), now=clock.now)
    assert len(there.got) == tried
    assert left() == 1


def test_a_push_address_in_the_own_network_is_refused_also_where_robots_may_call_it(app, somebody, there) -> None:
    app.config["PUSH_PRIVATE"] = False
    with pytest.raises(Invalid, match="push_bad"):
        subscribed(somebody, there)
