"""Which slot of each periodic item was taken last, so that any number of hosts may tick."""

from datetime import datetime, timedelta

from sqlalchemy import String, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import UTC, conn, db, is_postgres

SKEW = timedelta(minutes=5)
"""Between the clocks of two hosts."""


class PeriodicRun(db.Model):
    __tablename__ = "periodic_run"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    slot: Mapped[UTC]
    taken_at: Mapped[UTC]


def take(*, name: str, slot: datetime, at: datetime) -> bool:
    """True for the one caller who takes this slot; later slots win, earlier ones are over.

    What was taken in the future was taken by a wrong clock, and holds nobody up.
    """
    insert = (postgresql if is_postgres() else sqlite).insert(PeriodicRun)
    query = insert.values(name=name, slot=slot, taken_at=at).on_conflict_do_update(
        index_elements=[PeriodicRun.name],
        set_={"slot": slot, "taken_at": at},
        where=or_(PeriodicRun.slot < slot, PeriodicRun.taken_at > at + SKEW),
    )
    return conn().execute(query.returning(PeriodicRun.name)).first() is not None


def take_missed(*, name: str, slot: datetime, at: datetime) -> bool:
    """True for the one caller who makes up for this slot; where none was ever taken, none was missed."""
    missed = update(PeriodicRun).where(PeriodicRun.name == name, PeriodicRun.slot < slot)
    return conn().execute(missed.values(slot=slot, taken_at=at)).rowcount == 1


def last_taken_at() -> datetime | None:
    """When the tick last did anything, on any host."""
    return db.session.scalar(select(func.max(PeriodicRun.taken_at)))
