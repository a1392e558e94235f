"""From rows to something that can be sent without a database: words made, secrets opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp.core.db import conn
from webapp.core.i18n import LANGUAGES, force_locale, say
from webapp.core.secrets import opened
from webapp.notifications import queries
from webapp.notifications.adapters import push
from webapp.notifications.adapters.message import House, Message
from webapp.notifications.adapters.ways import WAYS
from webapp.notifications.models import Channel, Delivery, NoticeChoice, PushSubscription
from webapp.notifications.rules import Outcome, kind_of
from webapp.people.models import Employee, SignIn

STALE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Parcel:
    """`way`: what goes the same way goes one after the other."""

    id: int
    attempts: int
    way: str
    subscription_id: int | None
    send: Callable[[], Outcome]


def pack(ids: Sequence[int], at: datetime) -> list[Parcel]:
    """Two statements, and one for the signing key when something goes to a browser."""
    rows = [row for query in (_TO_CHANNELS, _TO_PEOPLE) for row in conn().execute(query.where(Delivery.id.in_(ids)))]
    signer = queries.signer() if any(row.channel_id is None for row in rows) else None
    house = queries.house()
    return [_parcel(row, signer, house, at) for row in sorted(rows, key=lambda row: row.id)]


def _parcel(row: Any, signer: push.Signer | None, house: House, at: datetime) -> Parcel:
    way = f"channel {row.channel_id}" if row.channel_id else f"browser {row.subscription_id}"
    if row.at < at - STALE:
        work: Callable[[], Outcome] = partial(Outcome, "refused", "channel_old")
    elif row.channel_id:
        work = _to_channel(row, house, at)
    else:
        work = _to_browser(row, signer, house, at)
    return Parcel(row.id, row.attempts, way, row.subscription_id, work)


def _to_channel(row: Any, house: House, at: datetime) -> Callable[[], Outcome]:
    if row.archived_at or (row.paused_at and row.code != "notice_channel_try"):
        return partial(Outcome, "refused", "channel_paused")
    target, secret = opened(row.target), opened(row.secret) if row.secret else ""
    if target is None or secret is None:
        return partial(Outcome, "refused", "channel_sealed")
    with force_locale(LANGUAGES[row.language]):
        text = queries.plain_body(row.code, row.params)
    message = Message(target, secret, text, absolute(row.link), row.dedup_key, at, house)
    return partial(WAYS[row.kind], message)


def _to_browser(row: Any, signer: push.Signer | None, house: House, at: datetime) -> Callable[[], Outcome]:
    left = row.left_on is not None and row.left_on < at.date()
    if row.endpoint is None or row.revoked_at is not None or row.expires_at <= at or left:
        return partial(Outcome, "gone", "push_gone")
    if signer is None or not push.is_installed():
        return partial(Outcome, "refused", "push_not_set")
    with force_locale(LANGUAGES[row.language]):
        content = {
            "title": say(f"kind_{kind_of(row.code)}"),
            "body": queries.body(row.code, row.params, amounts=bool(row.amounts)),
            "link": row.link,
            "notice": row.notice_id,
        }
    browser = push.Browser(row.endpoint, row.p256dh, row.auth)
    return partial(push.send, browser, content, signer, at=at, private=house.private_push)


def absolute(link: str) -> str:
    base = current_app.config.get("PUBLIC_URL")
    return f"{base}{link}" if base else ""


_OWN = [Delivery.__table__.c[name] for name in ("id", "dedup_key", "code", "params", "link", "at", "attempts")]
_OWN += [Delivery.channel_id, Delivery.subscription_id, Delivery.notice_id]
_TO_CHANNELS = select(
    *_OWN, Channel.kind, Channel.target, Channel.secret, Channel.language, Channel.paused_at, Channel.archived_at
).join(Channel, Channel.id == Delivery.channel_id)
_TO_PEOPLE = (
    select(
        *_OWN, Employee.language, Employee.left_on, NoticeChoice.amounts, PushSubscription.endpoint,
        PushSubscription.p256dh, PushSubscription.auth, SignIn.revoked_at, SignIn.expires_at,
    )
    .join(Employee, Employee.id == Delivery.employee_id)
    .outerjoin(NoticeChoice, NoticeChoice.employee_id == Delivery.employee_id)
    .outerjoin(PushSubscription, PushSubscription.id == Delivery.subscription_id)
    .outerjoin(SignIn, SignIn.id == PushSubscription.sign_in_id)
)  # fmt: skip
