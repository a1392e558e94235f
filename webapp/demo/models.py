"""How far the demo company's history has been told."""

from datetime import date

from flask import current_app
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, db


class DemoStory(db.Model):
    """At most one row; its story is the same every time it is told, so a killed fill goes on where it was."""

    __tablename__ = "demo_story"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seed: Mapped[int]
    made_at: Mapped[UTC]
    days: Mapped[int]
    reps: Mapped[JSONB]
    first_on: Mapped[date]
    today: Mapped[date]
    told_through: Mapped[date | None]
    """The last work date of the past that is complete."""
    complete: Mapped[bool] = mapped_column(default=False)


def told() -> int | None:
    """How many per cent of the history are there; None without a demo company. Once it is all there, nobody asks."""
    if current_app.extensions.get("onsite_demo_told"):
        return 100
    row = db.session.get(DemoStory, 1)
    if row is None:
        return None
    current_app.extensions["onsite_demo_told"] = row.complete
    return 100 if row.complete else min(99, percent(row.first_on, row.told_through, row.today))


def percent(first_on: date, told_through: date | None, today: date) -> int:
    return 0 if told_through is None else ((told_through - first_on).days + 1) * 100 // max(1, (today - first_on).days)
