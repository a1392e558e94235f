"""Delivery: tried again, given up, never twice, and everything to be seen in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from jobs import notifications as jobs
from tests import factories
from tests.notifications.elsewhere import Elsewhere, http_server
from tests.wallet.people import signed_in
from webapp.core import clock
from webapp.core.db import conn, db, do, transaction
from webapp.core.errors import Invalid, NotFound
from webapp.core.outbox import OutboxRow
from webapp.core.secrets import seal
from webapp.notifications import queries, service
from webapp.notifications.adapters import http
from webapp.notifications.models import Channel, Delivery
from webapp.notifications.service.deliver import deliver_some

SAID = {"branch": "Shanghai", "day_on": "2026-03-02", "number": 3}


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with http_server() as running:
        yield running


@pytest.fixture
def hr(app) -> Any:
    app.config.update(OUTGOING_PRIVATE=True, PUBLIC_URL="https://onsite.example.com")
    return signed_in(factories.employee(factories.branch(), "hr"))


def channel(hr: Any, url: str, **known: Any) -> int:
    values = {"branch_id": hr.branch_id, "kind": "dingtalk", "name": "Group", "target": url, "secret": "",
              "topics": ["exceptions", "settlement"], "language": "zh", "digest_at": "09:00"}  # fmt: skip
    return do(service.create_channel, by=hr, at=clock.now(), **{"team_id": None, **values, **known})


def say(hr: Any, key: str = "k", topic: str = "exceptions") -> int:
    said = {"topic": topic, "code": "notice_waiting_many", "params": SAID, "link": "/hr/inbox"}
    return do(service.broadcast, branch_id=hr.branch_id, key=key, at=clock.now(), **said)


def last(channel_id: int) -> queries.Sent:
    db.session.remove()
    return queries.log(channel_id)[0]


def test_a_message_arrives_in_the_channels_language(hr, there) -> None:
    mine = channel(hr, there.url, secret="SEC")
    assert (say(hr), say(hr), say(hr, topic="payslips")) == (1, 0, 0)
    jobs.deliver()
    assert [got.json["text"]["content"] for got in there.got] == [
        "Shanghai：3 条考勤异常待处理，最早一条为 3月2日 周一。\nhttps://onsite.example.com/hr/inbox"
    ]
    assert (last(mine).state, last(mine).attempts) == ("sent", 1)
    jobs.deliver()
    assert len(there.got) == 1


def test_secrets_rest_encrypted_and_are_shown_masked(hr, there) -> None:
    mine = channel(hr, f"{there.url}/send?access_token=topsecret", secret="SECRET-KEY")
    stored = conn().execute(select(Channel.target, Channel.secret)).one()
    assert "topsecret" not in stored.target
    assert "SECRET-KEY" not in stored.secret
    shown = queries.channel(hr, mine).shown
    assert shown.endswith("…cret")
    assert "topsecret" not in shown


def test_another_secret_key_says_so_instead_of_breaking(app, hr, there) -> None:
    mine = channel(hr, there.url)
    say(hr)
    app.config["SECRET_KEY"] = "another one entirely"
    jobs.deliver()
    assert (last(mine).state, last(mine).problem, queries.channel(hr, mine).shown) == (
        "given_up", "channel_sealed", None,
    )  # fmt: skip
    assert there.got == []


def test_trouble_is_tried_again_later_and_then_works(hr, there, freeze) -> None:
    freeze("2026-03-02T09:00+08:00")
    there.answers = [(500, b"boom", {}), (429, b"slow", {"Retry-After": "600"}), (200, {"errcode": 0}, {})]
    mine = channel(hr, there.url)
    say(hr)
    jobs.deliver()
    jobs.deliver()
    assert (last(mine).state, last(mine).problem, len(there.got)) == ("waiting", "channel_server", 1)
    again = db.session.scalar(select(OutboxRow.available_at).where(OutboxRow.key == "jobs.notifications.deliver"))
    assert again <= last(mine).next_at
    freeze("2026-03-02T09:01+08:00")
    jobs.deliver()
    assert last(mine).next_at == clock.now() + timedelta(seconds=600)
    freeze("2026-03-02T09:12+08:00")
    jobs.deliver()
    assert (last(mine).state, last(mine).attempts, last(mine).problem) == ("sent", 3, None)


def test_it_is_given_up_in_the_end_and_can_be_sent_again_by_hand(hr, there, freeze) -> None:
    there.answers = [(500, b"boom", {})]
    mine = channel(hr, there.url)
    say(hr)
    at = clock.now()
    for hours in range(8):
        freeze((at + timedelta(hours=2 * hours)).isoformat())
        jobs.deliver()
    assert (last(mine).state, last(mine).problem, len(there.got)) == ("given_up", "channel_server", 6)
    there.answers = [(200, {"errcode": 0}, {})]
    do(service.resend, by=hr, channel_id=mine, delivery_id=last(mine).id, at=clock.now())
    jobs.deliver()
    assert (last(mine).state, len(there.got)) == ("sent", 7)


def test_a_refusal_is_not_repeated(hr, there) -> None:
    there.answers = [(200, {"errcode": 310000, "errmsg": "sign not match"}, {})]
    mine = channel(hr, there.url, secret="wrong")
    say(hr)
    jobs.deliver()
    jobs.deliver()
    assert (last(mine).state, last(mine).problem, len(there.got)) == ("given_up", "channel_signature", 1)
    assert "sign not match" in last(mine).answer


def test_a_slow_side_does_not_hold_up_the_others(hr, there, monkeypatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.3)
    with http_server() as other:
        other.answers = ["hang"]
        slow, quick = channel(hr, other.url), channel(hr, there.url)
        say(hr, "1")
        say(hr, "2")
        jobs.deliver()
        assert (last(slow).state, last(quick).state, len(there.got), len(other.got)) == ("waiting", "sent", 2, 1)


def test_a_killed_sender_leaves_the_message_due_again(hr, there, freeze, monkeypatch) -> None:
    freeze("2026-03-02T09:00+08:00")
    mine = channel(hr, there.url)
    say(hr)

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("webapp.notifications.service.deliver.pack", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.deliver()
    monkeypatch.undo()
    jobs.deliver()
    assert there.got == []
    freeze("2026-03-02T09:04+08:00")
    jobs.deliver()
    assert (last(mine).state, len(there.got)) == ("sent", 1)


def test_paused_and_removed_channels_are_silent(hr, there) -> None:
    mine = channel(hr, there.url)
    say(hr, "before")
    do(service.pause_channel, by=hr, channel_id=mine, paused=True, at=clock.now())
    assert say(hr, "paused") == 0
    jobs.deliver()
    assert (there.got, last(mine).problem) == ([], "channel_paused")
    do(service.try_channel, by=hr, channel_id=mine, at=clock.now())
    jobs.deliver()
    assert len(there.got) == 1
    do(service.archive_channel, by=hr, channel_id=mine, at=clock.now())
    with pytest.raises(NotFound):
        queries.channel(hr, mine)
    assert conn().scalar(select(Channel.target)) == ""


def test_old_news_is_not_sent(hr, there, freeze) -> None:
    freeze("2026-03-02T09:00+08:00")
    mine = channel(hr, there.url)
    say(hr)
    freeze("2026-03-04T09:00+08:00")
    jobs.deliver()
    assert (there.got, last(mine).problem) == ([], "channel_old")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "ftp://x"}, "target"), ({"url": ""}, "target"), ({"topics": []}, "topics"),
        ({"topics": ["weather"]}, "topics"), ({"digest_at": "25:00"}, "digest_at"), ({"name": " "}, "name"),
        ({"kind": "pigeon"}, "kind"), ({"kind": "email", "url": "nobody"}, "target"), ({"team_id": 999}, "team_id"),
    ],
)  # fmt: skip
def test_what_a_channel_cannot_be(hr, wrong, field) -> None:
    with pytest.raises(Invalid) as refused:
        channel(hr, **{"url": "http://127.0.0.1:1/", **wrong})
    assert refused.value.field == field


def test_other_branches_channels_do_not_exist(hr, there) -> None:
    mine = channel(hr, there.url)
    stranger = signed_in(factories.employee(factories.branch("OTHER"), "hr"))
    for verb, known in (
        (service.try_channel, {}),
        (service.archive_channel, {}),
        (service.pause_channel, {"paused": True}),
    ):
        with pytest.raises(NotFound):
            do(verb, by=stranger, channel_id=mine, at=clock.now(), **known)


def test_the_log_is_forgotten_in_the_end(hr, there, freeze) -> None:
    freeze("2026-03-02T09:00+08:00")
    channel(hr, there.url)
    say(hr)
    jobs.deliver()
    freeze("2026-06-02T09:00+08:00")
    jobs.forget()
    assert db.session.scalar(select(Delivery.id)) is None


def test_one_message_that_breaks_its_sender_stops_no_other_and_repeats_none(hr, there) -> None:
    channel(hr, there.url)
    bad = channel(hr, there.url, name="Typo")
    with transaction():
        conn().execute(update(Channel).where(Channel.id == bad).values(target=seal("https://a..b/x")))
    say(hr)
    jobs.deliver()
    assert len(there.got) == 1
    deliver_some(at=clock.now() + timedelta(minutes=4), now=clock.now)
    assert len(there.got) == 1


@pytest.mark.parametrize("address", ["64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "fec0::1", "::ffff:10.0.0.1"])
def test_an_inner_address_in_other_clothes_is_none_of_ours(address: str) -> None:
    assert not http._is_public(address)
