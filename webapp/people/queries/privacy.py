"""What was answered to the text about positions, and how long a branch keeps them exact."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from webapp.core.db import conn
from webapp.people.models import Branch, Consent, Device


@dataclass(frozen=True, slots=True)
class Answer:
    at: datetime
    text_version: int
    given: bool


def last_answer(employee_id: int) -> Answer | None:
    query = select(Consent.at, Consent.text_version, Consent.given).where(Consent.employee_id == employee_id)
    row = conn().execute(query.order_by(Consent.id.desc()).limit(1)).first()
    return Answer(*row) if row else None


def phones_known(employee_id: int) -> int:
    """How many phones' keys are kept of somebody, the refused and removed ones too: their past check-ins name them."""
    return conn().execute(select(func.count()).where(Device.employee_id == employee_id)).scalar_one()


def photo_days(branch_id: int) -> int:
    """How long photos are kept."""
    return conn().execute(select(Branch.photo_days).where(Branch.id == branch_id)).scalar_one()


def position_days(branch_id: int) -> int:
    return conn().execute(select(Branch.position_days).where(Branch.id == branch_id)).scalar_one()
