"""How far the demo company's history has been told."""

from datetime import date

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
