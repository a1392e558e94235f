"""Photos of visits: the row of each, and what finds those that look alike."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import triggers
from webapp.core.db import UTC, Id, db


class Photo(db.Model):
    """Evidence: a picture of one visit. The file is named by its content (core/files.py); after the time it is kept
    it goes, and the row says when."""

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("employee_id", "client_id"),
        Index("ix_photo_check_in", "check_in_id"),
        Index("ix_photo_sha256", "sha256"),
        Index("ix_photo_sent_sha256", "sent_sha256"),
        Index("ix_photo_kept", "branch_id", "deleted_at", "received_at"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(String(36))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the picture as we wrote it anew: its name."""
    sent_sha256: Mapped[str] = mapped_column(String(64))
    phash: Mapped[int | None] = mapped_column(BigInteger)
    """What it shows, in 64 bits (core/pictures.py)."""
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    taken_at: Mapped[UTC]
    """The phone's clock."""
    received_at: Mapped[UTC]
    deleted_at: Mapped[UTC | None]


class PhotoBand(db.Model):
    """A quarter of a photo's phash, so that pictures that look alike are found by an index (rules/photos.py)."""

    __tablename__ = "photo_band"

    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"), primary_key=True)


class ExceptionPhoto(db.Model):
    """A picture somebody sent with what they ask for; named by its content as photos of visits are."""

    __tablename__ = "exception_photo"

    exception_id: Mapped[int] = mapped_column(ForeignKey("attendance_exception.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    received_at: Mapped[UTC]
    deleted_at: Mapped[UTC | None]


_KEPT = ("client_id", "employee_id", "branch_id", "check_in_id", "sha256", "sent_sha256", "received_at")
triggers.attach(
    Photo.__table__,
    [
        triggers.guard(
            "photo",
            "no_rewriting",
            "UPDATE",
            refuse_when=" OR ".join(f"OLD.{name} <> NEW.{name}" for name in _KEPT),
            message="photo is evidence",
        ),
        triggers.guard("photo", "no_delete", "DELETE", refuse_when="1 = 1", message="photo is evidence"),
    ],
)
