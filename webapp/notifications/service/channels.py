"""Robots and mail lists of a branch: made, changed, paused, tried, and one message sent again."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from webapp.core import audit, outbox
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.core.secrets import seal
from webapp.notifications import queries
from webapp.notifications.adapters.http import is_address
from webapp.notifications.models import Channel, Delivery
from webapp.notifications.rules import SIGNED, WAYS, check_mails, check_time, check_topics
from webapp.notifications.service.outgoing import DELIVER
from webapp.people.models import Team

_TOLD = ("name", "topics", "language", "digest_at", "team_id")


def create_channel(
    *,
    by: SignedIn,
    branch_id: int,
    kind: str,
    name: str,
    target: str,
    secret: str,
    topics: list[str],
    language: str,
    digest_at: str,
    team_id: int | None,
    at: datetime,
) -> int:
    """Raises Invalid with the field, NotFound (not their branch)."""
    if by.role not in OFFICE or branch_id not in by.branch_ids:
        raise NotFound("not_found")
    if kind not in WAYS:
        raise Invalid("not_a_choice" if kind else "required", "kind")
    values = _checked(branch_id, name, topics, language, digest_at, team_id)
    sealed = {"target": seal(_target(kind, target)), "secret": _secret(kind, secret)}
    row = {**values, **sealed, "branch_id": branch_id, "kind": kind, "version": 1}
    channel_id = conn().scalar(insert(Channel).returning(Channel.id), row) or 0
    _audit(by, "channel.created", channel_id, branch_id, None, {"kind": kind, **values}, at)
    return channel_id


def change_channel(
    *,
    by: SignedIn,
    channel_id: int,
    version: int,
    name: str,
    target: str,
    secret: str,
    topics: list[str],
    language: str,
    digest_at: str,
    team_id: int | None,
    at: datetime,
) -> None:
    """An empty address or secret stays as it was. Raises NotFound, Conflict, Invalid."""
    known = _locked(by, channel_id)
    if known.version != version:
        raise Conflict("channel_changed")
    values: dict[str, Any] = _checked(known.branch_id, name, topics, language, digest_at, team_id)
    before, after = audit.changed({field: getattr(known, field) for field in _TOLD}, values)
    if target.strip():
        values["target"], after["address"], before["address"] = seal(_target(known.kind, target)), "…", "…"
    if secret.strip():
        values["secret"], after["secret"], before["secret"] = _secret(known.kind, secret), "…", "…"
    conn().execute(update(Channel).where(Channel.id == channel_id).values(**values, version=version + 1))
    if after:
        _audit(by, "channel.changed", channel_id, known.branch_id, before, after, at)


def pause_channel(*, by: SignedIn, channel_id: int, paused: bool, at: datetime) -> None:
    """Nothing is sent while it is paused, and nothing is made up for later."""
    known = _locked(by, channel_id)
    if bool(known.paused_at) == paused:
        return
    conn().execute(update(Channel).where(Channel.id == channel_id).values(paused_at=at if paused else None))
    _audit(by, "channel.paused" if paused else "channel.resumed", channel_id, known.branch_id, None, None, at)


def archive_channel(*, by: SignedIn, channel_id: int, at: datetime) -> None:
    """Gone from the list; its address and secret are forgotten."""
    known = _locked(by, channel_id)
    gone = {"archived_at": at, "target": "", "secret": None}
    conn().execute(update(Channel).where(Channel.id == channel_id).values(gone))
    _audit(by, "channel.archived", channel_id, known.branch_id, None, None, at)


def try_channel(*, by: SignedIn, channel_id: int, at: datetime) -> None:
    """A trial message, also through a paused one."""
    known = _locked(by, channel_id)
    row = {
        "dedup_key": f"try|{channel_id}|{at.isoformat()}", "channel_id": channel_id, "code": "notice_channel_try",
        "params": {"branch": known.branch}, "link": "/", "at": at, "next_at": at, "state": "waiting", "attempts": 0,
    }  # fmt: skip
    conn().execute(insert(Delivery), row)
    outbox.put("run", DELIVER, None, at)


def resend(*, by: SignedIn, channel_id: int, delivery_id: int, at: datetime) -> None:
    """Send one message of the log once more from the beginning. Raises NotFound."""
    _locked(by, channel_id)
    mine = (Delivery.id == delivery_id, Delivery.channel_id == channel_id)
    again = {"state": "waiting", "attempts": 0, "next_at": at, "at": at, "problem": None, "answer": None}
    if not conn().execute(update(Delivery).where(*mine).values(again)).rowcount:
        raise NotFound("not_found")
    outbox.put("run", DELIVER, None, at)


def _locked(by: SignedIn, channel_id: int) -> queries.ChannelRow:
    conn().execute(select(Channel.id).where(Channel.id == channel_id).with_for_update())
    return queries.channel(by, channel_id)


def _checked(
    branch_id: int, name: str, topics: list[str], language: str, digest_at: str, team_id: int | None
) -> dict[str, Any]:
    if not name.strip():
        raise Invalid("required", "name")
    if len(name.strip()) > 80:
        raise Invalid("too_long", "name", limit=80)
    if language not in ("zh", "en"):
        raise Invalid("not_a_choice", "language")
    if team_id is not None and conn().scalar(select(Team.branch_id).where(Team.id == team_id)) != branch_id:
        raise Invalid("not_a_choice", "team_id")
    wanted, when = check_topics(topics), check_time(digest_at, "digest_at")
    return {"name": name.strip(), "topics": wanted, "language": language, "digest_at": when, "team_id": team_id}


def _target(kind: str, target: str) -> str:
    if kind == "email":
        return check_mails(target)
    target = target.strip()
    if not target:
        raise Invalid("required", "target")
    if len(target) > 1000 or not is_address(target, private=queries.house().private):
        raise Invalid("channel_url", "target")
    return target


def _secret(kind: str, secret: str) -> str | None:
    if len(secret.strip()) > 200:
        raise Invalid("too_long", "secret", limit=200)
    return seal(secret.strip()) if secret.strip() and kind in SIGNED else None


def _audit(by: SignedIn, action: str, channel_id: int, branch_id: int, before: Any, after: Any, at: datetime) -> None:
    audit.record(
        actor_id=by.id, action=action, object_type="channel", object_id=channel_id, branch_id=branch_id,
        before=before, after=after, at=at,
    )  # fmt: skip
