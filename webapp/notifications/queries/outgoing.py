"""What goes out: the key, the browsers that can be reached, channels and their log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, or_, select

from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.core.secrets import opened
from webapp.notifications.adapters import push
from webapp.notifications.adapters.message import House, Mail
from webapp.notifications.models import Channel, Delivery, NoticeChoice, PushKey, PushSubscription
from webapp.notifications.queries.wording import plain_body
from webapp.notifications.rules import masked
from webapp.people.models import Branch, Employee, SignIn, Team

LOG = 50
_subscription, _delivery, _channel = PushSubscription.__table__, Delivery.__table__, Channel.__table__


@dataclass(frozen=True, slots=True)
class Reach:
    """A browser of somebody who is signed in there, and what they chose."""

    id: int
    employee_id: int
    muted: list[str]
    digest: str


@dataclass(frozen=True, slots=True)
class ChannelRow:
    id: int
    branch_id: int
    branch: str
    timezone: str
    team_id: int | None
    team: str | None
    kind: str
    name: str
    target: str
    secret: str | None
    topics: list[str]
    language: str
    digest_at: str
    paused_at: datetime | None
    version: int

    @property
    def shown(self) -> str | None:
        """The address as it may be seen; None when it cannot be opened any more."""
        target = opened(self.target)
        return None if target is None else masked(self.kind, target)


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of a channel's log."""

    id: int
    code: str
    params: dict[str, Any]
    at: datetime
    state: str
    attempts: int
    next_at: datetime | None
    tried_at: datetime | None
    problem: str | None
    answer: str | None

    @property
    def text(self) -> str:
        return plain_body(self.code, self.params)


def house() -> House:
    """What this installation may call, and its mail server."""
    settings = current_app.config
    mail = settings.get("SMTP")
    return House(
        bool(settings.get("OUTGOING_PRIVATE")), Mail(**mail) if mail else None, bool(settings.get("PUSH_PRIVATE"))
    )


def push_works() -> bool:
    return push.is_installed()


def signer() -> push.Signer | None:
    """The key to sign with; None before it was made, or when it was sealed with another SECRET_KEY."""
    sealed = conn().scalar(select(PushKey.private))
    private = None if sealed is None else opened(sealed)
    if private is None:
        return None
    return push.Signer(private, current_app.config.get("PUBLIC_URL") or "mailto:push@onsite.invalid")


def reachable(employee_ids: Collection[int], at: datetime) -> list[Reach]:
    """Browsers whose sign-in still holds."""
    query = (
        select(_subscription.c.id, _subscription.c.employee_id, NoticeChoice.muted, NoticeChoice.digest)
        .join(SignIn, SignIn.id == _subscription.c.sign_in_id)
        .join(Employee, Employee.id == _subscription.c.employee_id)
        .where(or_(Employee.left_on.is_(None), Employee.left_on >= at.date()))
        .outerjoin(NoticeChoice, NoticeChoice.employee_id == _subscription.c.employee_id)
        .where(_subscription.c.employee_id.in_(set(employee_ids)), SignIn.revoked_at.is_(None), SignIn.expires_at > at)
        .order_by(_subscription.c.id)
    )
    rows = conn().execute(query)
    return [Reach(row.id, row.employee_id, row.muted or [], row.digest or "now") for row in rows]


def subscription_of(sign_in_id: int) -> datetime | None:
    """Since when this very sign-in's browser takes notices."""
    query = select(PushSubscription.created_at).where(PushSubscription.sign_in_id == sign_in_id)
    return conn().scalar(query.order_by(PushSubscription.id.desc()).limit(1))


def channels(branch_ids: Collection[int], *, live: bool = False) -> list[ChannelRow]:
    """By branch and name; `live`: those that are not paused."""
    query = _channels().where(Channel.branch_id.in_(list(branch_ids)))
    if live:
        query = query.where(Channel.paused_at.is_(None))
    return [ChannelRow(*row) for row in conn().execute(query)]


def all_channels() -> list[ChannelRow]:
    """Every one that is not paused."""
    return [ChannelRow(*row) for row in conn().execute(_channels().where(Channel.paused_at.is_(None)))]


def channel(user: SignedIn, channel_id: int) -> ChannelRow:
    """One of the user's branches. Raises NotFound."""
    row = conn().execute(_channels().where(Channel.id == channel_id)).first()
    if row is None or row.branch_id not in user.branch_ids or user.role not in OFFICE:
        raise NotFound("not_found")
    return ChannelRow(*row)


def last_of(channel_ids: Collection[int]) -> dict[int, Sent]:
    """The newest message of each channel."""
    newest = (
        select(func.max(_delivery.c.id)).where(_delivery.c.channel_id.in_(list(channel_ids)))
        .group_by(_delivery.c.channel_id)
    )  # fmt: skip
    query = select(_delivery.c.channel_id, *_sent()).where(_delivery.c.id.in_(newest))
    return {row[0]: Sent(*row[1:]) for row in conn().execute(query)} if channel_ids else {}


def log(channel_id: int, before: int | None = None) -> list[Sent]:
    """Newest first, one page; `before` goes on from a line."""
    query = select(*_sent()).where(_delivery.c.channel_id == channel_id)
    if before is not None:
        query = query.where(_delivery.c.id < before)
    return [Sent(*row) for row in conn().execute(query.order_by(_delivery.c.id.desc()).limit(LOG))]


def _sent() -> list[Any]:
    return [_delivery.c[name] for name in Sent.__dataclass_fields__]


def _channels() -> Any:
    known = {"branch": Branch.name, "timezone": Branch.timezone, "team": Team.name}
    columns = [known[name] if name in known else _channel.c[name] for name in ChannelRow.__dataclass_fields__]
    return (
        select(*columns)
        .select_from(_channel)
        .join(Branch, Branch.id == _channel.c.branch_id)
        .outerjoin(Team, Team.id == _channel.c.team_id)
        .where(_channel.c.archived_at.is_(None))
        .order_by(Branch.name, _channel.c.name, _channel.c.id)
    )
