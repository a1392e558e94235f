"""What people are told, how each wants to hear of it, and everything that is sent out with its answer."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, db

_UNREAD = text("read_at IS NULL")
_WAITING = text("state = 'waiting'")


class Notice(db.Model):
    """Something that concerns one person; its words are made when it is read, in the reader's language."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_mine", "employee_id", "id"),
        Index("ix_notice_unread", "employee_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notice_about", "about", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notice_at", "at"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    dedup_key: Mapped[str] = mapped_column(String(120), unique=True)
    """Told twice under one key is told once."""
    code: Mapped[str] = mapped_column(String(40))
    params: Mapped[JSONB]
    link: Mapped[str] = mapped_column(String(200))
    about: Mapped[str | None] = mapped_column(String(60))
    """The matter, so that everybody's unread notices of it can be closed together."""
    at: Mapped[UTC]
    read_at: Mapped[UTC | None]


class NoticeChoice(db.Model):
    """How one person wants to be told outside the app; no row: everything at once, without amounts."""

    __tablename__ = "notice_choice"
    __table_args__ = (CheckConstraint("digest in ('now','daily')", name="digest"),)

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    muted: Mapped[JSONB]
    """Kinds that stay inside the app."""
    digest: Mapped[str] = mapped_column(String(8), default="now")
    digest_at: Mapped[str] = mapped_column(String(5), default="18:00")
    digest_on: Mapped[date | None]
    """The last local date whose summary was made."""
    amounts: Mapped[bool] = mapped_column(default=False)
    """Money may stand on the lock screen."""
    each_exception: Mapped[bool] = mapped_column(default=False)
    """HR: every exception at once instead of once a day."""


class PushSubscription(db.Model):
    """One browser that may be reached; it lives as long as the sign-in it was made in."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        Index("ix_push_subscription_employee", "employee_id"),
        Index("ix_push_subscription_sign_in", "sign_in_id"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_in.id"))
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    """Hash of the endpoint: one row per browser, whoever uses it last."""
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[UTC]
    reached_at: Mapped[UTC | None]


class PushKey(db.Model):
    """The key this installation signs its pushes with; made once, the private half encrypted."""

    __tablename__ = "push_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(String(100))
    private: Mapped[str] = mapped_column(Text)
    made_at: Mapped[UTC]


class Channel(db.Model):
    """A group robot or a list of mail addresses that hears of a branch's matters, or of one team's."""

    __tablename__ = "channel"
    __table_args__ = (
        CheckConstraint("kind in ('dingtalk','wecom','feishu','email')", name="kind"),
        Index("ix_channel_branch", "branch_id"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80))
    target: Mapped[str] = mapped_column(Text)
    """Address, encrypted: whoever knows a robot's address can speak through it."""
    secret: Mapped[str | None] = mapped_column(Text)
    """Signing secret, encrypted."""
    topics: Mapped[JSONB]
    language: Mapped[str] = mapped_column(String(2))
    digest_at: Mapped[str] = mapped_column(String(5), default="09:00")
    paused_at: Mapped[UTC | None]
    archived_at: Mapped[UTC | None]
    version: Mapped[int] = mapped_column(default=1)


class Delivery(db.Model):
    """One message on its way out, by push or through a channel, with what came of it."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("state in ('waiting','sent','given_up')", name="state"),
        CheckConstraint("(channel_id IS NULL) <> (employee_id IS NULL)", name="one_way"),
        Index("ix_delivery_due", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_delivery_channel", "channel_id", "id"),
        Index("ix_delivery_subscription", "subscription_id"),
        Index("ix_delivery_at", "at"),
    )

    id: Mapped[Id]
    dedup_key: Mapped[str] = mapped_column(String(140), unique=True)
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel.id"))
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("push_subscription.id", ondelete="SET NULL"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id", ondelete="SET NULL"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    params: Mapped[JSONB]
    link: Mapped[str] = mapped_column(String(200))
    at: Mapped[UTC]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[UTC | None]
    tried_at: Mapped[UTC | None]
    problem: Mapped[str | None] = mapped_column(String(40))
    """Code of what stood in the way at the last attempt."""
    answer: Mapped[str | None] = mapped_column(String(300))
    """The other side's own words, shortened."""
